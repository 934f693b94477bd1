package report

import (
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// hanging is a session whose PASS gets no reply in 9 s.
func hanging() *session.Session {
	s := plain("s1")
	s.Login, s.Commands = session.LoginNone, s.Commands[:2]
	s.Commands[1].Replies = nil
	s.Now = at(20, 9*time.Second+3*time.Millisecond).Time
	h := &s.Control.Half
	h[ftp.Initiator].Bytes, h[ftp.Initiator].Acked = 30, 30
	h[ftp.Listener].Packets, h[ftp.Listener].Progress = 4, at(8, 2*time.Millisecond)
	return s
}

// TestUnanswered: a command that got no reply is no good session, with or without
// an acknowledgment.
func TestUnanswered(t *testing.T) {
	const lost = "it is lost between here and the server"
	for _, tt := range []struct {
		name   string
		change func(*session.Session)
		want   string
	}{
		{"acknowledged", func(*session.Session) {}, "no reply to PASS in 9.0 s; the server's host acknowledged it   frame 9"},
		{"not acknowledged", func(s *session.Session) {
			h := &s.Control.Half[ftp.Initiator]
			h.Acked, h.Stuck = 12, ftp.Stuck{First: s.Commands[1].Seen, Repeats: 6}
		}, "it was sent 7 times and never acknowledged: " + lost},
		{"the client left", func(s *session.Session) {
			s.Control.Half[ftp.Initiator].FIN = at(15, 6*time.Second+3*time.Millisecond)
		}, "no reply to PASS in 6.0 s"},
		{"the client left soon", func(s *session.Session) { s.Control.Half[ftp.Initiator].FIN = at(15, 2*time.Second) }, ""},
		{"the capture ended soon", func(s *session.Session) { s.Now = at(15, 2*time.Second).Time }, ""},
		{"part of a reply came", func(s *session.Session) { s.Control.Half[ftp.Listener].Progress = at(10, time.Second) }, ""},
		{"an earlier reply came again", func(s *session.Session) { s.Control.Half[ftp.Listener].LastData = at(10, time.Second) }, "no reply to PASS in 9.0 s"},
		{"one direction", func(s *session.Session) { s.Control.Half[ftp.Listener] = ftp.Half{} }, ""},
		{"bytes are lacking", func(s *session.Session) { s.LostBytes = 7 }, ""},
		{"encrypted", func(s *session.Session) { s.Encrypted = true }, ""},
		{"QUIT", func(s *session.Session) { s.Commands[1].Verb = "QUIT" }, ""},
		{"of a transfer", func(s *session.Session) {
			s.Commands[1].Verb = "PASV"
			s.Transfers = []*session.Transfer{goodPassive("s1.t1", 1, "a", 1)}
			s.Transfers[0].Announcement.Asked = s.Commands[1].Seen
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := hanging()
			tt.change(s)
			text := explained(t, Text{}, newScene(s).result)
			severity := SeverityOf(s)
			if tt.want == "" {
				if !strings.HasPrefix(text, "nothing wrong") || severity != SeverityNone {
					t.Errorf("severity %s\n%s", severity, text)
				}
				return
			}
			if one := strings.Join(strings.Fields(text), " "); !strings.Contains(one, strings.Join(strings.Fields(tt.want), " ")) || !strings.Contains(one, "not explained: 1 session left without a reply s1") || severity != SeverityWarning {
				t.Errorf("severity %s, want %q in\n%s", severity, tt.want, text)
			}
		})
	}
}
