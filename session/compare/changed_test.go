package compare

import (
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// What rests on connections that were joined by guesswork is not certain, the
// change of an announcement no more than any other.
func TestChangeOfGuessedConnections(t *testing.T) {
	for _, tt := range []struct {
		loose bool
		want  diagnose.Confidence
	}{
		{false, diagnose.Certain}, {true, diagnose.Likely},
	} {
		at := func(point int, announcement string) Sight {
			return Sight{Point: point, Announcement: announcement, Announced: ftp.Seen{Ref: ftp.Ref{Capture: point, Frame: 7}}}
		}
		p := &path{points: make([]Point, 2), names: []string{"a.pcap", "b.pcap"}}
		v := &View{Transfer: "s1.t1", Points: []Sight{at(0, "PORT 10,0,0,2,4,6"), at(1, "PORT 192,0,2,10,4,6")}, loose: tt.loose}
		got := p.rewritten(v, true)
		if len(got) != 1 || got[0].What != Changed || got[0].Confidence != tt.want {
			t.Errorf("guessed: %t: %+v, want one that is %s", tt.loose, got, tt.want)
		}
	}
}
