package session_test

import (
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// The facts of data connections.
func TestData(t *testing.T) {
	through := func(command string, act func(s *speech, d *flow)) func(h *harness) {
		return func(h *harness) {
			s := h.open()
			s.pasv(40001)
			d := s.dial(40001).answered()
			s.exchange(command, "150 go")
			act(s, d)
			s.server("226 done")
			s.quit()
		}
	}
	const begin = "s1.t1 passive PASV 198.51.100.20:40001 "
	tell(t, []story{
		{
			"download", "the server's bytes count, not the client's",
			through("RETR a", func(_ *speech, d *flow) { d.up(3).delivers(100) }),
			begin + "RETR a completed 226 download=100 client→198.51.100.20:40001",
		},
		{
			"upload", "the client's bytes count, not the server's",
			through("STOR a", func(_ *speech, d *flow) { d.down(3).uploads(100) }),
			begin + "STOR a completed 226 upload=100 client→198.51.100.20:40001",
		},
		{
			"append", "an upload",
			through("APPE a", func(_ *speech, d *flow) { d.uploads(100) }),
			begin + "APPE a completed 226 upload=100 client→198.51.100.20:40001",
		},
		{
			"listings", "names of files",
			through("MLSD", func(_ *speech, d *flow) { d.delivers(100) }),
			begin + "MLSD completed 226 listing=100 client→198.51.100.20:40001",
		},
		{
			"an empty file", "0 bytes, and 226",
			through("RETR a", func(_ *speech, d *flow) { d.fin(server, client) }),
			begin + "RETR a completed 226 download=0 client→198.51.100.20:40001",
		},
		{
			"more than 32 bits", "bytes need 64 (bigtransfer)",
			through("RETR a", func(_ *speech, d *flow) { d.down(5<<30).missing(server, 7<<30).fin(server, client) }),
			begin + "RETR a completed 226 download=12884901888 client→198.51.100.20:40001 missing=7516192768",
		},
		{
			"retransmissions", "are counted, their bytes are not",
			through("RETR a", func(_ *speech, d *flow) { d.down(50).again(server).again(client).delivers(50) }),
			begin + "RETR a completed 226 download=100 client→198.51.100.20:40001 retransmissions=2",
		},
		{
			"TLS", "its records count, all of them",
			through("RETR a", func(_ *speech, d *flow) { d.tls().delivers(100) }),
			begin + "RETR a completed 226 download=1100 client→198.51.100.20:40001 tls",
		},
		{
			"still open", "no end was seen",
			through("RETR a", func(_ *speech, d *flow) { d.down(100) }),
			begin + "RETR a completed 226 download=100 client→198.51.100.20:40001 open",
		},
		{
			"reset behind the FINs", "a RST ended it: closed only if both FINs were seen",
			through("RETR a", func(_ *speech, d *flow) { d.down(100).fin(server).rst(client) }),
			begin + "RETR a completed 226 download=100 client→198.51.100.20:40001 reset",
		},
		{
			"midstream", "the capture lacks the handshake",
			func(h *harness) {
				s := h.open()
				s.pasv(40001)
				d := s.dial(40001)
				d.c.SYNs, d.c.SYNCount, d.c.Midstream, d.c.Established = nil, 0, true, d.c.First
				s.exchange("RETR a", "150 go")
				d.down(100)
				s.server("226 done")
				s.quit()
			},
			begin + "RETR a completed 226 download=100 client→198.51.100.20:40001 midstream",
		},
		{
			"the failed attempt is not the one that counts", "bytes of the connection that was made",
			func(h *harness) {
				s := h.open()
				s.port(4001)
				s.client("RETR a")
				s.call(4001, 20).silent(2)
				d := s.call(4001, 49152).answered()
				s.server("150 go")
				d.delivers(100)
				s.server("226 done")
				s.quit()
			},
			`s1.t1 active PORT 192.0.2.10:4001 RETR a completed 226 download=100 server→192.0.2.10:4001 attempts=2`,
		},
	})
}

// What a transfer's line in the stories does not show.
func TestDataFields(t *testing.T) {
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.port(4001)
	asked := h.frame + 1
	s.client("STOR a")
	d := s.call(4001).answered()
	s.server("150 go")
	d.uploads(100)
	s.server("226 done")
	last := h.frame
	s.quit()
	h.want(`s1.t1 active PORT 192.0.2.10:4001 STOR a completed 226 upload=100 server→192.0.2.10:4001`)

	x := h.got[0].Transfers[0]
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"source", x.Data.Source, addrPort(serverHost + ":20")},
		{"destination", x.Data.Destination, addrPort(clientHost + ":4001")},
		{"packets", x.Data.Packets, 7},
		{"mode", x.Mode, ftp.ModeActive},
		{"direction", x.Direction, ftp.DirectionUpload},
		{"frame of the announcement", x.Announcement.Seen.Frame, int64(5)},
		{"frame of the command", x.Command.Seen.Frame, asked},
		{"frame of the reply", x.Reply.Seen.Frame, last},
		{"text of the reply", x.Reply.Text, "done"},
		{"start", x.Start(), x.Announcement.Seen.Time},
		{"session's first frame", h.got[0].First.Frame, int64(1)},
		{"session's last frame", h.got[0].Last.Frame, h.frame},
		{"control", h.got[0].Control, s.c},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %v, want %v", c.what, c.got, c.want)
		}
	}
}

// The frame of an announcement is that which carries the endpoint: the reply for
// passive ones, and the command where no reply carried one (report.md).
func TestAnnouncementFrame(t *testing.T) {
	h := newHarness(t, session.Limits{})
	s := h.open()
	s.client("PASV") // frame 5
	s.server("227 ok (198,51,100,20,156,65)")
	s.client("EPSV") // frame 7
	s.server("500 no")
	s.client("EPRT |1|192.0.2.10|4001|") // frame 9
	s.server("200 ok")
	s.quit()
	h.want(`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data
		s1.t2 passive EPSV ? declined no-command rejected no-data
		s1.t3 active EPRT 192.0.2.10:4001 no-command unused no-data`)
	for i, want := range []int64{6, 7, 9} {
		if got := h.got[0].Transfers[i].Announcement.Seen.Frame; got != want {
			t.Errorf("transfer %d: announcement in frame %d, want %d", i+1, got, want)
		}
	}
}
