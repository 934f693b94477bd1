package diagnose

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

var (
	testStart  = ftp.TimeOf(time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC))
	testClient = netip.MustParseAddrPort("192.0.2.10:40112")
	testServer = netip.MustParseAddrPort("198.51.100.20:21")
)

// testSubject is a session in which the client's packets have an unspent TTL and
// those of the server passed 7 routers; TCP at the server takes 18 ms.
func testSubject() *subject {
	g := new(sights)
	*g.host(sightKey{0, testClient.Addr()}) = sight{ttlMin: 64, ttlMax: 64, near: 40 * time.Microsecond, timed: 2}
	*g.host(sightKey{0, testServer.Addr()}) = sight{ttlMin: 57, ttlMax: 57, near: 18 * time.Millisecond, timed: 2}
	return &subject{
		Session: &session.Session{Client: testClient, Server: testServer}, sights: g, lately: lately{sights: new(sights)},
		vantage: Vantage{Side: NearClient, Confidence: Likely},
	}
}

// knock is a SYN of the client to a port of the server, and an answer.
func knock(to string, a ftp.Answer, after time.Duration) (*ftp.Conn, ftp.Answer) {
	a.Seen = ftp.Seen{Ref: ftp.Ref{Frame: 18}, Time: testStart.Add(after)}
	if !a.From.IsValid() {
		a.From = netip.MustParseAddrPort(to).Addr()
	}
	return &ftp.Conn{
		Ends:     [2]netip.AddrPort{netip.AddrPortFrom(testClient.Addr(), 40113), netip.MustParseAddrPort(to)},
		SYNs:     []ftp.SYN{{Seen: ftp.Seen{Ref: ftp.Ref{Frame: 17}, Time: testStart}, TTL: 64}},
		SYNCount: 1,
		Answers:  []ftp.Answer{a},
	}, a
}

func TestAnswered(t *testing.T) {
	rst := func(ttl uint8) ftp.Answer { return ftp.Answer{Kind: ftp.AnswerRST, TTL: ttl} }
	icmp := func(from string, ttl, quoted uint8) ftp.Answer {
		return ftp.Answer{Kind: ftp.AnswerICMP, From: netip.MustParseAddr(from), TTL: ttl, Type: 3, Code: 13, QuotedTTL: quoted}
	}
	const to = "198.51.100.20:40022"
	for _, tt := range []struct {
		name   string
		to     string
		answer ftp.Answer
		after  time.Duration
		change func(*subject, *ftp.Conn)
		where  Where
		sure   Confidence
		box    bool
		text   string
	}{
		{"as far as the server", to, rst(57), 18 * time.Millisecond, nil, AtServer, Likely, false, "right in front of it"},
		{"as far, though RST begins with another TTL", to, rst(248), 18 * time.Millisecond, nil, AtServer, Likely, false, "right in front of it"},
		{"nearer by hops and time", to, rst(62), 3 * time.Millisecond, nil, Middle, Certain, true, "by hops and by time"},
		{"nearer by hops", to, rst(62), 17 * time.Millisecond, nil, Middle, Likely, true, "by hops"},
		{"as far by hops, but sooner: one signal against the other", to, rst(57), 3 * time.Millisecond, nil, BeyondServer, Possible, false, "nothing here tells"},
		{"sooner, and hops do not tell", to, rst(61), 3 * time.Millisecond, varies, Middle, Likely, true, "sooner"},
		{"sooner than the only handshake that was timed", to, rst(61), 3 * time.Millisecond, func(s *subject, c *ftp.Conn) {
			varies(s, c)
			s.sights.host(sightKey{0, testServer.Addr()}).timed = 1
		}, BeyondServer, Possible, false, "nothing here tells"},
		{"the TTL of the server varies", to, rst(62), 17 * time.Millisecond, varies, BeyondServer, Likely, false, "nothing here tells"},
		{"the server's own RST has that TTL", to, rst(60), 18 * time.Millisecond, func(s *subject, _ *ftp.Conn) {
			s.sights.host(sightKey{0, testServer.Addr()}).closing[1] = 60
		}, AtServer, Likely, false, "right in front of it"},
		{"farther away", to, rst(55), 18 * time.Millisecond, nil, BeyondServer, Likely, true, "another machine"},
		{"which SYN was answered is not clear", to, rst(57), 3 * time.Millisecond, func(_ *subject, c *ftp.Conn) {
			c.SYNs = append([]ftp.SYN{{Seen: ftp.Seen{Ref: ftp.Ref{Frame: 16}, Time: testStart.Add(-15 * time.Millisecond)}, TTL: 64}}, c.SYNs...)
		}, AtServer, Likely, false, "right in front of it"},
		{"the TTL of the address varies, but not in this session", to, rst(57), 18 * time.Millisecond, func(s *subject, c *ftp.Conn) {
			varies(s, c)
			*s.lately.sights.host(sightKey{0, testServer.Addr()}) = sight{ttlMin: 57, ttlMax: 57}
		}, AtServer, Likely, false, "right in front of it"},
		{"nothing is known of the address", "203.0.113.9:40022", rst(57), 18 * time.Millisecond, nil, BeyondServer, Likely, false, "203.0.113.9, or a box"},
		{"captured at the server", to, rst(57), 50 * time.Microsecond, func(s *subject, _ *ftp.Conn) {
			s.vantage = Vantage{Side: ServerHost, Confidence: Likely}
		}, AtServer, Likely, false, "where this was captured"},
		{"captured at the server, and the RST left it", to, rst(57), 50 * time.Microsecond, func(s *subject, c *ftp.Conn) {
			s.vantage = Vantage{Side: ServerHost, Confidence: Likely}
			c.Half[ftp.Listener].Wire.Out = 1
		}, AtServer, Certain, false, "where this was captured"},

		{"a router on the way", to, icmp("203.0.113.1", 62, 61), 3 * time.Millisecond, nil, Middle, Certain, true, "203.0.113.1, which sent the ICMP error, 2 routers away"},
		{"a router of which only the quoted TTL tells how far it is", to, icmp("203.0.113.1", 200, 61), 3 * time.Millisecond, nil, Middle, Certain, true, "203.0.113.1, which"},
		{"a sender as far as the server", to, icmp("203.0.113.1", 57, 57), 18 * time.Millisecond, nil, BeyondServer, Certain, true, "203.0.113.1, which"},
		{"the server itself", to, icmp("198.51.100.20", 57, 57), 18 * time.Millisecond, nil, AtServer, Likely, false, "by its own packet filter"},
		{"a NAT that holds the server's address", to, icmp("198.51.100.20", 62, 62), 18 * time.Millisecond, nil, Middle, Likely, true, "holds or uses the address"},
		{"a private sender behind a NAT", to, icmp("10.0.0.5", 57, 57), 18 * time.Millisecond, nil, BeyondServer, Likely, false, "private address"},
		{"the NAT box answers for an address that nobody can reach", "10.0.0.5:40022", icmp("198.51.100.20", 60, 60), 9 * time.Millisecond, nil, Middle, Likely, true, "holds the address of the server"},
		{"a router on the way to a private address", "10.0.0.5:40022", icmp("203.0.113.1", 60, 60), 9 * time.Millisecond, nil, Middle, Certain, true, "203.0.113.1, which"},
		{"somebody in the name of the client", to, icmp("192.0.2.10", 60, 60), 9 * time.Millisecond, nil, Unknown, Possible, false, "in its name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := testSubject()
			c, a := knock(tt.to, tt.answer, tt.after)
			if tt.change != nil {
				tt.change(s, c)
			}
			got := s.answered(c, a, server)
			if got.Where != tt.where || got.Confidence != tt.sure || got.box != tt.box || !strings.Contains(got.Text, tt.text) {
				t.Errorf("%s %s %t %q because %q\nwant %s %s %t …%q…", got.Where, got.Confidence, got.box, got.Text, got.because, tt.where, tt.sure, tt.box, tt.text)
			}
			if got.Where != AtServer && got.Where != Middle && len(got.unknown) == 0 && got.Confidence != Certain && got.Where != Unknown {
				t.Error("nothing is unknown")
			}
		})
	}
}

// varies makes the TTL of the server's packets vary: two paths.
func varies(s *subject, _ *ftp.Conn) {
	s.sights.host(sightKey{0, testServer.Addr()}).ttlMax = 59
}
