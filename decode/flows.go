package decode

import (
	"cmp"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// flowKey names a TCP connection whichever side a packet comes from. It has no
// padding, so that it is hashed in one go.
type flowKey struct {
	addr   [2][16]byte // the lower end first
	port   [2]uint16
	family uint16
}

func keyOf(a, b netip.AddrPort) flowKey {
	if a.Compare(b) > 0 {
		a, b = b, a
	}
	k := flowKey{[2][16]byte{a.Addr().As16(), b.Addr().As16()}, [2]uint16{a.Port(), b.Port()}, 6}
	if a.Addr().Is4() {
		k.family = 4
	}
	return k
}

// flows are the connections that a decoder knows.
type flows struct {
	byKey  map[flowKey]*flow
	ports  [1 << 16]uint32 // how many have an end at the port
	recent [1 << 14]*flow  // found last, by both ports
	age    queue           // all
	spare  []*flow         // dropped, to be used again
	lastID int64
}

// maxSpare bounds flows.spare.
const maxSpare = 1 << 10

func (t *flows) count() int { return t.age.length }

// has reports whether there may be a connection between two ports.
func (t *flows) has(a, b uint16) bool { return t.ports[a] != 0 && t.ports[b] != 0 }

// find is the connection between two ends, nil if there is none.
func (t *flows) find(a, b netip.AddrPort) *flow {
	if !t.has(a.Port(), b.Port()) {
		return nil
	}
	recent := t.recently(a.Port(), b.Port())
	if f := *recent; f != nil && f.between(a, b) {
		return f
	}
	f := t.byKey[keyOf(a, b)]
	if f != nil {
		*recent = f
	}
	return f
}

func (t *flows) recently(a, b uint16) **flow { return &t.recent[(a^b)%uint16(len(t.recent))] }

// add makes a flow.
func (t *flows) add(initiator, listener netip.AddrPort, first ftp.Seen) *flow {
	f := t.fresh()
	t.lastID++
	f.conn.ID, f.conn.First = t.lastID, first
	f.ends = [2]netip.AddrPort{initiator, listener}
	f.conn.Ends = f.ends
	t.byKey[keyOf(initiator, listener)] = f
	t.ports[initiator.Port()]++
	t.ports[listener.Port()]++
	t.age.push(f)
	return f
}

// drop forgets a flow.
func (t *flows) drop(f *flow) {
	a, b := f.ends[0], f.ends[1]
	delete(t.byKey, keyOf(a, b))
	t.ports[a.Port()]--
	t.ports[b.Port()]--
	t.age.remove(f)
	if recent := t.recently(a.Port(), b.Port()); *recent == f {
		*recent = nil
	}
	f.gone = true
	if len(t.spare) < maxSpare {
		t.spare = append(t.spare, f)
	}
}

// roomy is an ftp.Conn with room for what most have.
type roomy struct {
	ftp.Conn
	syns    [1]ftp.SYN
	answers [1]ftp.Answer
}

// fresh is a flow without a past. Its memory may have one, but for the
// connection's: that belongs to whoever was told of it.
func (t *flows) fresh() *flow {
	var f *flow
	var room *roomy
	if n := len(t.spare); n > 0 {
		f, t.spare = t.spare[n-1], t.spare[:n-1]
		if f.conn.Role == ftp.RoleNone {
			room = f.roomy
		}
		unused := cmp.Or(f.traffic, f.unused)
		if unused != nil {
			unused.forget()
		}
		f.core = core{unused: unused}
		f.twins.count, f.twins.next = 0, 0
	} else {
		f = new(flow)
	}
	if room == nil {
		room = new(roomy)
	}
	// New memory too, as a page that is read before it is written costs two faults.
	*room = roomy{}
	f.roomy, f.conn = room, &room.Conn
	f.conn.SYNs, f.conn.Answers = room.syns[:0], room.answers[:0]
	return f
}
