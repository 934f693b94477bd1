package diagnose

import (
	"net/netip"
	"slices"
)

// wholeFilter is a capture filter that holds all there is to know of the
// session: by hosts and not by ports, and with ICMP, which routers send.
func (s *subject) wholeFilter() string {
	hosts := []netip.Addr{s.Server.Addr().Unmap()}
	for _, t := range s.Transfers {
		if t.Announcement == nil || len(hosts) == 3 {
			continue
		}
		a := t.Announcement.Endpoint.Addr().Unmap()
		if a.IsValid() && !a.IsUnspecified() && a != s.Client.Addr().Unmap() && !slices.Contains(hosts, a) {
			hosts = append(hosts, a)
		}
	}
	text := ""
	for _, h := range hosts {
		text += "host " + h.String() + " or "
	}
	return text + "icmp or icmp6"
}

// tcpdump is a command that captures the session as a whole.
func (s *subject) tcpdump(options string) string {
	return "tcpdump -ni any -s0 " + options + "-w ftp.pcap '" + s.wholeFilter() + "'"
}

func adviseCaptureAll(s *subject) []Remedy {
	return one(ForCapture, "Capture again without a filter on ports: by the server's address, and with ICMP", s.tcpdump(""))
}

func adviseCaptureICMP(s *subject) []Remedy {
	return one(ForCapture, "Add ICMP to the capture filter; the message often comes from a router, so the hosts' addresses are not enough", s.tcpdump(""))
}

func adviseCaptureBoth(s *subject) []Remedy {
	return one(ForCapture, "Capture both directions: on the client or server itself on all interfaces, or with a mirror port that copies both ways (on Cisco: monitor session 1 source interface NAME both)", s.tcpdump(""))
}

func adviseCaptureWhole(s *subject) []Remedy {
	return one(ForCapture, "Capture whole packets: -s0", s.tcpdump(""))
}

func adviseCaptureBuffer(s *subject) []Remedy {
	return one(ForCapture, "Give the capturing program a larger buffer and a fast disk, and capture only what is needed; tcpdump says at its end how many packets it dropped", s.tcpdump("-B 65536 "))
}

func adviseCaptureEarlier(s *subject) []Remedy {
	return one(ForCapture, "Begin to capture before the client connects", s.tcpdump(""))
}

func adviseCaptureLonger(s *subject) []Remedy {
	return one(ForCapture, "Let the capture run until two minutes after the client has given up, and end it with Ctrl-C", s.tcpdump("-U --immediate-mode "))
}

func adviseCaptureOffload(*subject) []Remedy {
	return one(ForCapture, "Where sizes matter, switch the offloads of the interface off while capturing, or capture at a mirror port", "ethtool -K INTERFACE tso off gso off gro off")
}
