package decode

import (
	"net/netip"

	"github.com/ftpscope/ftpscope/capture"
)

// knocks are the first frames of connections that would be followed if there were
// not too many already that nobody answers: a flood. A second packet, of either
// side, shows that there is somebody: then the connection begins by the frame that
// was kept. Until then it costs no memory of its own.
type knocks struct {
	limit  int // Limits.Knocks
	byKey  map[flowKey]int
	kept   []knock // a ring once it is full
	oldest int     // of a full ring
	lost   int64   // of which no second packet came
}

// knock is one of them.
type knock struct {
	key   flowKey
	here  bool
	frame capture.Frame // without its data
	size  int           // of data
	data  [maxKnock]byte
}

// maxKnock is the longest frame that is kept. Of a longer one only it is known
// that it was there.
const maxKnock = 192

// keep takes the first packet between two ends.
func (n *knocks) keep(p *packet) {
	at := len(n.kept)
	if at < n.limit {
		n.kept = append(n.kept, knock{})
	} else {
		at = n.oldest
		n.oldest = (n.oldest + 1) % n.limit
		if n.kept[at].here {
			n.lost++
			delete(n.byKey, n.kept[at].key)
		}
	}
	if n.byKey == nil {
		n.byKey = make(map[flowKey]int)
	}
	k := &n.kept[at]
	k.key, k.here, k.frame = keyOf(p.src, p.dst), true, *p.frame
	k.frame.Data, k.size = nil, 0
	if b := p.frame.Data; len(b) <= maxKnock {
		k.size = copy(k.data[:], b)
	}
	n.byKey[k.key] = at
}

// take takes out the knock between two ends; the frame is without data if it was
// too long. It is valid until the next call of keep.
func (n *knocks) take(a, b netip.AddrPort) (*capture.Frame, bool) {
	if len(n.byKey) == 0 {
		return nil, false
	}
	key := keyOf(a, b)
	at, ok := n.byKey[key]
	if !ok {
		return nil, false
	}
	delete(n.byKey, key)
	k := &n.kept[at]
	k.here, k.frame.Data = false, k.data[:k.size]
	return &k.frame, true
}

// left is how many knocks nothing came of, those that wait included.
func (n *knocks) left() int64 { return n.lost + int64(len(n.byKey)) }
