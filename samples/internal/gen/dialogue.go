package gen

import (
	"fmt"
	"strings"
)

// speaker is the first word of a line of dialogue: C> S< C+ S! C:name> ….
type speaker struct {
	client bool
	conn   string
	op     byte // '>' a line, '+' one more in the same segment, '!' urgent, '=' not encrypted
}

func parseSpeaker(w string) (speaker, bool) {
	if len(w) < 2 || w[0] != 'C' && w[0] != 'S' {
		return speaker{}, false
	}
	sp := speaker{client: w[0] == 'C', conn: "ctl", op: w[len(w)-1]}
	if sp.op == '<' && !sp.client {
		sp.op = '>'
	} else if sp.op == '>' && !sp.client || strings.IndexByte(">+!=", sp.op) < 0 {
		return speaker{}, false
	}
	if mid := w[1 : len(w)-1]; mid != "" {
		if mid[0] != ':' || len(mid) == 1 {
			return speaker{}, false
		}
		sp.conn = mid[1:]
	}
	return sp, true
}

// draft is a segment that may still be added to.
type draft struct {
	from  *side
	text  payload
	flags flags
	clear bool
	mod   modifiers
}

func (s *scene) dialogue(sp speaker, text string) error {
	c := s.conns[sp.conn]
	if c == nil {
		return fmt.Errorf("no connection %q", sp.conn)
	}
	if !c.open {
		return fmt.Errorf("%s is not open", sp.conn)
	}
	from := c.b
	if sp.client {
		from = c.a
	}
	p, err := unescape(text)
	if err != nil {
		return err
	}
	if !p.open && sp.op != '!' {
		p.bytes = append(p.bytes, '\r', '\n')
	}
	if len(p.bytes) == 0 {
		return fmt.Errorf("nothing to send")
	}
	if sp.op == '+' {
		return s.addToDraft(from, p)
	}
	s.flushAcks(c)
	s.draft = &draft{from: from, text: p, flags: flagPSH, clear: sp.op == '=', mod: s.mod}
	if sp.op == '!' {
		s.draft.flags |= flagURG
	}
	return nil
}

func (s *scene) addToDraft(from *side, p payload) error {
	if s.draft == nil || s.draft.from != from {
		return fmt.Errorf("+ follows a line of the same side")
	}
	if s.mod != (modifiers{}) {
		return fmt.Errorf("unseen, lost and twice belong to the whole segment")
	}
	d := &s.draft.text
	for _, cut := range p.cuts {
		d.cuts = append(d.cuts, len(d.bytes)+cut)
	}
	d.bytes = append(d.bytes, p.bytes...)
	return nil
}

// sendDraft sends the segment that no further line can join.
func (s *scene) sendDraft() {
	d := s.draft
	if d == nil {
		return
	}
	s.draft = nil
	mod := s.mod
	s.mod = d.mod
	data, cuts := d.text.bytes, d.text.cuts
	if d.from.conn.sealed && !d.clear {
		data, cuts = d.from.conn.tls.seal(data), nil
	}
	s.transmit(d.from, data, cuts, d.flags)
	s.mod = mod
}
