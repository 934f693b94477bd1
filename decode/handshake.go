package decode

import "github.com/ftpscope/ftpscope/decode/ftp"

// establish notes the packet that shows that the handshake succeeded.
func (f *flow) establish(at ftp.Seen) bool {
	if f.conn.Established.Yes() {
		return false
	}
	f.conn.Established = at
	return true
}

// handshake takes a SYN or a SYN-ACK. Those of a connection that is open are
// repetitions, or the capture has them after what followed.
func (f *flow) handshake(p *packet, side ftp.Side) (changed bool) {
	c, s := f.conn, &f.span[side]
	stack := stackOf(p)
	c.Half[side].MSS = max(c.Half[side].MSS, stack.MSS)
	switch {
	case side == ftp.Initiator && !p.has(flagACK):
		f.presume(false)
		s.start(p.seq)
		f.based(side)
		c.Midstream = false
		c.SYNCount++
		if len(c.SYNs) < ftp.MaxAttempts {
			c.SYNs = append(c.SYNs, synOf(p))
		}
	case side == ftp.Listener && p.has(flagACK):
		answer := ftp.Answer{Seen: p.seen, Kind: ftp.AnswerSYNACK, TTL: p.ttl, From: p.src.Addr(), Clock: clockOf(p), Stack: stack}
		f.presume(false)
		if s.sure && !f.failed() {
			if p.ack == f.span[ftp.Initiator].base {
				f.answer(answer) // again: the ACK did not reach it, or another host answers for the same address
			}
			return false
		}
		changed = !s.sure
		s.start(p.seq)
		f.based(side)
		if !f.span[ftp.Initiator].known {
			f.span[ftp.Initiator].start(p.ack - 1)
		}
		c.Midstream = false
		f.answer(answer)
		if c.Thinned && len(c.Answers) == 1 {
			f.presumed = true
			changed = f.establish(p.seen) || changed
		}
	}
	return changed
}

// presume ends the presumption that the handshake of a thinned connection succeeded
// when its SYN-ACK was seen. Where a SYN or SYN-ACK is repeated it did not.
func (f *flow) presume(right bool) {
	if f.presumed && !right {
		f.conn.Established = ftp.Seen{}
	}
	f.presumed = false
}

func (f *flow) answer(a ftp.Answer) {
	if len(f.conn.Answers) < ftp.MaxAttempts {
		f.conn.Answers = append(f.conn.Answers, a)
	}
}

// reset takes a RST: an answer to the SYN, or the end of the connection.
//
//	In all states except SYN-SENT, all reset (RST) segments are validated by
//	checking their SEQ-fields. A reset is valid if its sequence number is in
//	the window. In the SYN-SENT state (a RST received in response to an initial
//	SYN), the RST is acceptable if the ACK field acknowledges the SYN.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.5.3
func (f *flow) reset(p *packet, side ftp.Side) bool {
	c := f.conn
	w := &c.Half[side].Wire
	if side == ftp.Listener && f.failed() && c.SYNCount > 0 && !f.span[side].sure && !f.endsUnseen(p) {
		if p.has(flagACK) && !f.acknowledgesSYN(p.ack) {
			return false
		}
		f.answer(ftp.Answer{Seen: p.seen, Kind: ftp.AnswerRST, TTL: p.ttl, From: p.src.Addr()})
		w.RSTTTL = orTTL(w.RSTTTL, p.ttl)
		return true
	}
	if s := &f.span[side]; s.known {
		if at := s.at(p.seq); at < -slack || at > s.next+f.leeway() {
			if h := &c.Half[side]; !h.FalseRST.Yes() {
				h.FalseRST = p.seen
			}
			return false
		}
	}
	if c.Half[side].RST.Yes() {
		return false
	}
	if side == ftp.Listener && f.endsUnseen(p) {
		f.establish(p.seen)
	}
	c.Half[side].RST = p.seen
	if c.Thinned {
		f.presume(true)
		f.told(p, side)
	}
	w.RSTTTL = orTTL(w.RSTTTL, p.ttl)
	return true
}

// endsUnseen reports whether a RST of the listener ends a connection whose handshake
// the capture lacks: the answer to a SYN has the number 0 and acknowledges the SYN
// alone, this has a number of its own and acknowledges more.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.5.2
func (f *flow) endsUnseen(p *packet) bool {
	return f.conn.SYNCount > 0 && p.has(flagACK) && p.seq != 0 && p.ack != f.span[ftp.Initiator].base && f.acknowledgesSYN(p.ack)
}

// leeway is how far behind what was seen of a side its RST may lie.
func (f *flow) leeway() int64 {
	if f.conn.Thinned {
		return reach
	}
	return slack
}

// told takes what a packet of a thinned connection tells of those that were left
// out: how much its side has sent, and received.
func (f *flow) told(p *packet, side ftp.Side) {
	if !f.conn.Half[side].FIN.Yes() { // it takes a number that is no byte
		f.span[side].add(p.seq, 0)
		f.counted(side)
	}
	if p.has(flagACK) {
		if f.traffic == nil {
			f.begin()
		}
		f.confirm(p, side)
	}
}

// orTTL is the first TTL that there is.
func orTTL(first, later uint8) uint8 {
	if first == 0 {
		return later
	}
	return first
}

// acknowledgesSYN reports whether ack is behind the SYN and behind no more than
// the payload that it may have had (RFC 7413).
func (f *flow) acknowledgesSYN(ack uint32) bool {
	const most = 1460
	return ack-f.span[ftp.Initiator].base <= most
}

// isSYN reports whether a segment of the initiator with this sequence number was
// its SYN.
func (f *flow) isSYN(seq uint32) bool {
	return f.conn.SYNCount > 0 && f.span[ftp.Initiator].base == seq+1
}

// challenge notes an ACK of the listener that answers the SYN and does not
// acknowledge it: the listener holds an earlier connection.
//
//	If the SYN bit is set, irrespective of the sequence number, TCP MUST send
//	an ACK (also referred to as challenge ACK) to the remote peer
//
// https://www.rfc-editor.org/rfc/rfc5961#section-4.2
func (f *flow) challenge(p *packet, side ftp.Side) bool {
	s := &f.span[ftp.Initiator]
	if side != ftp.Listener || !f.failed() || f.conn.SYNCount == 0 || f.span[side].sure {
		return false
	}
	if p.length > 0 || !p.has(flagACK) || p.has(flagFIN) {
		return false
	}
	if at := s.at(p.ack); at >= 0 && at <= slack {
		return false // the SYN-ACK is missing, or comes later in the file
	}
	if !f.conn.Challenge.Yes() {
		f.conn.Challenge = p.seen
	}
	return true
}

// stale reports whether a packet belongs to an earlier connection between the
// same two endpoints: it comes while the handshake goes on, and its numbers are
// far from those of the handshake.
func (f *flow) stale(p *packet, side ftp.Side) bool {
	if !f.failed() {
		return false
	}
	far := func(s *span, seq uint32) bool {
		at := s.at(seq)
		return s.sure && (at < -1 || at > reach)
	}
	return far(&f.span[side], p.seq) || p.has(flagACK) && far(&f.span[side.Other()], p.ack)
}
