package decode

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// Config says what the decoder takes for a control connection, and its bounds.
type Config struct {
	Ports  []uint16 // control ports besides 21 and 990
	Limits Limits
	SYNs   bool // emit EventSYN for each SYN and EventRST, also of connections that are not followed
}

// Decoder turns frames into events. It is not safe for concurrent use.
type Decoder struct {
	limits    Limits
	syns      bool // Config.SYNs
	interest  Interest
	control   ftp.PortSet  // control ports
	announced *ftp.PortSet // Interest.Announced
	flows     flows
	dormant   queue // flows that are only remembered, oldest first
	lonely    queue // flows that are followed though only one side was heard, that silent for longest first
	over      queue // flows that are closed or reset, in the order of that
	knocks    knocks
	fragments fragments
	waiting   waiting
	event     ftp.Event // emitted, so that it needs no memory each time
	packet    packet    // looked at, likewise
	stats     Stats
	captures  []*captureFacts // by Frame.Capture
	capture   *captureFacts   // of the frame that is decoded
	now       ftp.Time        // of the latest frame that has a time
	swept     ftp.Time        // when connections were last looked through
	sweptAt   int64           // the number of frames by then
	crowded   bool            // making room was not worth its price since then
	wary      bool            // for tests: nothing is taken for smooth
	warmth    int             // the sum of flow.warm
	noticed   map[string]bool
	matter    Matter // of the frame that was decoded last
}

// New makes a decoder that asks interest about connections.
func New(c Config, interest Interest) *Decoder {
	d := &Decoder{limits: c.Limits.withDefaults(), syns: c.SYNs, interest: interest, announced: interest.Announced(), noticed: make(map[string]bool)}
	d.flows.byKey = make(map[flowKey]*flow)
	d.dormant.kind, d.lonely.kind, d.over.kind = byState, byState, byState
	d.fragments.limit, d.waiting.limit, d.knocks.limit = d.limits.Fragments, d.limits.Waiting, d.limits.Knocks
	for _, p := range append([]uint16{21, 990}, c.Ports...) {
		d.control.Add(p)
	}
	return d
}

// Stats counts what was read so far.
func (d *Decoder) Stats() Stats { return d.stats }

// Decode takes one frame and emits what it tells. The frame's bytes are not
// kept, the events' bytes are valid only during emit. A frame without bytes is a
// tick: time passed.
func (d *Decoder) Decode(f *capture.Frame, emit func(*ftp.Event)) {
	tick := f.Length == 0 && f.Number == 0 // else it is a frame of nothing, in a file
	if !tick {
		d.stats.Frames++
	}
	d.matter = MatterNone
	d.capture = d.captureOf(f)
	if f.Length > len(f.Data) {
		d.stats.Truncated++
	}
	at := ftp.TimeOf(f.Time)
	if !at.IsZero() {
		d.now = at
	}
	if d.due(tick) {
		d.sweep(emit)
	}
	if f.Length == 0 {
		d.tell(emit, ftp.Event{Kind: ftp.EventTick, Seen: d.seen(f)})
		return
	}
	d.capture.frame(f, at)
	ether, start, ok := link(f.Link, f.Data)
	if !ok {
		d.stats.OtherLink++
		return
	}
	body, wire := f.Data[start:], f.Length-start
	if d.nobodys(ether, body, wire) {
		return
	}
	d.look(f, ether, body, wire, emit)
}

// seen is where and when the frame that is decoded was seen.
func (d *Decoder) seen(f *capture.Frame) ftp.Seen {
	return ftp.Seen{Ref: ftp.Ref{Capture: f.Capture, Frame: f.Number}, Time: d.now}
}

// look takes what follows the link layer of a frame.
func (d *Decoder) look(f *capture.Frame, ether uint16, body []byte, wire int, emit func(*ftp.Event)) {
	switch ether {
	case capture.EtherIPv4:
		d.stats.IPv4++
	case capture.EtherIPv6:
		d.stats.IPv6++
	}
	if p := &d.packet; look(ether, body, wire, p) == foundTCP {
		p.seen, p.frame = d.seen(f), f
		d.tcp(p, emit)
		return
	}
	d.lookAgain(f, ether, body, wire, emit)
}

// lookAgain is for what the first look does not take for TCP.
func (d *Decoder) lookAgain(f *capture.Frame, ether uint16, body []byte, wire int, emit func(*ftp.Event)) {
	seen := d.seen(f)
	var p packet
	var e icmpError
	fragments := d.stats.Fragments
	found := look(ether, body, wire, &p)
	if found == 0 {
		found = d.secondLook(ether, body, wire, &p, &e)
	}
	if e.any {
		d.capture.ICMP++
		if e.neighbours {
			d.capture.Neighbours++
		}
	}
	switch found {
	case foundTCP:
		p.seen, p.frame = seen, f
		d.tcp(&p, emit)
	case foundICMP:
		d.matter = MatterWhole
		d.stats.ICMP++
		e.seen = seen
		d.icmp(&e, emit)
	case foundUDP:
		d.stats.UDP++
		if p.src.Port() == 69 || p.dst.Port() == 69 {
			d.stats.TFTP++
		}
	case foundOther:
		if _, ok := layerOf(ether); !ok {
			d.stats.OtherLink++
		}
	case foundFragment:
		if d.fragments.full {
			d.notice(seen, emit, "limit-fragments", "more than %d bytes of IP fragments wait for others: the oldest are given up", d.limits.Fragments)
		}
	case foundNothing:
		d.stats.Unreadable++
	}
	if d.stats.Fragments > fragments {
		d.matter = MatterWhole // the others are of no use without it
	}
}

// tcp takes one TCP segment.
func (d *Decoder) tcp(p *packet, emit func(*ftp.Event)) {
	src, dst := p.src.Port(), p.dst.Port()
	d.countTCP(src, dst)
	if d.syns && p.flags&(flagSYN|flagACK|flagRST) == flagSYN {
		d.syn(p, emit)
	}
	fl := d.known(p, emit)
	if fl == nil {
		fl = d.door(p, false, emit)
	}
	if d.syns && p.has(flagRST) && (fl == nil || fl.conn.Role == ftp.RoleNone) {
		d.tell(emit, ftp.Event{Kind: ftp.EventRST, Seen: p.seen, Ends: [2]netip.AddrPort{p.dst, p.src}, Acked: int64(p.ack)})
	}
	control := fl != nil && fl.conn.Role == ftp.RoleControl || d.control.Has(src) || d.control.Has(dst)
	d.capture.tcp(src, dst, control)
	if control && d.capture.Thinned && p.frame.Length > len(p.frame.Data) {
		d.capture.Truncated++
	}
	d.matter = matterOf(fl, p)
	if fl != nil {
		d.segment(fl, p, emit)
	}
}

// countTCP counts a TCP segment by its ports.
func (d *Decoder) countTCP(src, dst uint16) {
	d.stats.TCP++
	if d.control.Has(dst) {
		d.stats.ControlPort[0]++
	}
	if d.control.Has(src) {
		d.stats.ControlPort[1]++
	}
	if src == 22 || dst == 22 {
		d.stats.SSH++
	}
}

// known is the connection that a segment belongs to, nil if it begins one or
// nobody cares.
func (d *Decoder) known(p *packet, emit func(*ftp.Event)) *flow {
	fl := d.flows.find(p.src, p.dst)
	if fl == nil {
		if first, seen := d.knocks.take(p.src, p.dst); first != nil {
			fl = d.revive(first, seen, p, emit)
		}
	}
	if fl == nil {
		return nil
	}
	if d.stats.Frames-fl.touched > coldAfter {
		d.warmth += fl.warm()
	}
	fl.touched = d.stats.Frames
	if fl.reused(p) {
		d.end(fl, emit)
		return nil
	}
	return fl
}

// segment takes a segment of a connection.
func (d *Decoder) segment(fl *flow, p *packet, emit func(*ftp.Event)) {
	side := fl.side(p)
	if !d.wary && fl.smooth(p, side) {
		return
	}
	if twice, routed := fl.twins.seen(p, uint8(side), fl.conn.Duplicates > 0); twice {
		if !p.has(flagRST) { // a host may answer several segments by the same RST
			fl.conn.Duplicates++
		}
		if routed {
			fl.conn.Half[side].Wire.Routed++
		}
		return
	}
	changed := fl.facts(p, side)
	if fl.conn.Role == ftp.RoleNone {
		d.ponder(fl, p.seen, emit)
	} else if changed {
		d.change(fl, p.seen, side, emit)
	}
	switch {
	case fl.conn.Role == ftp.RoleControl:
		d.read(fl, p, side, emit)
	case fl.greeted != nil && p.length > 0:
		d.listen(fl, p, emit)
	}
	if !fl.gone && (fl.state != nil || p.has(flagFIN|flagRST) || fl.conn.Packets() == 1) {
		d.place(fl, emit)
	}
	if d.waiting.full {
		d.waiting.full = false
		d.notice(p.seen, emit, "limit-waiting", "more than %d bytes of TCP connections are held back: what comes then is shown with gaps, or not recognised as FTP", d.limits.Waiting)
	}
}

// read takes a packet of a control connection. Nothing is kept for one that
// never says anything, such as each of a flood of SYNs.
func (d *Decoder) read(fl *flow, p *packet, side ftp.Side, emit func(*ftp.Event)) {
	if p.has(flagSYN | flagRST) {
		return
	}
	if fl.control == nil {
		if p.length == 0 && !p.has(flagFIN) {
			return
		}
		fl.control = newControl(fl, &d.waiting)
	}
	fl.control.add(p, side, d.limits, emit)
}

// tell emits an event without memory of its own.
func (d *Decoder) tell(emit func(*ftp.Event), ev ftp.Event) {
	d.event = ev
	emit(&d.event)
}

// change tells that something is new about a connection that is followed.
func (d *Decoder) change(fl *flow, at ftp.Seen, from ftp.Side, emit func(*ftp.Event)) {
	d.tell(emit, ftp.Event{Kind: ftp.EventChange, Seen: at, Conn: fl.conn, From: from})
}

// syn tells of a SYN, whoever it is for.
func (d *Decoder) syn(p *packet, emit func(*ftp.Event)) {
	d.tell(emit, ftp.Event{Kind: ftp.EventSYN, Seen: p.seen, Ends: [2]netip.AddrPort{p.src, p.dst}, SYN: synOf(p)})
}

// icmp takes an ICMP error: it answers a SYN if it quotes it and nothing
// succeeded so far. Any other is noted.
func (d *Decoder) icmp(e *icmpError, emit func(*ftp.Event)) {
	fl := d.flows.find(e.src, e.dst)
	if fl == nil {
		return
	}
	if e.tooBig || !fl.failed() || fl.conn.Ends[ftp.Initiator] != e.src || !fl.isSYN(e.seq) {
		fl.disturbed(e)
		return
	}
	for _, a := range fl.conn.Answers {
		if a.Kind == ftp.AnswerICMP && a.From == e.from && e.seen.Time.Sub(a.Time).Abs() < twinWithoutID {
			return // the same message, captured twice
		}
	}
	fl.answer(ftp.Answer{Seen: e.seen, Kind: ftp.AnswerICMP, TTL: e.ttl, From: e.from, Type: e.typ, Code: e.code, QuotedTTL: e.quotedTTL})
	fl.conn.Last = e.seen
	d.place(fl, emit)
	if fl.conn.Role != ftp.RoleNone {
		d.change(fl, e.seen, ftp.Listener, emit)
	}
}

// Finish ends every connection: the capture is over.
func (d *Decoder) Finish(emit func(*ftp.Event)) {
	d.tell(emit, ftp.Event{Kind: ftp.EventTick, Seen: ftp.Seen{Time: d.now}})
	for fl := range d.flows.age.all() {
		d.end(fl, emit)
	}
	if n := d.knocks.left(); n > 0 {
		d.notice(ftp.Seen{Time: d.now}, emit, "limit-unanswered", "more than %d TCP connections at once that nobody answered: %d more are not listed, of each of which one packet was captured", d.limits.Unanswered, n)
	}
}

// notice emits a notice once for each code.
func (d *Decoder) notice(at ftp.Seen, emit func(*ftp.Event), code, format string, a ...any) {
	if d.noticed[code] {
		return
	}
	d.noticed[code] = true
	emit(&ftp.Event{Kind: ftp.EventNotice, Seen: at, Notice: ftp.Notice{Code: code, Message: fmt.Sprintf(format, a...), Time: at.Time}})
}
