package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// Bounds of a display filter.
const (
	maxFilterEnds   = 4
	maxFilterFrames = 8
)

// dataFilter is a Wireshark display filter for the packets of the transfer: its
// announcement, its command, its data connection and the ICMP errors about it,
// which quote its addresses and ports. For a session as a whole it shows the
// control connection.
func (s *subject) dataFilter() string {
	if s.t == nil {
		return s.controlFilter()
	}
	var parts []string
	add := func(part string) {
		for _, p := range parts {
			if p == part {
				return
			}
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	if s.t.Data != nil {
		for _, c := range s.t.Data.Attempts {
			if len(parts) < maxFilterEnds {
				add(connFilter(c.Ends[ftp.Initiator], c.Ends[ftp.Listener], false))
			}
		}
	}
	if to := s.announced(); len(parts) == 0 && to.IsValid() {
		add(connFilter(s.host(s.listens().Other()), to, false))
		add(connFilter(s.host(s.listens().Other()), netip.AddrPortFrom(s.host(s.listens()).Addr(), to.Port()), false))
	}
	add(frameFilter(s.frames()))
	return strings.Join(parts, " || ")
}

// frameFilter is a display filter for frames by number; empty for none.
func frameFilter(frames []int64) string {
	switch len(frames) {
	case 0:
		return ""
	case 1:
		return "frame.number == " + strconv.FormatInt(frames[0], 10)
	}
	var numbers []string
	for _, n := range frames {
		numbers = append(numbers, strconv.FormatInt(n, 10))
	}
	return "frame.number in {" + strings.Join(numbers, ",") + "}"
}

// bothFilter is a display filter for the control connection and the data connection.
func (s *subject) bothFilter() string {
	c := s.conn()
	if c == nil {
		return s.controlFilter()
	}
	data := connFilter(c.Ends[ftp.Initiator], c.Ends[ftp.Listener], true)
	if data == "" {
		return s.controlFilter()
	}
	return s.controlFilter() + " || " + data
}

// controlFilter is a display filter for the control connection and the ICMP errors
// about it.
func (s *subject) controlFilter() string { return connFilter(s.Client, s.Server, true) }

// frames are those of the control connection that are about the transfer, at
// most maxFilterFrames; none if they are in several captures, which number each
// their own.
func (s *subject) frames() []int64 {
	var seen []ftp.Seen
	if a := s.t.Announcement; a != nil {
		seen = append(seen, a.Asked, a.Seen)
		if a.Reply != nil {
			seen = append(seen, a.Reply.Seen)
		}
	}
	if s.t.Command != nil {
		seen = append(seen, s.t.Command.Seen)
	}
	if s.t.Prelim != nil {
		seen = append(seen, s.t.Prelim.Seen)
	}
	if s.t.Reply != nil {
		seen = append(seen, s.t.Reply.Seen)
	}
	var out []int64
	for _, at := range seen {
		switch {
		case !at.Yes():
		case at.Capture != s.First.Capture:
			return nil
		case len(out) < maxFilterFrames && !slices.Contains(out, at.Frame):
			out = append(out, at.Frame)
		}
	}
	if s.t.Data != nil && s.t.Data.First.Capture != s.First.Capture {
		return nil
	}
	return out
}

// connFilter is a display filter for a connection: of one listener with any port
// of the other, or of both ports.
func connFilter(from, to netip.AddrPort, exact bool) string {
	a, b := from.Addr().Unmap().WithZone(""), to.Addr().Unmap().WithZone("")
	if !a.IsValid() || !b.IsValid() {
		return ""
	}
	field := func(a netip.Addr) string {
		if a.Is4() {
			return "ip.addr == " + a.String()
		}
		return "ipv6.addr == " + a.String()
	}
	out := fmt.Sprintf("%s && %s && tcp.port == %d", field(a), field(b), to.Port())
	if exact {
		out += fmt.Sprintf(" && tcp.port == %d", from.Port())
	}
	return "(" + out + ")"
}
