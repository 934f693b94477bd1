package diagnose

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// verdict is what a capture filter does to a packet.
type verdict int8

const (
	leftOut   verdict = -1
	unsettled verdict = 0 // not known
	captured  verdict = 1
)

// probe is a packet that a filter is asked about. A port that is 0 stands for an
// ephemeral one, an invalid address for any that is not in not.
type probe struct {
	protocol string // tcp, icmp or icmp6
	from, to netip.AddrPort
	not      []netip.Addr
}

// allLeaveOut reports whether every one of a capture's filters leaves the packet
// out, for sure. A capture that names no filter may have had one.
func allLeaveOut(filters []string, p probe) bool {
	for _, f := range filters {
		if asks(f, p) != leftOut {
			return false
		}
	}
	return len(filters) > 0
}

// anyCaptures reports whether one of a capture's filters lets the packet pass,
// for sure.
func anyCaptures(filters []string, p probe) bool {
	for _, f := range filters {
		if asks(f, p) == captured {
			return true
		}
	}
	return false
}

// asks evaluates a capture filter in the language of pcap-filter(7). What it
// does not know, and any error, is unsettled.
//
// https://www.tcpdump.org/manpages/pcap-filter.7.html
func asks(filter string, p probe) verdict {
	f := filterReader{words: filterWords(filter), packet: p}
	v := f.sequence()
	if f.failed || len(f.words) > 0 {
		return unsettled
	}
	return v
}

// filterWords splits a filter into words; parentheses and ! are words.
func filterWords(filter string) []string {
	for _, mark := range []string{"(", ")", "!", "&&", "||"} {
		filter = strings.ReplaceAll(filter, mark, " "+mark+" ")
	}
	return strings.Fields(strings.ToLower(filter))
}

// filterReader reads a filter from left to right.
type filterReader struct {
	words  []string // still to be read
	packet probe
	last   qualifiers // of the latest primitive: they hold for a bare value behind it
	failed bool       // something was not understood
	depth  int        // of parentheses
}

// qualifiers say what a value is compared with.
type qualifiers struct {
	protocol string // tcp, udp, ip, …; empty for any
	way      string // src, dst, or empty for either
	kind     string // host, net, port, portrange
}

func (f *filterReader) peek() string {
	if len(f.words) == 0 {
		return ""
	}
	return f.words[0]
}

func (f *filterReader) next() string {
	w := f.peek()
	if len(f.words) > 0 {
		f.words = f.words[1:]
	}
	return w
}

// sequence reads terms joined by and, or, which bind alike, from left to right.
func (f *filterReader) sequence() verdict {
	v := f.term()
	for !f.failed {
		switch f.peek() {
		case "and", "&&":
			f.next()
			v = min(v, f.term())
		case "or", "||":
			f.next()
			v = max(v, f.term())
		default:
			return v
		}
	}
	return unsettled
}

func (f *filterReader) term() verdict {
	const deepest = 50
	switch w := f.next(); {
	case w == "not" || w == "!":
		return -f.term()
	case w == "(" && f.depth < deepest:
		f.depth++
		v := f.sequence()
		f.depth--
		if f.next() != ")" {
			f.failed = true
		}
		return v
	default:
		return f.primitive(w)
	}
}

// primitive reads "[protocol] [src|dst] [host|net|port|portrange] [value]",
// which begins with a word.
func (f *filterReader) primitive(w string) verdict {
	var q qualifiers
	switch w {
	case "ip", "ip6", "tcp", "udp", "icmp", "icmp6", "arp", "rarp", "sctp", "ether":
		q.protocol = w
		if f.ends() {
			return f.packet.is(w)
		}
		w = f.next()
	}
	if w == "src" || w == "dst" {
		q.way = w
		if or := f.peek(); (or == "or" || or == "and") && len(f.words) > 1 && (f.words[1] == "src" || f.words[1] == "dst") {
			if or == "and" {
				f.failed = true
				return unsettled
			}
			q.way, f.words = "", f.words[2:]
		}
		w = f.next()
	}
	switch w {
	case "host", "net", "port", "portrange":
		q.kind = w
		w = f.next()
	case "and", "or", "&&", "||", ")", "(", "":
		f.failed = true
		return unsettled
	}
	if q == (qualifiers{}) {
		q = f.last // "port 20 or 21"
	} else if q.kind == "" {
		q.kind = "host"
	}
	f.last = q
	return f.compare(q, w)
}

// ends reports whether a primitive ends here.
func (f *filterReader) ends() bool {
	switch f.peek() {
	case "", "and", "or", "&&", "||", ")":
		return true
	}
	return false
}

// compare holds the packet against a value.
func (f *filterReader) compare(q qualifiers, value string) verdict {
	of := captured
	if q.protocol != "" {
		of = f.packet.is(q.protocol)
	}
	match := func(a netip.AddrPort) verdict { return unsettled }
	switch q.kind {
	case "host":
		if want, err := netip.ParseAddr(value); err == nil {
			match = func(a netip.AddrPort) verdict {
				return f.packet.sameHost(a.Addr(), netip.PrefixFrom(want, want.BitLen()))
			}
		}
	case "net":
		if want, err := netip.ParsePrefix(value); err == nil {
			match = func(a netip.AddrPort) verdict { return f.packet.sameHost(a.Addr(), want) }
		}
	case "port", "portrange":
		if low, high, ok := portsNamed(value); ok {
			if f.packet.protocol != "tcp" {
				return leftOut
			}
			match = func(a netip.AddrPort) verdict { return within(a.Port(), low, high) }
		}
	default:
		f.failed = true // a value without anything that says what it is
	}
	from, to := match(f.packet.from), match(f.packet.to)
	switch q.way {
	case "src":
		return min(of, from)
	case "dst":
		return min(of, to)
	}
	return min(of, max(from, to))
}

// is reports whether the packet belongs to a protocol.
func (p probe) is(protocol string) verdict {
	v6 := p.protocol == "icmp6" || six(p.from.Addr()) || six(p.to.Addr())
	yes := false
	switch protocol {
	case "ip":
		yes = !v6
	case "ip6":
		yes = v6
	case "ether":
		return unsettled
	default:
		yes = protocol == p.protocol
	}
	if yes {
		return captured
	}
	return leftOut
}

// sameHost compares an address with those wanted.
func (p probe) sameHost(a netip.Addr, want netip.Prefix) verdict {
	switch {
	case !a.IsValid() && want.IsSingleIP() && slices.Contains(p.not, want.Addr()):
		return leftOut
	case !a.IsValid():
		return unsettled
	case want.Contains(a.Unmap()):
		return captured
	}
	return leftOut
}

// within compares a port with a range. An ephemeral port is none of the well
// known ones.
func within(port uint16, low, high uint16) verdict {
	const ephemeral = 1024
	switch {
	case port == 0 && high < ephemeral:
		return leftOut
	case port == 0 && (low > ephemeral || high < 65535):
		return unsettled
	case port == 0 || port >= low && port <= high:
		return captured
	}
	return leftOut
}

// portsNamed reads "21", "ftp" or "1024-65535".
func portsNamed(value string) (low, high uint16, ok bool) {
	first, last, isRange := strings.Cut(value, "-")
	if value == "ftp-data" {
		return dataPort, dataPort, true
	}
	if !isRange {
		last = first
	}
	number := func(text string) uint16 {
		switch text {
		case "ftp":
			return controlPort
		case "ftps":
			return implicitPort
		}
		n, _ := strconv.ParseUint(text, 10, 16)
		return uint16(n)
	}
	low, high = number(first), number(last)
	return low, high, low != 0 && low <= high
}
