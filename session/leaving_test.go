package session_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// Many sessions whose data connection nobody answers, and whose control connection
// is over: the first are given out before their SYNs are forgotten, as they are.
func TestLeaving(t *testing.T) {
	h := newHarness(t, session.Limits{Leaving: 2})
	var tried []*flow
	for n := range 4 {
		s := h.openBetween(fmt.Sprintf("%s:%d", clientHost, 41000+n), serverHost+":21")
		s.exchange("PASV", fmt.Sprintf("227 Entering Passive Mode (%s)", "192,0,2,20,20,"+fmt.Sprint(n)))
		s.client("RETR a")
		tried = append(tried, h.data(fmt.Sprintf("%s:%d", clientHost, 42000+n), fmt.Sprintf("%s:%d", serverHost, 20*256+n)).silent(3))
		s.server("425 Failed to establish connection.")
		s.quit()
		h.end(s.flow)
	}
	if len(h.got) != 2 {
		t.Fatalf("%d sessions, want the first two of four", len(h.got))
	}
	for i, s := range h.got {
		data := s.Transfers[0].Data
		if s.Transfers[0].Outcome != session.OutcomeBlocked || data.Conn == tried[i].c || data.Conn != data.Attempts[0] {
			t.Errorf("%s: %s, connection of its own: %t", s.ID, s.Transfers[0].Outcome, data.Conn != tried[i].c)
		}
		tried[i].request(h.packet())
		if data.Conn.SYNCount != 3 || len(data.Conn.SYNs) != 3 {
			t.Errorf("%s: %d SYNs by now, want the 3 that were seen", s.ID, data.Conn.SYNCount)
		}
	}
	h.finish()
	if len(h.got) != 4 {
		t.Errorf("%d sessions in all, want 4", len(h.got))
	}
}

// A session that leaves and transfers still is not cut short.
func TestLeavingWhileTransferring(t *testing.T) {
	h := newHarness(t, session.Limits{Leaving: 1})
	for n := range 3 {
		s := h.openBetween(fmt.Sprintf("%s:%d", clientHost, 41000+n), serverHost+":21")
		s.exchange("PASV", "227 Entering Passive Mode (192,0,2,20,20,"+fmt.Sprint(n)+")")
		s.client("RETR a")
		h.data(fmt.Sprintf("%s:%d", clientHost, 42000+n), fmt.Sprintf("%s:%d", serverHost, 20*256+n)).answered()
		s.quit()
		h.end(s.flow)
		h.advance(time.Minute)
	}
	if len(h.got) != 0 {
		t.Errorf("%d sessions while their data connections go on", len(h.got))
	}
	h.finish()
	for _, s := range h.got {
		if s.Transfers[0].Data == nil || !s.Transfers[0].Data.Conn.Ended {
			t.Errorf("%s: its data connection is missing or not over", s.ID)
		}
	}
}

// Sessions that left and are done are not held any longer.
func TestLeavingHoldsNothing(t *testing.T) {
	const many = 2000
	live := func(h *harness, n int) uint64 {
		for i := range n {
			s := h.openBetween(fmt.Sprintf("192.0.%d.%d:40000", 3+i/250, i%250), serverHost+":21")
			s.exchange("PASV", "227 Entering Passive Mode (198,51,100,20,20,1)")
			s.client("RETR a")
			data := h.data(fmt.Sprintf("192.0.%d.%d:40001", 3+i/250, i%250), serverHost+":5121").answered()
			s.quit()
			h.end(s.flow)
			h.end(data)
			h.got, h.emitted = nil, nil
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	h := newHarness(t, session.Limits{})
	h.deaf(session.Limits{})
	before := live(h, 10)
	if after := live(h, many); after > before+many*1000 {
		t.Errorf("%d bytes are held of each of %d sessions that are done", (after-before)/many, many)
	}
	h.finish()
}

// What one session has of a connection that goes on is not what another has, nor
// the decoder.
func TestClone(t *testing.T) {
	c := &ftp.Conn{Follower: t, SYNs: []ftp.SYN{{}}, Answers: []ftp.Answer{{}}, Errors: []ftp.PacketError{{}}, Hello: &ftp.TLS{Alerts: []ftp.Alert{{}}}}
	c.Half[1].Stuck.Repeated, c.Half[1].Farewell = []ftp.Seen{{}}, new(ftp.Farewell)
	own := c.Clone()
	c.SYNs[0].TTL, c.Answers[0].TTL, c.Errors[0].MTU, c.Hello.Alerts[0].Level, c.Hello.Client.Version, c.Half[1].Stuck.Repeated[0].Frame, c.Half[1].Farewell.Repeats = 1, 1, 1, 1, 1, 1, 1
	if own.SYNs[0].TTL != 0 || own.Answers[0].TTL != 0 || own.Errors[0].MTU != 0 || own.Hello.Alerts[0].Level != 0 || own.Hello.Client.Version != 0 || own.Half[1].Stuck.Repeated[0].Frame != 0 || own.Half[1].Farewell.Repeats != 0 {
		t.Error("a copy changed with the original")
	}
	if own.Follower != nil {
		t.Error("a copy has a follower")
	}
}
