package report

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

func TestIndex(t *testing.T) {
	s := &session.Session{Commands: []session.Command{
		{Seen: at(1, time.Second), Verb: "PORT", Replies: []session.Reply{{Seen: at(2, time.Second), Code: 500}}},
		{Seen: at(1, time.Second), Verb: "RETR", Replies: []session.Reply{{Seen: at(3, time.Second), Code: 150}, {Seen: at(9, time.Second), Code: 226}}},
		{Seen: at(4, 3*time.Second), Verb: "ABOR"},
		{Seen: at(5, 2*time.Second), Verb: "ABOR"}, // the clock was set back
		{Seen: at(6, 4*time.Second), Verb: "ABOR"},
		{Seen: at(7, 5*time.Second), Verb: "PASV", Replies: []session.Reply{{Seen: at(8, 5*time.Second), Code: 227}}},
		{Seen: at(10, 6*time.Second), Verb: "PASV", Replies: []session.Reply{{Seen: at(11, 6*time.Second), Code: 421}}},
	}}
	x := newIndex(s, newMasker(s, true))
	for after, want := range map[time.Duration]int64{0: 4, 2 * time.Second: 4, 3 * time.Second: 4, 4 * time.Second: 6} {
		if c, ok := x.abor(ftp.TimeOf(dawn.Add(after))); !ok || c.Seen.Frame != want {
			t.Errorf("ABOR after %v: frame %d, %t; want %d", after, c.Seen.Frame, ok, want)
		}
	}
	if _, ok := x.abor(ftp.TimeOf(dawn.Add(time.Minute))); ok {
		t.Error("an ABOR after the last")
	}
	if got := x.beginning(&session.Transfer{Command: &session.TransferCommand{Verb: "RETR", Seen: at(1, time.Second)}}); got.Frame != 3 {
		t.Errorf("150 in frame %d", got.Frame)
	}
	if got := x.beginning(&session.Transfer{}); got != (ftp.Seen{}) {
		t.Errorf("without a command: %v", got)
	}
	for _, tt := range []struct {
		name  string
		verb  string
		frame int64
		code  int
	}{
		{"by the command", "PORT", 1, 500},
		{"by its reply", "PASV", 11, 421},
		{"accepted", "PASV", 8, 0},
		{"another verb in this packet", "EPRT", 1, 0},
	} {
		reply, ok := x.declined(&session.Announcement{Verb: tt.verb, Seen: at(tt.frame, 0)})
		if reply.Code != tt.code || ok != (tt.code != 0) {
			t.Errorf("%s: %d, %t", tt.name, reply.Code, ok)
		}
	}
}
