package decode

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// casts plays a control connection and tells of each line how it lay.
func casts(segs ...seg) (all []string) {
	d := New(Config{}, interest(nil))
	emit := func(ev *ftp.Event) {
		within := ""
		if ev.Within {
			within = " within"
		}
		switch ev.Kind {
		case ftp.EventCommand:
			all = append(all, fmt.Sprintf("%s %d%s", ev.Command.Verb, ev.Pieces, within))
		case ftp.EventReply:
			all = append(all, fmt.Sprintf("%d %d%s", ev.Reply.Code, ev.Pieces, within))
		}
	}
	f := capture.Frame{Link: capture.LinkRaw, Time: time.Unix(1_700_000_000, 0)}
	for _, g := range segs {
		f.Data = g.ip()
		f.Length = len(f.Data)
		f.Data = f.Data[:len(f.Data)-g.cut]
		f.Time = f.Time.Add(g.after)
		f.Number++
		d.Decode(&f, emit)
	}
	d.Finish(emit)
	return all
}

func TestCast(t *testing.T) {
	hi := func() *script { return opened().server("220 hi\r\n") }
	tests := []struct {
		name, why string
		segs      []seg
		want      []string
	}{
		{"one line each", "the plain case", hi().client("USER a\r\n").segs, []string{"220 1", "USER 1"}},
		{"in pieces", "the line end comes alone", hi().client("PO").client("RT 1,2,3,4,5,6").client("\r\n").segs, []string{"220 1", "PORT 3"}},
		{"two at once", "a pipeline", hi().client("TYPE I\r\nPASV\r\n").segs, []string{"220 1", "TYPE 1", "PASV 1 within"}},
		{"on the edge", "the second line begins with the segment", hi().client("TYPE I\r\n").client("PASV\r\n").segs, []string{"220 1", "TYPE 1", "PASV 1"}},
		{"over the edge", "it begins inside and goes on", hi().client("TYPE I\r\nPA").client("SV\r\n").segs, []string{"220 1", "TYPE 1", "PASV 2 within"}},
		{"byte by byte", "typed into telnet", keyed(hi(), "PASV\r\n").segs, []string{"220 1", "PASV 6"}},
		{"many lines", "each counts for itself", hi().client("NOOP\r\nNO").client("OP\r\nNOOP\r\n").client("NOOP\r\n").segs, []string{"220 1", "NOOP 1", "NOOP 2 within", "NOOP 1 within", "NOOP 1"}},
		{"multi-line reply", "its first line counts", opened().server("220-a\r").server("\nb\r\n2").server("20 c\r\n").server("331 x\r\n").segs, []string{"220 2", "331 1"}},
		{"reply behind a multi-line reply", "in one segment", opened().server("220-a\r\n220 b\r\n331 x\r\n").segs, []string{"220 1", "331 1 within"}},
		{
			"reply without its end", "the next one has a cast of its own",
			opened().server("220-a\r\nb\r\n").client("USER a\r\n").server("33").server("1 x\r\n").segs,
			[]string{"USER 1", "220 1", "331 2"},
		},
		{"retransmission", "it is the same segment", again(hi().client("PA").client("SV\r\n"), 4).segs, []string{"220 1", "PASV 2"}},
		{
			"sent again with more", "what is new lies inside",
			func() []seg {
				s := hi().client("NOOP\r\n")
				more := later(s.segs[4], time.Second)
				more.payload += "PASV\r\n"
				return s.add(more).segs
			}(),
			[]string{"220 1", "NOOP 1", "PASV 1 within"},
		},
		{"out of order", "the order of the file does not matter", func() []seg {
			s := hi().client("PA").client("SV\r\n")
			s.segs[4], s.segs[5] = s.segs[5], s.segs[4]
			return s.segs
		}(), []string{"220 1", "PASV 2"}},
		{"behind a gap", "its beginning may be missing", hi().lost(client, "NOOP\r\n").client("PASV\r\nNOOP\r\n").server("227 x\r\n").segs, []string{"220 1", "PASV 0", "NOOP 1 within", "227 1"}},
		{"cut by the snap length", "its beginning is there", func() []seg {
			s := hi().client("PASV xyz\r\n")
			s.segs[4].cut = 5
			return s.segs
		}(), []string{"220 1", "PASV 1"}},
		{"midstream", "its beginning may be missing", hi().client("PASV\r\n").client("NOOP\r\n").segs[4:], []string{"PASV 0", "NOOP 1"}},
		{"behind TLS", "the text begins inside", secured().server(record(21, 26) + "227 ok\r\n").client("NOOP\r\n").segs, []string{"220 1", "AUTH 1", "234 1", "227 1 within", "NOOP 1"}},
		{"before TLS", "the pieces of the hello are none of a line", secured().server(strings.Repeat(record(23, 20), 3)).server("227 ok\r\n").segs, []string{"220 1", "AUTH 1", "234 1", "227 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			if got := casts(tt.segs...); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// keyed sends a segment for each byte.
func keyed(s *script, text string) *script {
	for _, c := range text {
		s.client(string(c))
	}
	return s
}

// again repeats a segment.
func again(s *script, i int) *script {
	g := later(s.segs[i], time.Second)
	s.segs = slices.Insert(s.segs, i+1, g)
	return s
}
