package gen

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/google/gopacket/layers"
)

// stack is how the TCP of a host introduces itself in its SYN or SYN-ACK.
type stack struct {
	windows bool // as Windows does, else as Linux
	mss     uint16
	assumed uint16   // MSS of who does not say one
	window  uint16   // of its SYN and SYN-ACK
	options []option // in their order; nil: those of its system
}

// option is a TCP option of a SYN.
type option struct {
	kind  layers.TCPOptionKind
	size  int
	shift uint8 // of the window scale
}

// The options of the common systems, in their order.
var (
	optMSS     = option{layers.TCPOptionKindMSS, 4, 0}
	optSACK    = option{layers.TCPOptionKindSACKPermitted, 2, 0}
	optStamps  = option{layers.TCPOptionKindTimestamps, 10, 0}
	optNop     = option{layers.TCPOptionKindNop, 1, 0}
	optScale   = option{layers.TCPOptionKindWindowScale, 3, 7}
	optScale8  = option{layers.TCPOptionKindWindowScale, 3, 8}
	linuxOwn   = []option{optMSS, optSACK, optStamps, optNop, optScale}
	windowsOwn = []option{optMSS, optNop, optScale8, optNop, optNop, optSACK}
)

// optionNames are how a host's text lists them.
var optionNames = map[string]option{"mss": optMSS, "sack": optSACK, "ts": optStamps, "nop": optNop, "scale": optScale}

// A TCP header has room for so many bytes of options.
const optionRoom = 40

// newStack is that of a host of which nothing is said. The MSS assumed is that
// of https://www.rfc-editor.org/rfc/rfc9293#section-3.7.1
func newStack(ip6 bool) stack {
	if ip6 {
		return stack{mss: 1440, assumed: 1220, window: 64240}
	}
	return stack{mss: 1460, assumed: 536, window: 64240}
}

// attribute reads what follows the word what, if that is about TCP.
func (k *stack) attribute(what string, a *args) (known bool, err error) {
	var n uint64
	switch what {
	case "mss":
		n, err = a.number("an MSS", 65000)
		k.mss = uint16(n)
		if err == nil && n == 0 {
			err = fmt.Errorf("want an MSS above 0")
		}
	case "stack":
		k.windows = a.accept("windows")
		if !k.windows && !a.accept("linux") {
			err = fmt.Errorf("want linux or windows")
		}
	case "tcp":
		k.options, err = readOptions(a)
	case "window":
		n, err = a.number("a window", 65535)
		k.window = uint16(n)
	default:
		return false, nil
	}
	return true, err
}

// readOptions reads a text like "mss,sack,ts,nop,scale=7", or "" for none.
func readOptions(a *args) ([]option, error) {
	text, err := a.text("TCP options")
	if err != nil {
		return nil, err
	}
	out := []option{}
	room := optionRoom
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		name, shift, shifted := strings.Cut(w, "=")
		o, ok := optionNames[name]
		if !ok || shifted && o != optScale {
			return nil, fmt.Errorf("want mss, sack, ts, nop, scale or scale=N, got %q", w)
		}
		if shifted {
			n, err := parseNumber(shift, "a shift", 14)
			if err != nil {
				return nil, err
			}
			o.shift = uint8(n)
		}
		if room -= o.size; room < 0 {
			return nil, fmt.Errorf("no room for %q", w)
		}
		out = append(out, o)
	}
	return out, nil
}

// layer returns the option with what the others do not know: the MSS, or the
// timestamps.
func (o option) layer(mss uint16, stamps []byte) layers.TCPOption {
	out := layers.TCPOption{OptionType: o.kind}
	switch o.kind {
	case layers.TCPOptionKindMSS:
		out.OptionData = binary.BigEndian.AppendUint16(nil, mss)
	case layers.TCPOptionKindTimestamps:
		out.OptionData = stamps
	case layers.TCPOptionKindWindowScale:
		out.OptionData = []byte{o.shift}
	}
	return out
}

// own are the options of its SYN.
func (k *stack) own() []option {
	switch {
	case k.options != nil:
		return k.options
	case k.windows:
		return windowsOwn
	}
	return linuxOwn
}

// find returns the option of this kind, if it is one of its own.
func (k *stack) find(kind layers.TCPOptionKind) (option, bool) {
	own := k.own()
	i := slices.IndexFunc(own, func(o option) bool { return o.kind == kind })
	if i < 0 {
		return option{}, false
	}
	return own[i], true
}

// answer is the options of its SYN-ACK: systems leave off what the SYN did not
// offer.
func (k *stack) answer(syn *stack) []option {
	if k.options != nil {
		return k.options
	}
	_, sack := syn.find(optSACK.kind)
	_, stamps := syn.find(optStamps.kind)
	_, scale := syn.find(optScale.kind)
	own := []option{optMSS}
	if k.windows {
		if scale {
			own = append(own, optNop, optScale8)
		}
		if sack {
			own = append(own, optNop, optNop, optSACK)
		}
		return own
	}
	switch {
	case sack && stamps:
		own = append(own, optSACK, optStamps)
	case stamps:
		own = append(own, optNop, optNop, optStamps)
	case sack:
		own = append(own, optNop, optNop, optSACK)
	}
	if scale {
		own = append(own, optNop, optScale)
	}
	return own
}

// segment is the longest payload that it says it takes.
func (k *stack) segment() uint16 {
	if _, ok := k.find(optMSS.kind); ok {
		return k.mss
	}
	return k.assumed
}

// timestamps says whether both ends use the option.
// https://www.rfc-editor.org/rfc/rfc7323#section-3
func (sd *side) timestamps() bool {
	_, here := sd.stack.find(optStamps.kind)
	_, there := sd.peer.stack.find(optStamps.kind)
	return here && there
}

// shift is how far the windows that sd offers are shifted: not at all unless
// both ends use the option.
// https://www.rfc-editor.org/rfc/rfc7323#section-2.2
func (sd *side) shift() uint8 {
	here, ok := sd.stack.find(optScale.kind)
	if _, too := sd.peer.stack.find(optScale.kind); !ok || !too {
		return 0
	}
	return here.shift
}

// options are those of p.
func (p *packet) options() []layers.TCPOption {
	var list []option
	k := &p.sender().stack
	switch {
	case p.flags&flagRST != 0:
		return nil
	case p.flags&flagSYN == 0 && p.from.timestamps():
		list = []option{optNop, optNop, optStamps}
	case p.flags&flagSYN == 0:
		return nil
	case p.flags&flagACK == 0:
		list = k.own()
	default:
		list = k.answer(p.from.peer.stack)
	}
	stamps := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, p.tsval), p.tsecr)
	var out []layers.TCPOption
	for _, o := range list {
		out = append(out, o.layer(k.mss, stamps))
	}
	return out
}
