package diagnose

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// url is the service as clients write it.
func (s *subject) url() string {
	scheme, usual := "ftp", uint16(controlPort)
	if s.Security == session.SecurityImplicitTLS {
		scheme, usual = "ftps", implicitPort
	}
	return serviceURL(scheme, s.Server, usual)
}

func serviceURL(scheme string, server netip.AddrPort, usual uint16) string {
	host := server.Addr().Unmap().String()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if server.Port() != usual {
		host = fmt.Sprintf("%s:%d", host, server.Port())
	}
	return scheme + "://" + host + "/"
}

// login is the option that both clients of the examples take for the user.
func (s *subject) login() string {
	if s.User == "" || strings.EqualFold(s.User, "anonymous") || strings.EqualFold(s.User, "ftp") {
		return ""
	}
	return "-u USER "
}

// curl is a command that tries the session once more with these options.
func (s *subject) curl(options string) string {
	if s.Security == session.SecurityExplicitTLS {
		options += " --ssl-reqd"
	}
	return "curl " + s.login() + strings.TrimSpace(options) + " " + s.url()
}

// lftp is the same with lftp, after these settings.
func (s *subject) lftp(settings string) string {
	return "lftp " + s.login() + "-e '" + settings + "; ls; bye' " + s.url()
}

// canCallBack reports whether the server can reach the address that the client
// has here: else active mode needs a NAT that follows FTP.
func (s *subject) canCallBack() bool {
	return routable(s.Client.Addr()) || !routable(s.Server.Addr())
}

func adviseUsePassive(s *subject) []Remedy {
	if s.hopeless(ftp.ModePassive, "") {
		return nil
	}
	return one(ForClient, "Use passive mode: the client opens the data connection, and nothing has to reach the client from outside",
		s.curl("--ftp-pasv"), s.lftp("set ftp:passive-mode yes"))
}

func adviseUseActive(s *subject) []Remedy {
	worked, failed := s.tried(ftp.ModeActive, "")
	if failed && !worked || !worked && !s.canCallBack() {
		return nil
	}
	return one(ForClient, "Try active mode: the server opens the data connection; it needs a client that the server can connect to",
		s.curl("-P -"), s.lftp("set ftp:passive-mode no"))
}

func adviseUsePASV(s *subject) []Remedy {
	if six(s.Server.Addr()) || s.passive() && verbOf(s.t) == "PASV" || s.hopeless(ftp.ModePassive, "PASV") {
		return nil // 227 has no room for an IPv6 address
	}
	return one(ForClient, "Use PASV in place of EPSV", s.curl("--disable-epsv"), s.lftp("set ftp:prefer-epsv no"))
}

func adviseUseEPSV(s *subject) []Remedy {
	if s.passive() && verbOf(s.t) == "EPSV" || s.hopeless(ftp.ModePassive, "EPSV") {
		return nil
	}
	return one(ForClient, "Use EPSV in place of PASV: its reply names a port and no address (curl asks for EPSV first by itself)",
		s.curl("--ftp-pasv"), s.lftp("set ftp:prefer-epsv yes"))
}

func adviseIgnoreAddress(s *subject) []Remedy {
	return one(ForClient, "Let the client ignore the address in the 227 reply and connect to that of the control connection (curl does so since 7.74.0)",
		s.curl("--ftp-skip-pasv-ip"), s.lftp("set ftp:ignore-pasv-address yes"))
}

func adviseClientEgress(s *subject) []Remedy {
	ports := portRange{"1024", "65535"}
	if s.dataPorts(ftp.ModePassive).proposed().known() {
		ports = s.dataPorts(ftp.ModePassive).proposed()
	}
	text := "Let the client's own packet filter pass its connections to the server's passive ports"
	if p := s.dataPorts(ftp.ModePassive); p.low != 0 {
		text += " (seen here: " + p.text() + ")"
	}
	return one(ForClient, text,
		"# nftables, in chain output of the client", nftAllow("daddr", s.Server.Addr(), ports.with("-")),
		iptablesUntilReboot, s.iptables()+" -I OUTPUT -d "+s.Server.Addr().Unmap().String()+" -p tcp --dport "+ports.with(":")+" -j ACCEPT")
}

func adviseClientInbound(s *subject) []Remedy {
	if s.Encrypted {
		r := s.dataPorts(ftp.ModeActive).proposed()
		return one(ForClient, "Let the client's own packet filter accept the server's connections to the ports that the client announces (no filter can read them here: the control connection is encrypted)",
			"# nftables, in chain input of the client", nftAllow("saddr", s.Server.Addr(), r.with("-")),
			iptablesUntilReboot, s.iptables()+" -I INPUT -s "+s.Server.Addr().Unmap().String()+" -p tcp --dport "+r.with(":")+" -j ACCEPT")
	}
	return one(ForClient, "Let the client's own packet filter follow FTP, or accept the server's connections",
		append([]string{"# Windows", "netsh advfirewall set global StatefulFtp enable", "# Linux: iptables; gone after a reboot unless saved"}, s.helperRules("OUTPUT", "INPUT")...)...)
}

func adviseClientPortRange(s *subject) []Remedy {
	address := s.outsideClient()
	announce := "set ftp:port-ipv4 " + address + "; "
	if six(s.Client.Addr()) {
		announce = "" // lftp has no such setting
	}
	return one(ForClient, "If it must be active mode: announce the address that the server can reach and a fixed range of ports, and forward that range to the client",
		s.curl("-P "+bracketed(address)+":FIRST-LAST"),
		s.lftp("set ftp:passive-mode no; "+announce+"set ftp:port-range FIRST-LAST"))
}

// bracketed is an address to which a port can be appended.
func bracketed(address string) string {
	if strings.Contains(address, ":") {
		return "[" + address + "]"
	}
	return address
}

func adviseNewPort(s *subject) []Remedy {
	return append(
		one(ForClient, "Let the client announce a new port for each transfer"),
		one(ForServer, "Let the server call from a port that changes (who lets in only source port 20 then keeps it out)",
			configured{vsftpd: "connect_from_port_20=NO", proftpd: "RootRevoke on"}.lines(s))...)
}

func adviseSegments(s *subject) []Remedy {
	return one(ForClient, "Send each command whole and in one packet, one command at a time, with single blanks",
		s.lftp("set ftp:sync-mode on"))
}

// keepAliveMost is the longest time between keep-alives that is advised: boxes that
// forget connections within a minute are rare.
const keepAliveMost = 60 * time.Second

// idleSeen is how long the control connection had been idle when it turned out to
// be dead; 0 where that is not known.
func (s *subject) idleSeen() time.Duration {
	if s.Control == nil {
		return 0
	}
	if s.t != nil {
		if done := s.dataDone(); done.Yes() {
			return s.idleControl(done)
		}
	}
	return s.idleBeforeCommand()
}

// idleBeforeCommand is how long nothing was said before the last command, and
// nothing transferred.
func (s *subject) idleBeforeCommand() time.Duration {
	last := s.lastCommand()
	if last == nil {
		return 0
	}
	before := s.Greeted
	see := func(x ftp.Seen) {
		if x.Yes() && x.Time.Before(last.Seen.Time) && x.Time.After(before.Time) {
			before = x
		}
	}
	for i := range s.Commands {
		c := &s.Commands[i]
		if c != last {
			see(c.Seen)
		}
		for _, r := range c.Replies {
			see(r.Seen)
		}
	}
	for _, t := range s.Transfers {
		if t.Data != nil {
			see(t.Data.Last)
		}
	}
	if !before.Yes() {
		return 0
	}
	return last.Seen.Time.Sub(before.Time)
}

// keepAlive is how many seconds may pass between keep-alives, after what was seen:
// the connection was forgotten within that idle time, so half of it is meant to do.
func (s *subject) keepAlive() int {
	idle := s.idleSeen()
	if idle <= 0 || idle/2 > keepAliveMost {
		return int(keepAliveMost.Seconds())
	}
	return max(int((idle / 2).Round(time.Second).Seconds()), 1)
}

func adviseKeepAlive(s *subject) []Remedy {
	n := s.keepAlive()
	why := "more often than the idle time of any box on the path"
	if idle := s.idleSeen(); idle > 0 {
		why = fmt.Sprintf("every %s: it was idle for %s here", count(n, "second"), Duration(idle))
	}
	return append(
		one(ForClient, "Send TCP keep-alives on the control connection, "+why,
			s.curl(fmt.Sprintf("--keepalive-time %d", n))),
		one(ForServer, "Or let the server send them as often",
			configured{proftpd: fmt.Sprintf("SocketOptions keepalive %d:9:%d", n, n)}.lines(s),
			"# Linux, for all programs that switch keep-alive on; gone after a reboot",
			fmt.Sprintf("sysctl -w net.ipv4.tcp_keepalive_time=%d", n), fmt.Sprintf("sysctl -w net.ipv4.tcp_keepalive_intvl=%d", n))...)
}

func adviseFewer(s *subject) []Remedy {
	return one(ForClient, "Open fewer connections at once", s.lftp("set net:connection-limit 1"))
}

func adviseImplicit(s *subject) []Remedy {
	explicitAt, implicitAt := s.Server, netip.AddrPortFrom(s.Server.Addr(), implicitPort)
	if s.Server.Port() == implicitPort {
		explicitAt, implicitAt = netip.AddrPortFrom(s.Server.Addr(), controlPort), s.Server
	}
	return one(ForClient, "Choose the same kind of TLS as the server: explicit (AUTH TLS, usually port 21) or implicit (from the first byte, usually port 990)",
		"# explicit", "curl "+s.login()+"--ssl-reqd "+serviceURL("ftp", explicitAt, controlPort),
		"# implicit", "curl "+s.login()+serviceURL("ftps", implicitAt, implicitPort))
}

func adviseProtP(s *subject) []Remedy {
	return append(
		one(ForClient, "Ask for protected data connections (PBSZ 0 and PROT P)",
			"curl "+s.login()+"--ssl-reqd "+s.url(), s.lftp("set ftp:ssl-force yes; set ftp:ssl-protect-data yes")),
		one(ForServer, "Require the same protection on the server",
			configured{vsftpd: "force_local_data_ssl=YES", proftpd: "TLSRequired on", pure: "pure-ftpd --tls=3"}.lines(s))...)
}
