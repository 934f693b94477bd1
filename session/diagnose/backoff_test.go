package diagnose

import (
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

func TestRepeats(t *testing.T) {
	for _, tt := range []struct {
		at   []float64 // seconds
		rst  bool
		want string
	}{
		{[]float64{0, 1.02, 2.05, 3.07, 4.1, 5.12, 7.14, 11.2}, false, "Linux 6.5 or later"},
		{[]float64{0, 1.02, 2.05}, false, "Linux 6.5 or later"},
		{[]float64{0, 1, 3}, false, "Linux before 6.5"},
		{[]float64{0, 1.01, 3.02, 7.05, 15.2, 31.5, 64}, false, "Linux before 6.5"},
		{[]float64{0, 3, 9}, false, "older Windows"},
		{[]float64{0, 0.5, 1.01}, true, "Windows"},
		{[]float64{0, 0.5, 1.01}, false, ""},
		{[]float64{0, 1, 2}, true, ""},
		{[]float64{0, 1}, false, ""},
		{[]float64{0, 5, 10}, false, ""},
		{[]float64{0, 1, 1.2}, false, ""},
	} {
		c := new(ftp.Conn)
		for i, at := range tt.at {
			seen := ftp.Seen{Ref: ftp.Ref{Frame: int64(i + 1)}, Time: testStart.Add(time.Duration(at * float64(time.Second)))}
			c.SYNs = append(c.SYNs, ftp.SYN{Seen: seen, ISN: 7})
			if tt.rst {
				c.Answers = append(c.Answers, ftp.Answer{Seen: seen, Kind: ftp.AnswerRST})
			}
		}
		c.SYNCount = len(c.SYNs)
		if got := repeats(c); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%v, refused %t: %q, want %q", tt.at, tt.rst, got, tt.want)
		}
	}
	c := &ftp.Conn{SYNCount: 3, SYNs: []ftp.SYN{{ISN: 1}, {ISN: 2}, {ISN: 3}}}
	for i := range c.SYNs {
		c.SYNs[i].Time = testStart.Add(time.Duration(i) * time.Second)
	}
	if got := repeats(c); got != "" {
		t.Errorf("three attempts are no repetitions: %q", got)
	}
}
