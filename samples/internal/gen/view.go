package gen

import (
	"bytes"
	"fmt"
	"net/netip"
	"time"
)

// view is a place from which packets are seen: the capture point, or the
// other side of the router, if twin is set.
type view struct{ twin *twin }

// twin is the other side of a router between the inside hosts and the rest.
type twin struct {
	inside   map[*host]bool
	as       map[*host]netip.Addr // addresses on that side
	iface    string               // pcapng: its name; empty: the same interface
	rewrites []rewrite
	edits    map[*side][]edit
}

type rewrite struct{ old, new string }

// edit is a change of length in a stream: offsets from at on are shifted.
type edit struct {
	at   uint32 // offset from the ISN in the original
	diff int
}

// forwarding is the time a packet takes through the router.
const forwarding = 20 * time.Microsecond

func (s *scene) setTwin(a *args) error {
	t := &twin{inside: map[*host]bool{}, as: map[*host]netip.Addr{}, edits: map[*side][]edit{}}
	if err := a.expect("inside"); err != nil {
		return err
	}
	for a.more() && !a.peek("as") && !a.peek("interface") {
		h, err := s.host(a)
		if err != nil {
			return err
		}
		t.inside[h] = true
	}
	if len(t.inside) == 0 {
		return fmt.Errorf("want the hosts inside")
	}
	if a.accept("as") {
		for a.more() && !a.peek("interface") {
			if err := t.translate(s, a); err != nil {
				return err
			}
		}
	}
	if a.accept("interface") {
		name, err := a.next("a name")
		if err != nil {
			return err
		}
		if !s.set.ng {
			return fmt.Errorf("only pcapng has several interfaces")
		}
		t.iface = name
	}
	s.twin = t
	return nil
}

// translate reads HOST=ADDRESS.
func (t *twin) translate(s *scene, a *args) error {
	w, err := a.next("HOST=ADDRESS")
	if err != nil {
		return err
	}
	name, text, ok := bytes.Cut([]byte(w), []byte("="))
	if !ok {
		return fmt.Errorf("want HOST=ADDRESS, got %q", w)
	}
	h, err := s.hostNamed(string(name))
	if err != nil {
		return err
	}
	t.as[h], err = netip.ParseAddr(string(text))
	return err
}

func (s *scene) setRewrite(a *args) error {
	if s.twin == nil {
		return fmt.Errorf("want twin before it")
	}
	var r rewrite
	var err error
	if r.old, err = a.text("what to replace"); err != nil {
		return err
	}
	r.new, err = a.text("what replaces it")
	s.twin.rewrites = append(s.twin.rewrites, r)
	return err
}

func (v view) addr(h *host) netip.Addr {
	if v.twin != nil && v.twin.as[h].IsValid() {
		return v.twin.as[h]
	}
	return h.addr
}

// ttl is that of h's packets: one less where the router has passed them on.
func (v view) ttl(h *host) uint8 {
	switch {
	case v.twin == nil:
		return h.ttl
	case v.twin.inside[h]:
		return h.ttl - 1
	}
	return h.ttl + 1
}

// payload returns that of p; where the text is changed on the way, the
// sequence numbers behind it shift.
func (v view) payload(p *packet) []byte {
	if v.twin == nil {
		return p.payload
	}
	b := p.payload
	for _, r := range v.twin.rewrites {
		b = bytes.ReplaceAll(b, []byte(r.old), []byte(r.new))
	}
	if diff := len(b) - len(p.payload); diff != 0 {
		end := p.seq + uint32(len(p.payload)) - p.from.isn
		for _, e := range v.twin.edits[p.from] {
			if e.at == end {
				return b // a retransmission
			}
		}
		v.twin.edits[p.from] = append(v.twin.edits[p.from], edit{end, diff})
	}
	return b
}

// seq translates a number in the stream that sd sends.
func (v view) seq(sd *side, n uint32) uint32 {
	if v.twin == nil {
		return n
	}
	out := n
	for _, e := range v.twin.edits[sd] {
		if n-sd.isn >= e.at {
			out += uint32(e.diff)
		}
	}
	return out
}

// views records a packet from one host to another, at each place that sees it.
func (s *scene) views(from, to *host, build func(view) ([]byte, error)) {
	here := view{}
	if s.twin == nil {
		kind := byte(sllIncoming)
		if from.gw == "" {
			kind = sllOutgoing
		}
		s.link(here, from, to, kind, build)
		return
	}
	first, second := here, view{s.twin}
	if !s.twin.inside[from] {
		first, second = second, first
	}
	s.link(first, from, to, sllIncoming, build)
	s.now += forwarding
	s.link(second, from, to, sllOutgoing, build)
}
