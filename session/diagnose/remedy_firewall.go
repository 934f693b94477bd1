package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// iptables is the program for the addresses of the session.
func (s *subject) iptables() string {
	if six(s.Server.Addr()) {
		return "ip6tables"
	}
	return "iptables"
}

// nftAllow is a rule of nftables that accepts connections from or to an address.
func nftAllow(way string, a netip.Addr, ports string) string {
	family := "ip"
	if a = a.Unmap(); a.Is6() {
		family = "ip6"
	}
	return fmt.Sprintf("%s %s %s tcp dport %s ct state new accept", family, way, a, ports)
}

// iptablesUntilReboot stands above lines for iptables.
const iptablesUntilReboot = "# iptables; gone after a reboot unless saved"

// openLines let connections to ports of the server pass; the ports are joined as
// nftables and as iptables do.
func (s *subject) openLines(nft, ipt string) []string {
	to := s.serverAt()
	lines := []string{
		"# nftables, in chain forward of the firewall; on the server itself, input", nftAllow("daddr", to, nft),
		iptablesUntilReboot + "; on the server itself INPUT", fmt.Sprintf("%s -I FORWARD -d %s -p tcp --dport %s -j ACCEPT", s.iptables(), to.Unmap(), ipt),
	}
	if in := s.insideServer(); in.IsValid() {
		lines = append(lines, "# and, where the NAT is",
			fmt.Sprintf("iptables -t nat -A PREROUTING -d %s -p tcp --dport %s -j DNAT --to-destination %s", s.Server.Addr(), ipt, in))
	}
	return lines
}

func adviseStaticRange(s *subject) []Remedy {
	p := s.dataPorts(ftp.ModePassive)
	r := p.proposed()
	text := "Let connections to the server's passive ports in, the same range as the server has (" + p.chosen() + ")"
	if s.insideServer().IsValid() {
		text = "Forward the server's passive ports to it, the same range and the same numbers (" + p.chosen() + ")"
	}
	return one(ForFirewall, text, s.openLines(r.with("-"), r.with(":"))...)
}

// helperRules make a Linux packet filter follow FTP on the session's control
// port: the helper is assigned in one chain of table raw, and what belongs to a
// followed session is accepted in another.
//
// https://wiki.nftables.org/wiki-nftables/index.php/Conntrack_helpers
func (s *subject) helperRules(raw, accept string) []string {
	return []string{
		fmt.Sprintf("%s -t raw -A %s -p tcp --dport %d -j CT --helper ftp", s.iptables(), raw, s.Server.Port()),
		fmt.Sprintf("%s -I %s -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", s.iptables(), accept),
	}
}

// helperLines are the same for nftables and iptables, on a firewall between.
func (s *subject) helperLines() []string {
	return append([]string{
		"# nftables, in a table of the firewall", `ct helper ftp-std { type "ftp" protocol tcp; }`,
		"chain ftp {", "  type filter hook prerouting priority filter;",
		fmt.Sprintf(`  tcp dport %d ct helper set "ftp-std";`, s.Server.Port()), "}",
		"# and in its chain forward", "ct state established,related accept",
		iptablesUntilReboot + "; with NAT: modprobe nf_nat_ftp",
	}, s.helperRules("PREROUTING", "FORWARD")...)
}

func adviseFollowFTP(s *subject) []Remedy {
	if s.Encrypted {
		if s.active() {
			return one(ForFirewall, "Nobody on the path can follow this session, because its control connection is encrypted: active mode needs a range of ports at the client that is open for the server")
		}
		return adviseStaticRange(s)
	}
	if s.callsFromElsewhere() {
		return one(ForServer, fmt.Sprintf("Let the server connect for data from %s, the address of the control connection: a firewall that follows FTP as Linux does opens the announced port for that address alone", s.Server.Addr()))
	}
	text := "Let the firewall follow FTP, so that it opens the announced port by itself (Linux has to be told so for each port; Cisco ASA: inspect ftp; pf: ftp-proxy)"
	return one(ForFirewall, text, s.helperLines()...)
}

func adviseHelperPort(s *subject) []Remedy {
	port := s.Server.Port()
	if s.Encrypted {
		return adviseStaticRange(s)
	}
	return one(ForFirewall, fmt.Sprintf("Tell the firewall that port %d is FTP; on Cisco ASA by a class-map with \"match port tcp eq %d\" and \"inspect ftp\"", port, port),
		s.helperLines()...)
}

func adviseHelperOff(s *subject) []Remedy {
	return append(
		one(ForFirewall, "Switch the inspection of FTP off, for a test at least, and open the passive ports instead; on Linux take the helper away",
			"# nftables: remove the rule with \"ct helper set\"",
			iptablesUntilReboot, fmt.Sprintf("%s -t raw -D PREROUTING -p tcp --dport %d -j CT --helper ftp", s.iptables(), s.Server.Port())),
		adviseStaticRange(s)...)
}

func adviseAffinity(*subject) []Remedy {
	return one(ForFirewall, "Let the load balancer send the control port and all passive ports of one client to the same server (affinity by the client's address), or give each server its own part of the range",
		"# Kubernetes, in the Service", "externalTrafficPolicy: Local", "sessionAffinity: ClientIP")
}

func adviseClampMSS(s *subject) []Remedy {
	too := "icmp type destination-unreachable accept"
	if six(s.Server.Addr()) {
		too = "icmpv6 type packet-too-big accept"
	}
	sender := ForServer
	if s.t != nil && s.t.Direction == ftp.DirectionUpload {
		sender = ForClient
	}
	return append(
		one(sender, "On a Linux sender, let TCP find the size by itself (until the next reboot)", "sysctl -w net.ipv4.tcp_mtu_probing=1"),
		one(ForFirewall, "Let the ICMP message \"too big\" pass, and lower the MSS in SYNs that pass",
			"# nftables, in chain forward of the firewall", "tcp flags syn tcp option maxseg size set rt mtu", too,
			iptablesUntilReboot, s.iptables()+" -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu")...)
}

func adviseIdleTime(s *subject) []Remedy {
	return one(ForFirewall, fmt.Sprintf("Read how long each firewall and NAT on the way keeps an idle connection to port %d, and raise what is shorter than the transfers last", s.Server.Port()),
		"# Linux, in seconds; its default is 432000", "sysctl net.netfilter.nf_conntrack_tcp_timeout_established",
		"# Cisco ASA: \"timeout conn\" holds for all connections, default 1:00:00", "show running-config timeout")
}

func adviseOnePath(s *subject) []Remedy {
	return append(
		one(ForServer, "See which way the answers take", "ip route get "+s.outsideClient()),
		one(ForFirewall, "Let both directions pass the same device, or let the devices share their state; Linux counts what it finds invalid", "conntrack -S")...)
}

func adviseNoSYNProxy(s *subject) []Remedy {
	r := s.dataPorts(ftp.ModePassive).proposed()
	return one(ForFirewall, "Exempt the passive ports from the SYN proxy or flood protection; in pf, \"keep state\" in place of \"synproxy state\"",
		fmt.Sprintf("pass in proto tcp to %s port %s keep state", s.serverAt().Unmap(), r.with(":")))
}

func adviseLessStrict(*subject) []Remedy {
	return one(ForFirewall, "Use plain inspection of FTP, or allow the command; on Cisco ASA without \"strict\"",
		"policy-map global_policy", " class inspection_default", "  no inspect ftp strict", "  inspect ftp")
}

// adviseKeepOpen is for a box that rejects packets of a connection it had let
// open.
func adviseKeepOpen(*subject) []Remedy {
	return one(ForFirewall, "Let packets of open connections pass before any rule that rejects, and do not empty the table of connections when rules are loaded",
		"# nftables, first in chain forward of that box", "ct state established,related accept",
		"# iptables (gone after a reboot unless saved)", "iptables -I FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
		"# which connections it knows", "conntrack -L -p tcp")
}
