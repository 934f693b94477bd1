package session_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// What the doorman is told about connections.
func TestDataClaim(t *testing.T) {
	h := newHarness(t, session.Limits{})
	const (
		none      = ftp.ClaimNone
		possible  = ftp.ClaimPossible
		announced = ftp.ClaimAnnounced
	)
	ask := func(why, from, to string, handshake bool, want ftp.Claim) {
		t.Helper()
		if got := h.tr.Data(addrPort(from), addrPort(to), handshake); got != want {
			t.Errorf("%s: claim %d to %s → %s, want %d", why, got, from, to, want)
		}
	}
	ask("no session at all", clientHost+":1025", serverHost+":40001", true, none)
	s := h.open()
	ask("between the two hosts", clientHost+":1025", serverHost+":40001", true, possible)
	ask("between the two hosts, the other way", serverHost+":20", clientHost+":4001", true, possible)
	ask("without a handshake nobody knows who listens", clientHost+":1025", serverHost+":40001", false, none)
	ask("another host", thirdHost+":1025", serverHost+":40001", true, none)
	s.pasv(40001)
	ask("announced", clientHost+":1025", serverHost+":40001", true, announced)
	ask("announced, in its middle", clientHost+":1025", serverHost+":40001", false, announced)
	ask("announced, from a third host: it may be anything", thirdHost+":1025", serverHost+":40001", true, possible)
	ask("the port of the announcement as a source", serverHost+":40001", clientHost+":1025", false, none)
	ask("another port", clientHost+":1025", serverHost+":40002", true, possible)
	s.quit()
	h.want(`s1.t1 passive PASV 198.51.100.20:40001 no-command unused no-data`)
	ask("the session is over", clientHost+":1025", serverHost+":40001", true, none)
}

// Events of connections that the tracker does not know, or no more, do nothing.
func TestUnknownConnections(t *testing.T) {
	h := newHarness(t, session.Limits{})
	for role := ftp.RoleNone; role <= ftp.RoleData; role++ {
		for kind := ftp.EventChange; kind <= ftp.EventTick; kind++ {
			c := &ftp.Conn{ID: 1, Role: role}
			c.Ends[0], c.Ends[1] = addrPort(clientHost+":1025"), addrPort(serverHost+":21")
			h.handle(ftp.Event{Kind: kind, Seen: h.packet(), Conn: c, From: ftp.Listener})
			h.handle(ftp.Event{Kind: kind})
		}
	}
	h.want(``)
}

// Whatever is said in whatever order, check holds: nobody panics, every reply is
// somewhere once, no data connection belongs to two transfers of one session, but
// an empty one to transfers that share its announcement.
func TestAnyOrder(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	for seed := range rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			babble(t, rand.New(rand.NewPCG(uint64(seed), 959)))
		})
	}
}

func babble(t *testing.T, r *rand.Rand) {
	commands := []string{
		"USER ftp", "PASS x", "PASV", "EPSV", "EPSV ALL", portCommand(clientHost, 40001), portCommand(serverHost, 40002), "RETR a", "STOR b",
		"STOU", "LIST", "ABOR", "CWD x", "PWD", "REST 5", "TYPE I", "AUTH TLS", "REIN", "NOOP", "QUIT", "",
	}
	replies := []string{
		"220 hi", "331 password", "230 in", "227 (198,51,100,20,156,65)", "229 (|||40002|)", "200 ok", "150 go", "226 done", "226 Abort successful",
		"426 cut", "425 no", "421 Passive data channel timed out.", "550 no", "250 ok", `257 "/x"`, "350 ok", "234 go", "rubbish", "225 none", "120 soon",
	}
	limits := session.Limits{}
	if r.IntN(3) == 0 {
		limits = session.Limits{Commands: 20, Transfers: 5, Pending: 3, Unsolicited: 3, Strays: 2, Attempts: 2, Failed: 1, Live: 2}
	}
	h := newHarness(t, limits)
	h.nonsense = true
	pick := func(of []string) string { return of[r.IntN(len(of))] }
	side := func() ftp.Side { return ftp.Side(r.IntN(2)) }
	talk := []*speech{h.open(), h.openBetween(clientHost+":40001", serverHost+":21"), h.openBetween(clientHost+":40002", thirdHost+":21")}
	var flows []*flow
	hosts := []string{clientHost, serverHost, thirdHost}
	for range 150 {
		s := talk[r.IntN(len(talk))]
		switch n := r.IntN(20); {
		case n < 5:
			s.client(pick(commands))
		case n < 10:
			s.server(pick(replies))
		case n == 10:
			s.crossing(pick(commands))
		case n == 11:
			s.pipeline(pick(commands), pick(commands))
		case n == 12:
			s.gap(side(), "200 ok")
		case n == 13:
			h.advance(time.Duration(r.IntN(20_000)) * time.Millisecond)
		case n == 14 && r.IntN(8) == 0:
			s.tls()
		case n < 17:
			flows = append(flows, h.data(fmt.Sprintf("%s:%d", pick(hosts), 50000+len(flows)), fmt.Sprintf("%s:%d", pick(hosts), 40001+r.IntN(3))))
		case len(flows) > 0:
			f := flows[r.IntN(len(flows))]
			switch {
			case f.c.Ended:
			case !f.c.Established.Yes() && r.IntN(3) == 0:
				f.refused()
			case !f.c.Established.Yes():
				f.answered()
			case r.IntN(3) == 0:
				f.fin(side())
			case r.IntN(8) == 0:
				f.rst(side())
			default:
				f.send(side(), int64(r.IntN(2000)))
			}
		}
	}
	h.finish()
	if limits.Live > 0 {
		h.replies = -1 // sessions that were shed hear no more
	}
	h.check()
	if len(h.got) != len(talk) && limits.Live == 0 {
		t.Errorf("%d sessions, want %d", len(h.got), len(talk))
	}
}
