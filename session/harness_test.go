package session_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// The hosts of the stories.
const (
	clientHost = "192.0.2.10"
	serverHost = "198.51.100.20"
	thirdHost  = "203.0.113.30" // the second server of FXP, or a stranger
	natHost    = "203.0.113.99" // the outer address of a NAT box
	inside     = "10.0.0.5"     // a private address behind it
)

// The two sides of a control connection.
const (
	client = ftp.Initiator
	server = ftp.Listener
)

// story is what happened on a wire, why it is told, and what the tracker must
// make of it: every session and transfer, one line each, see text. A line of
// want that begins with ">" asks for the whole dialogue, one with "banner" for
// the banners. Anything else that comes out of the tracker fails the test.
type story struct {
	name string
	why  string
	tell func(h *harness)
	want string
}

func tell(t *testing.T, stories []story) {
	t.Helper()
	if len(stories) == 0 {
		t.Fatal("no stories")
	}
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			h := newHarness(t, session.Limits{})
			t.Logf("# why: %s", s.why)
			s.tell(h)
			h.want(s.want)
		})
	}
}

// harness plays the decoder: it keeps the facts of the connections, asks the
// tracker at the door, and ends connections when the decoder would.
type harness struct {
	t       *testing.T
	tr      *session.Tracker
	start   ftp.Time
	now     ftp.Time
	swept   ftp.Time
	frame   int64
	lastID  int64
	flows   []*flow // by ID, those not ended
	sources uint16  // the last source port that was chosen
	got     []*session.Session
	emitted []int64 // the frame at which each of got came
	replies int     // that servers said and the capture holds, 120 excepted; negative if not to be checked
	over    bool

	nonsense bool                       // what comes may make none
	news     []string                   // one line each
	ended    map[string]session.Outcome // of transfers that were told to be over
}

func newHarness(t *testing.T, l session.Limits) *harness {
	t.Helper()
	start := ftp.TimeOf(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
	h := &harness{t: t, start: start, now: start, swept: start, sources: 50000, ended: make(map[string]session.Outcome)}
	h.tr = session.New(session.Config{Limits: l, News: h.hear})
	t.Cleanup(func() {
		if !h.over {
			t.Error("the story has no end: want was not called")
		}
	})
	return h
}

func (h *harness) logf(format string, a ...any) {
	h.t.Helper()
	h.t.Logf("%3d %9s  %s", h.frame, h.now.Sub(h.start).Round(time.Millisecond), fmt.Sprintf(format, a...))
}

// advance lets time pass in silence.
func (h *harness) advance(d time.Duration) {
	h.t.Helper()
	h.now = h.now.Add(d)
	h.logf("… %s later", d)
}

// packet is the next frame. Like the decoder it first ends what is over for a while.
func (h *harness) packet() ftp.Seen {
	h.now = h.now.Add(time.Millisecond)
	h.frame++
	if h.now.Sub(h.swept).Abs() > 5*time.Second {
		h.swept = h.now
		for _, f := range slices.Clone(h.flows) {
			idle := h.now.Sub(f.c.Last.Time)
			ended := f.c.Half[0].FIN.Yes() && f.c.Half[1].FIN.Yes() || f.c.Half[0].RST.Yes() || f.c.Half[1].RST.Yes()
			if ended && idle > 30*time.Second || !f.c.Established.Yes() && idle > 180*time.Second {
				h.end(f)
			}
		}
	}
	return ftp.Seen{Ref: ftp.Ref{Frame: h.frame}, Time: h.now}
}

func (h *harness) handle(ev ftp.Event) {
	if h.ended != nil && !h.nonsense && !ev.Time.IsZero() && ev.Kind != ftp.EventEnd {
		h.tr.Handle(&ftp.Event{Kind: ftp.EventTick, Seen: ftp.Seen{Time: ev.Time}}, h.emit) // as of a live interface
	}
	h.tr.Handle(&ev, h.emit)
	// The bytes of an event are borrowed: whoever kept them now holds rubbish.
	for _, b := range [][]byte{ev.Command.Argument, ev.Reply.Text} {
		for i := range b {
			b[i] = '#'
		}
	}
}

func (h *harness) emit(s *session.Session) {
	h.checkNews(s)
	h.got = append(h.got, s)
	h.emitted = append(h.emitted, h.frame)
}

func (h *harness) end(f *flow) {
	h.flows = slices.DeleteFunc(h.flows, func(x *flow) bool { return x == f })
	f.c.Ended = true
	if f.followed {
		h.handle(ftp.Event{Kind: ftp.EventEnd, Seen: f.c.Last, Conn: f.c})
	}
}

// finish is the end of the capture: the decoder ends every connection.
func (h *harness) finish() {
	if h.over {
		return
	}
	h.over = true
	h.handle(ftp.Event{Kind: ftp.EventTick, Seen: ftp.Seen{Time: h.now}})
	for _, f := range slices.Clone(h.flows) {
		h.end(f)
	}
	h.tr.Finish(h.emit)
}

// flow is one TCP connection on the wire.
type flow struct {
	h        *harness
	c        *ftp.Conn
	server   ftp.Side // of a data connection: the side of the FTP server
	followed bool     // the doorman let it in
}

// syn begins a connection. The doorman asks about it if it is none of control.
func (h *harness) syn(from, to string, role ftp.Role) *flow {
	h.t.Helper()
	seen := h.packet()
	h.lastID++
	f := &flow{h: h, c: &ftp.Conn{ID: h.lastID, Role: role, Ends: [2]netip.AddrPort{addrPort(from), addrPort(to)}, First: seen}}
	h.flows = append(h.flows, f)
	h.logf("SYN %s → %s", from, to)
	if role == ftp.RoleControl {
		f.followed = true
		h.handle(ftp.Event{Kind: ftp.EventOpen, Seen: seen, Conn: f.c})
	}
	f.knock(seen)
	f.request(seen)
	return f
}

// data begins a connection that may be a data connection, and takes the listener
// for the FTP server. Most stories use dial and call.
func (h *harness) data(from, to string) *flow {
	h.t.Helper()
	f := h.syn(from, to, ftp.RoleNone)
	f.server = ftp.Listener
	return f
}

// knock asks the tracker whether it wants the connection.
func (f *flow) knock(at ftp.Seen) {
	if f.followed || f.h.tr.Data(f.c.Ends[0], f.c.Ends[1], !f.c.Midstream) == ftp.ClaimNone {
		return
	}
	f.followed, f.c.Role = true, ftp.RoleData
	f.h.handle(ftp.Event{Kind: ftp.EventOpen, Seen: at, Conn: f.c})
}

func (f *flow) request(seen ftp.Seen) {
	f.touch(ftp.Initiator, seen)
	f.c.SYNCount++
	if len(f.c.SYNs) < ftp.MaxAttempts {
		f.c.SYNs = append(f.c.SYNs, ftp.SYN{Seen: seen, ISN: uint32(f.c.ID) * 1000, TTL: 64})
	}
}

// touch counts a packet of one side.
func (f *flow) touch(side ftp.Side, seen ftp.Seen) {
	f.c.Last = seen
	h := &f.c.Half[side]
	h.Packets++
	h.LastPacket = seen
	if f.c.Role != ftp.RoleControl {
		f.knock(seen)
	}
}

func (f *flow) changed(seen ftp.Seen, from ftp.Side) {
	if f.followed {
		f.h.handle(ftp.Event{Kind: ftp.EventChange, Seen: seen, Conn: f.c, From: from})
	}
}

// silent is n SYNs in all, one each second, and a last second of waiting.
func (f *flow) silent(n int) *flow {
	f.h.t.Helper()
	for f.c.SYNCount < n {
		f.h.advance(time.Second)
		f.request(f.h.packet())
		f.h.logf("SYN again, the %d.", f.c.SYNCount)
	}
	f.h.advance(time.Second)
	return f
}

// answered completes the handshake.
func (f *flow) answered() *flow {
	f.h.t.Helper()
	seen := f.h.packet()
	f.touch(ftp.Listener, seen)
	f.c.Answers = append(f.c.Answers, ftp.Answer{Seen: seen, Kind: ftp.AnswerSYNACK, TTL: 64, From: f.c.Ends[1].Addr()})
	f.changed(seen, ftp.Listener)
	seen = f.h.packet()
	f.touch(ftp.Initiator, seen)
	f.c.Established = seen
	f.changed(seen, ftp.Initiator)
	f.h.logf("SYN-ACK, ACK")
	return f
}

// refused is a RST for the SYN.
func (f *flow) refused() *flow {
	f.h.t.Helper()
	seen := f.h.packet()
	f.touch(ftp.Listener, seen)
	f.c.Answers = append(f.c.Answers, ftp.Answer{Seen: seen, Kind: ftp.AnswerRST, TTL: 64, From: f.c.Ends[1].Addr()})
	f.changed(seen, ftp.Listener)
	f.h.logf("RST for the SYN")
	return f
}

// icmp is an ICMP error for the SYN.
func (f *flow) icmp(typ, code uint8) *flow {
	f.h.t.Helper()
	seen := f.h.packet()
	f.c.Last = seen
	f.c.Answers = append(f.c.Answers, ftp.Answer{
		Seen: seen, Kind: ftp.AnswerICMP, TTL: 64, From: f.c.Ends[1].Addr(), Type: typ, Code: code, QuotedTTL: 63,
	})
	f.changed(seen, ftp.Listener)
	f.h.logf("ICMP %d/%d for the SYN", typ, code)
	return f
}

// vain sends payload that nobody acknowledges.
func (f *flow) vain(side ftp.Side, n int64) *flow {
	f.h.t.Helper()
	seen := f.h.packet()
	f.touch(side, seen)
	h := &f.c.Half[side]
	first := h.Bytes == 0
	h.Bytes += n
	h.LastData, h.Progress, h.Shutdown = seen, seen, ftp.Seen{}
	if first {
		h.FirstData, h.Plain = seen, !f.c.TLS
		f.changed(seen, side)
	}
	f.h.logf("%d bytes from %s", n, f.c.Ends[side])
	return f
}

// send is payload and its acknowledgment.
func (f *flow) send(side ftp.Side, n int64) *flow {
	f.h.t.Helper()
	f.vain(side, n)
	seen := f.h.packet()
	f.touch(side.Other(), seen)
	f.c.Half[side].Confirmed = seen
	f.c.Half[side].Acked = f.c.Half[side].Bytes
	return f
}

// down and up send from the FTP server and to it.
func (f *flow) down(n int64) *flow { f.h.t.Helper(); return f.send(f.server, n) }
func (f *flow) up(n int64) *flow   { f.h.t.Helper(); return f.send(f.server.Other(), n) }

// again repeats the last payload of a side.
func (f *flow) again(side ftp.Side) *flow {
	f.h.t.Helper()
	seen := f.h.packet()
	f.touch(side, seen)
	f.c.Half[side].Retransmissions++
	f.c.Half[side].LastData = seen
	f.h.logf("retransmission from %s", f.c.Ends[side])
	return f
}

// missing is payload that was sent and acknowledged, but not captured.
func (f *flow) missing(side ftp.Side, n int64) *flow {
	f.h.t.Helper()
	f.c.Half[side].Bytes += n
	f.c.Half[side].Missing += n
	f.h.logf("%d bytes from %s are not captured", n, f.c.Ends[side])
	return f
}

// tls makes it a TLS connection: both hellos.
func (f *flow) tls() *flow {
	f.h.t.Helper()
	f.c.TLS = true
	return f.send(ftp.Initiator, 200).send(ftp.Listener, 1000)
}

func (f *flow) fin(sides ...ftp.Side) *flow {
	f.h.t.Helper()
	for _, side := range sides {
		seen := f.h.packet()
		f.touch(side, seen)
		h, other := &f.c.Half[side], &f.c.Half[side.Other()]
		if h.FIN, h.FINAck = seen, other.Bytes; other.FIN.Yes() {
			h.FINAck++
		}
		f.h.logf("FIN from %s", f.c.Ends[side])
	}
	return f
}

func (f *flow) rst(side ftp.Side) *flow {
	f.h.t.Helper()
	seen := f.h.packet()
	f.touch(side, seen)
	f.c.Half[side].RST = seen
	f.h.logf("RST from %s", f.c.Ends[side])
	return f
}

// delivers is a whole download, uploads a whole upload.
func (f *flow) delivers(n int64) *flow {
	f.h.t.Helper()
	return f.down(n).fin(f.server, f.server.Other())
}

func (f *flow) uploads(n int64) *flow {
	f.h.t.Helper()
	return f.up(n).fin(f.server.Other(), f.server)
}

// speech is a control connection.
type speech struct {
	*flow
	sent  [2]int64 // payload bytes by the side that sent them
	heard int64    // of the client's bytes, those that the server had received when it last spoke
}

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
