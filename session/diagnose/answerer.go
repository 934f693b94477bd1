package diagnose

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// answerer says who answered a SYN with RST or ICMP, in place of, or as, the
// listener of the data (or control) connection.
type answerer struct {
	Place
	box     bool     // another box than the listener's host did
	because []string // what speaks for it, as sentences without full stop
	unknown []string // what cannot be told
}

// answered finds out who gave an answer to the connection c, whose listener is
// a host of the session.
func (s *subject) answered(c *ftp.Conn, a ftp.Answer, listener ftp.Side) answerer {
	if s.proof.placed() && s.proof.Box {
		return answerer{Place: s.proof.Place, box: true}
	}
	w := s.weigh(c, a, listener)
	if a.Kind == ftp.AnswerICMP {
		return w.reported()
	}
	return w.inItsName()
}

// weighed is an answer held against other packets of the address that the SYN
// went to.
type weighed struct {
	s        *subject
	c        *ftp.Conn
	a        ftp.Answer
	listener ftp.Side
	who      string // the address that the SYN went to, or the listener's where that sent the answer, as it is said in a sentence
	usual    reach  // of other packets of that address
	same     bool   // the answer came as far as those
	nearer   bool   // it came from nearer by
	farther  bool   // it came from farther away
	sooner   bool   // it came too soon for that address
	took     time.Duration
	near     sight
	because  []string
}

// Differences in time that count: an answer that came in less than half of the
// usual time, by more than leastSooner.
const leastSooner = time.Millisecond

// weigh compares TTL and time of an answer to those of the address in whose name
// it came, or that it came in place of.
func (s *subject) weigh(c *ftp.Conn, a ftp.Answer, listener ftp.Side) weighed {
	to := c.Ends[ftp.Listener].Addr()
	w := weighed{s: s, c: c, a: a, listener: listener, who: to.String(), near: s.sight(a.Capture, to)}
	if to == s.host(listener).Addr() {
		w.who = name(listener)
	} else if a.From == s.host(listener).Addr() {
		w.who, w.near = name(listener), s.sight(a.Capture, a.From)
	}
	w.distance(hops(a.TTL))
	w.delay()
	return w
}

// sight is what was seen of a host: its TTLs in this session, since several
// clients may share an address, or servers one; the times of all sessions.
func (s *subject) sight(capture int, host netip.Addr) sight {
	out, own := s.sights.of(capture, host), s.lately.of(capture, host)
	if own.ttlMax > 0 {
		out.ttlMin, out.ttlMax = own.ttlMin, own.ttlMax
	}
	for i, ttl := range own.closing {
		if ttl > 0 {
			out.closing[i] = ttl
		}
	}
	return out
}

// distance compares hops, not TTLs: a host may begin with another TTL for RST
// and ICMP than for data. Where the TTL of its packets varies, or its own RST or
// FIN came with the TTL at hand, nothing is said.
func (w *weighed) distance(own uint8) {
	w.usual = w.near.reach()
	if w.a.TTL == 0 || w.near.ttlMax == 0 {
		return
	}
	most, least := hops(w.near.ttlMin), hops(w.near.ttlMax)
	switch {
	case w.a.TTL == w.near.closing[0] || w.a.TTL == w.near.closing[1], own == most || own == least:
		w.same = true
		if own == most || own == least {
			w.say("it passed as many routers as %s's other packets (TTL %d)", w.who, w.a.TTL)
		} else {
			w.say("it has the TTL that FIN or RST of %s have (%d)", w.who, w.a.TTL)
		}
	case !w.usual.steady:
	case own < least:
		w.nearer = true
		w.apart(own, least)
	default:
		w.farther = true
		w.apart(own, least)
	}
}

// apart says how far an answer and the other packets came.
func (w *weighed) apart(own, others uint8) {
	w.say("it has a TTL of %d and passed %s, %s's other packets have %d and passed %s", w.a.TTL, routers(int(own)), w.who, w.near.ttlMax, routers(int(others)))
}

// routers counts routers: "no router", "1 router", "2 routers".
func routers(n int) string {
	if n == 0 {
		return "no router"
	}
	return count(n, "router")
}

// delay compares the time that the answer took with the least that the TCP of
// that address ever took. It must be clear which SYN was answered.
func (w *weighed) delay() {
	syns, answers := 0, 0
	var last ftp.Seen
	for _, syn := range w.c.SYNs {
		if !syn.Time.After(w.a.Time) {
			syns++
			last = syn.Seen
		}
	}
	for _, a := range w.c.Answers {
		if a.Time.Before(w.a.Time) {
			answers++
		}
	}
	if syns-answers != 1 || w.near.timed == 0 {
		return
	}
	w.took = w.a.Time.Sub(last.Time)
	if w.took*2 < w.near.near && w.near.near-w.took > leastSooner {
		w.sooner = true
		w.say("it came after %s, and TCP at %s takes %s or more to answer", Duration(w.took), w.who, Duration(w.near.near))
	}
}

func (w *weighed) say(format string, args ...any) {
	w.because = append(w.because, fmt.Sprintf(format, args...))
}

// answer is the finding of who answered.
func (w *weighed) answer(where Where, sure Confidence, box bool, format string, args ...any) answerer {
	return answerer{Place: Place{Statement{fmt.Sprintf(format, args...), sure}, where}, box: box, because: w.because}
}

// inItsName judges a RST, or a SYN-ACK, which comes in the name of the address
// that the SYN went to, whoever sent it.
func (w *weighed) inItsName() answerer {
	switch {
	case w.s.on(w.listener) && !w.nearer && !w.farther && w.who == name(w.listener):
		out := w.answer(placeOf(w.listener), w.atHost(), false, "%s, where this was captured, sent it", w.who)
		out.unknown = []string{"whether its TCP or its own packet filter answered: both look the same"}
		return out
	case w.nearer && w.sooner:
		return w.answer(Middle, Certain, true, "a box between, in the name of %s: it is nearer than %s by hops and by time", w.who, w.who)
	case w.nearer:
		out := w.answer(Middle, Likely, true, "a box between, in the name of %s: it is nearer than %s by hops", w.who, w.who)
		out.unknown = []string{"which box it is, and what it is: it does not name itself"}
		return out
	case w.farther:
		out := w.answer(towards(w.listener), Likely, true, "another machine than the one whose packets came from that address before: it is farther away")
		out.unknown = []string{"which machine it is: a load balancer or NAT may lead the port elsewhere"}
		return out
	case w.sooner && !w.same && w.near.timed > 1:
		out := w.answer(Middle, Likely, true, "a box between, in the name of %s: it answered sooner than %s can", w.who, w.who)
		out.unknown = []string{"which box it is: hops do not tell"}
		return out
	}
	unknown := []string{fmt.Sprintf("whether %s itself answered or its own packet filter, or a box next to it: they look the same", w.who)}
	if w.same && !w.sooner {
		out := w.answer(placeOf(w.listener), Likely, false, "%s itself, or a box right in front of it: both are as many hops away", w.who)
		out.unknown = unknown
		return out
	}
	sure := Likely
	if w.sooner {
		sure = Possible
	}
	out := w.answer(towards(w.listener), sure, false, "%s, or a box on the way in its name: nothing here tells them apart", w.who)
	out.unknown = []string{fmt.Sprintf("whether %s or a box on the way answered", w.who)}
	return out
}

// atHost is how sure it is that a packet came from the host that this was
// captured on.
func (w *weighed) atHost() Confidence {
	wire := w.c.Half[ftp.Listener].Wire
	if wire.Out > 0 && wire.In == 0 && wire.Aside == 0 {
		return Certain
	}
	return w.s.vantage.Confidence
}

// reported judges an ICMP error, whose sender names itself.
//
//	If a router generates an ICMP message, the source address is one of those of
//	the interface over which the packet is sent.
//
// https://www.rfc-editor.org/rfc/rfc1812#section-4.3.2.4 and
// https://www.rfc-editor.org/rfc/rfc4443#section-2.2
func (w *weighed) reported() answerer {
	from, to := w.a.From.Unmap(), w.c.Ends[ftp.Listener].Addr()
	w.quoted()
	switch {
	case from == to:
		return w.ownError()
	case from == w.c.Ends[ftp.Initiator].Addr():
		return w.answer(Unknown, Possible, false, "the ICMP error has the address of %s, which sent the SYN: somebody speaks in its name", from)
	case from == w.s.host(w.listener).Addr():
		out := w.answer(towards(w.listener), Likely, true, "%s, which sent the ICMP error: it is the address of %s on the control connection", from, name(w.listener))
		if w.nearer {
			out.Where, out.Text = Middle, fmt.Sprintf("a box between that holds the address of %s, %s, and sent the ICMP error: it is nearer than %s by hops", name(w.listener), from, name(w.listener))
			return out
		}
		out.unknown = []string{fmt.Sprintf("whether %s itself or a NAT that holds its address said so", name(w.listener))}
		return out
	}
	if from.IsPrivate() && !to.IsPrivate() && !w.nearer {
		out := w.answer(towards(w.listener), Likely, false, "%s, which sent the ICMP error: a private address on the far side of a NAT", from)
		out.unknown = []string{fmt.Sprintf("whether %s is a router or %s itself behind the NAT", from, w.who)}
		return out
	}
	if w.nearer || w.who != name(w.listener) || w.s.vantage.Side == InTheMiddle {
		return w.answer(Middle, Certain, true, "%s, which sent the ICMP error%s", from, w.far())
	}
	out := w.answer(towards(w.listener), Certain, true, "%s, which sent the ICMP error", from)
	if w.same {
		out.unknown = []string{fmt.Sprintf("whether %s is another address of %s: it is as far away", from, w.who)}
	}
	return out
}

// ownError judges an ICMP error from the address that the SYN went to.
func (w *weighed) ownError() answerer {
	switch {
	case w.nearer && w.sooner:
		return w.answer(Middle, Certain, true, "a box between that holds or uses the address of %s: it is nearer than %s by hops and by time", w.who, w.who)
	case w.nearer:
		return w.answer(Middle, Likely, true, "a box between that holds or uses the address of %s: it is nearer than %s by hops", w.who, w.who)
	case w.farther:
		return w.answer(towards(w.listener), Likely, true, "a machine that uses the address of %s, but is farther away", w.who)
	case w.s.on(w.listener) && w.who == name(w.listener):
		return w.answer(placeOf(w.listener), w.s.vantage.Confidence, false, "%s, where this was captured, by its own packet filter", w.who)
	}
	out := w.answer(placeOf(w.listener), Likely, false, "%s itself, by its own packet filter: the ICMP error comes from its address", w.who)
	out.unknown = []string{fmt.Sprintf("whether a NAT that holds the address of %s said so in its place", w.who)}
	if w.who != name(w.listener) {
		out.Where = towards(w.listener)
	}
	return out
}

// quoted reads what the error quotes of the SYN: each router takes one off its
// TTL.
func (w *weighed) quoted() {
	var passed uint8
	for _, syn := range w.c.SYNs {
		if !syn.Time.After(w.a.Time) {
			passed = syn.TTL
		}
	}
	if w.a.QuotedTTL == 0 || w.a.QuotedTTL > passed {
		return
	}
	n := int(passed - w.a.QuotedTTL)
	w.say("the SYN had passed %s behind this point when it was stopped", routers(n))
	// The last router before a host and the host itself quote the same.
	if w.usual.steady && w.near.ttlMax > 0 && n < w.usual.hops {
		w.nearer, w.same = true, false
	}
}

// far says how far the sender of an ICMP error is from the capture point.
func (w *weighed) far() string {
	if w.a.TTL == 0 {
		return ""
	}
	if n := int(hops(w.a.TTL)); n > 0 && n <= maxHops {
		return fmt.Sprintf(", %s away from this capture point", count(n, "router"))
	} else if n == 0 {
		return ": no router stands between it and this capture point"
	}
	return ""
}
