package live

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/capture"
)

// Interface is a network interface of this host, or Any.
type Interface struct {
	Name       string
	Index      int            // 0 for Any
	Addresses  []netip.Prefix // with the length of their network's prefix
	Up         bool           // it was set up
	Running    bool           // and has a carrier
	Loopback   bool
	LinkType   capture.LinkType // of its frames, if they were captured
	MayCapture bool             // this process may capture from it
	Hint       string           // what to do where it may not, lines; else empty
}

// Interfaces lists the interfaces in order of their index, and Any at the end
// where the system has it.
func Interfaces() ([]Interface, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("capture: can't list the interfaces: %w", err)
	}
	slices.SortFunc(list, func(a, b net.Interface) int { return cmp.Compare(a.Index, b.Index) })
	hint := mayCapture()
	var all []Interface
	for _, i := range list {
		link, known := linkOf(i)
		out := Interface{
			Name: i.Name, Index: i.Index,
			Up:       i.Flags&net.FlagUp != 0,
			Running:  i.Flags&net.FlagRunning != 0,
			Loopback: i.Flags&net.FlagLoopback != 0,
			LinkType: link, MayCapture: known == nil && hint == "", Hint: hint,
		}
		if known != nil {
			out.Hint = known.Error()
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // it vanished in the meantime
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				out.Addresses = append(out.Addresses, p)
			}
		}
		all = append(all, out)
	}
	if hasAny {
		all = append(all, Interface{Name: Any, Up: true, Running: true, LinkType: capture.LinkLinuxSLL2, MayCapture: hint == "", Hint: hint})
	}
	return all, nil
}
