package decode

import (
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// Interest tells whether a TCP connection is, or may be, a data connection. The
// tracker of sessions answers it, after it handled all events of earlier
// packets.
type Interest interface {
	// Data is asked about a connection from initiator to listener that is not a
	// control connection: at its handshake, again with each packet while it is
	// only remembered, and, if it is not, with each payload. handshake is false
	// where the connection was already open when it was first seen, so that only an
	// announcement tells who listens.
	Data(initiator, listener netip.AddrPort, handshake bool) ftp.Claim

	// Announced is the set of ports at which listeners were announced, kept current:
	// where a connection that was open already goes to none of them, Data need not
	// be asked. It is only read.
	Announced() *ftp.PortSet
}

// door decides about a packet of an unknown connection: the flow that it begins,
// or nil if the connection is nobody's. A second packet was captured if that is
// said.
func (d *Decoder) door(p *packet, second bool, emit func(*ftp.Event)) *flow {
	switch {
	case p.flags&(flagSYN|flagACK|flagRST) == flagSYN:
		return d.admit(p, p.src, p.dst, second, emit)
	case p.flags&(flagSYN|flagACK|flagRST) == flagSYN|flagACK:
		return d.admit(p, p.dst, p.src, second, emit)
	case p.has(flagRST) || p.length == 0:
		d.trace(p, emit)
		return nil
	case d.control.Has(p.dst.Port()):
		return d.open(p, ftp.RoleControl, p.src, p.dst, second, emit)
	case d.control.Has(p.src.Port()):
		return d.open(p, ftp.RoleControl, p.dst, p.src, second, emit)
	case d.interest.Data(p.src, p.dst, false) != ftp.ClaimNone:
		return d.open(p, ftp.RoleData, p.src, p.dst, second, emit)
	case d.interest.Data(p.dst, p.src, false) != ftp.ClaimNone:
		return d.open(p, ftp.RoleData, p.dst, p.src, second, emit)
	}
	return d.overheard(p, second, emit)
}

// trace tells of a packet without payload that nobody but an announced data connection
// explains, of which nothing was seen before.
func (d *Decoder) trace(p *packet, emit func(*ftp.Event)) {
	for _, ends := range [2][2]netip.AddrPort{{p.src, p.dst}, {p.dst, p.src}} {
		if d.announced.Has(ends[ftp.Listener].Port()) && d.interest.Data(ends[0], ends[1], false) == ftp.ClaimAnnounced {
			d.tell(emit, ftp.Event{Kind: ftp.EventTrace, Seen: p.seen, Ends: ends})
		}
	}
}

// overheard recognises a control connection on any port that was open before the
// capture began, by an announcement that it carries.
func (d *Decoder) overheard(p *packet, second bool, emit func(*ftp.Event)) *flow {
	speaker, ok := ftp.LooksLikeMidstream(p.payload)
	if !ok {
		return nil
	}
	if d.capture.Thinned {
		server := p.src.Port()
		if speaker == ftp.Initiator {
			server = p.dst.Port()
		}
		d.unnamed(server, p.seen, emit)
		return nil
	}
	client, server := p.src, p.dst
	if speaker == ftp.Listener {
		client, server = server, client
	}
	fl := d.open(p, ftp.RoleControl, client, server, second, emit)
	if fl != nil {
		fl.conn.Recognised = true
	}
	return fl
}

// unnamed tells of a control connection that a thinned capture does not hold, but for
// a packet here and there: its port was not named.
func (d *Decoder) unnamed(port uint16, at ftp.Seen, emit func(*ftp.Event)) {
	d.notice(at, emit, "port-not-named", "FTP on port %d, of which few packets are looked at: name it by --port %d", port, port)
}

// admit takes a connection whose handshake is seen.
func (d *Decoder) admit(p *packet, initiator, listener netip.AddrPort, second bool, emit func(*ftp.Event)) *flow {
	if d.control.Has(listener.Port()) {
		return d.open(p, ftp.RoleControl, initiator, listener, second, emit)
	}
	claim := d.interest.Data(initiator, listener, true)
	role := ftp.RoleNone
	if claim != ftp.ClaimNone {
		role = ftp.RoleData
	}
	fl := d.open(p, role, initiator, listener, second, emit)
	if fl != nil && claim != ftp.ClaimAnnounced {
		fl.greeted = &greeted{} // or a control connection, on a port of its own
	}
	return fl
}

// open makes a flow. Without a role it is only remembered for a while, because
// the connection may be recognised afterwards. Where too many wait for an answer
// already, it is made for the second packet only.
func (d *Decoder) open(p *packet, role ftp.Role, initiator, listener netip.AddrPort, second bool, emit func(*ftp.Event)) *flow {
	if d.lonely.length >= d.limits.Unanswered {
		if !second {
			d.knocks.keep(p, role != ftp.RoleNone)
			return nil
		}
		if role != ftp.RoleNone {
			d.end(d.lonely.first, emit)
		}
	}
	if d.flows.count() >= d.limits.Connections && !d.makeRoom(p.seen, emit) {
		return nil
	}
	fl := d.flows.add(initiator, listener, p.seen)
	fl.conn.Midstream = !p.has(flagSYN)
	fl.conn.Thinned = d.capture.Thinned && role != ftp.RoleControl
	if role == ftp.RoleNone {
		d.remember(fl, emit)
		return fl
	}
	d.promote(fl, role, p.seen, emit)
	return fl
}

// revive opens a connection by the frame that was kept of it, now that a second
// one came.
func (d *Decoder) revive(first *capture.Frame, seen ftp.Seen, second *packet, emit func(*ftp.Event)) *flow {
	var p packet
	ether, start, ok := link(first.Link, first.Data)
	if !ok || look(ether, first.Data[start:], first.Length-start, &p) != foundTCP {
		return d.door(second, true, emit) // it was too long to be kept, or in pieces
	}
	p.frame, p.seen = first, seen
	fl := d.door(&p, true, emit)
	if fl != nil {
		d.segment(fl, &p, emit)
	}
	return d.flows.find(p.src, p.dst)
}

// lately is for how long an announcement of a connection may still come.
const lately = 10 * time.Second

// remember keeps a connection that nobody asked for, and forgets the oldest if
// there are too many.
func (d *Decoder) remember(fl *flow, emit func(*ftp.Event)) {
	d.move(fl, &d.dormant)
	if d.dormant.length <= d.limits.Remembered {
		return
	}
	oldest := d.dormant.first
	d.remove(oldest)
	if oldest.conn.Thinned && fl.conn.First.Time.Sub(oldest.conn.First.Time) > lately {
		return // it is open: what it says was left out
	}
	d.notice(fl.conn.First, emit, "limit-remembered",
		"more than %d TCP connections at once that may or may not be FTP: the oldest are not looked at", d.limits.Remembered)
}

// move takes a flow from the queue that it is in to another, or none.
func (d *Decoder) move(fl *flow, to *queue) {
	if fl.state != nil {
		fl.state.remove(fl)
	}
	if fl.state = to; to != nil {
		to.push(fl)
	}
}

// place puts a flow into the queue where it belongs after a packet.
func (d *Decoder) place(fl *flow, emit func(*ftp.Event)) {
	switch {
	case fl.conn.Role == ftp.RoleNone:
		if fl.over() {
			d.remove(fl)
		}
	case fl.over():
		if fl.state == &d.over {
			return
		}
		d.move(fl, &d.over)
		if d.over.length > d.limits.Ended {
			d.end(d.over.first, emit)
		}
	case fl.unanswered():
		d.move(fl, &d.lonely)
	default:
		d.move(fl, nil)
	}
}

// promote makes a remembered connection a followed one.
func (d *Decoder) promote(fl *flow, role ftp.Role, at ftp.Seen, emit func(*ftp.Event)) {
	d.move(fl, nil)
	fl.conn.Role = role
	if role == ftp.RoleControl {
		d.deafen(fl)
		fl.conn.Thinned = false
	}
	d.tell(emit, ftp.Event{Kind: ftp.EventOpen, Seen: at, Conn: fl.conn})
}

// ponder looks at a packet of a connection that is only remembered: is it what
// somebody waits for by now?
func (d *Decoder) ponder(fl *flow, at ftp.Seen, emit func(*ftp.Event)) {
	switch d.interest.Data(fl.conn.Ends[ftp.Initiator], fl.conn.Ends[ftp.Listener], true) {
	case ftp.ClaimAnnounced:
		d.deafen(fl)
		d.promote(fl, ftp.RoleData, at, emit)
	case ftp.ClaimPossible:
		d.promote(fl, ftp.RoleData, at, emit)
	}
}

// listen hears whether a connection begins as a control connection does, and
// makes it one.
func (d *Decoder) listen(fl *flow, p *packet, emit func(*ftp.Event)) {
	switch fl.greeted.add(fl, p, &d.waiting) {
	case ftp.VerdictNot:
		d.deafen(fl)
		if fl.conn.Role == ftp.RoleNone {
			d.remove(fl)
		}
	case ftp.VerdictFTP:
		if fl.conn.Thinned {
			d.unnamed(fl.ends[ftp.Listener].Port(), p.seen, emit)
			d.deafen(fl)
			return
		}
		held := fl.greeted.held
		fl.conn.Recognised = true
		d.promote(fl, ftp.RoleControl, p.seen, emit)
		for i := range held {
			d.read(fl, &held[i], fl.side(&held[i]), emit)
		}
	}
}

// deafen ends the hearing of first words.
func (d *Decoder) deafen(fl *flow) {
	if fl.greeted != nil {
		fl.greeted.forget(&d.waiting)
		fl.greeted = nil
	}
}

// remove drops a connection without a word.
func (d *Decoder) remove(fl *flow) {
	d.move(fl, nil)
	d.deafen(fl)
	d.flows.drop(fl)
}

// end tells that nothing more of the connection will be counted.
func (d *Decoder) end(fl *flow, emit func(*ftp.Event)) {
	d.remove(fl)
	if fl.conn.Role == ftp.RoleNone {
		return
	}
	if fl.control != nil {
		fl.control.finish(emit)
	}
	fl.conn.Ended = true
	d.tell(emit, ftp.Event{Kind: ftp.EventEnd, Seen: fl.conn.Last, Conn: fl.conn})
}
