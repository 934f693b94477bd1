package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// rangeSetting tells the server its range of passive ports.
func rangeSetting(r portRange) configured {
	return configured{
		vsftpd:       "pasv_min_port=" + r.first + "\npasv_max_port=" + r.last,
		proftpd:      "PassivePorts " + r.with(" "),
		pure:         "pure-ftpd -p " + r.with(":"),
		filezilla:    "# Configure, FTP and FTP over TLS, Passive mode: use custom port range " + r.with("-"),
		filezillaOld: "# Settings, Passive mode settings: use custom port range " + r.with("-"),
		iis: "appcmd set config -section:system.ftpServer/firewallSupport /lowDataChannelPort:" + r.first +
			" /highDataChannelPort:" + r.last + " /commit:apphost\nnet stop ftpsvc && net start ftpsvc",
		pyftpdlib: "handler.passive_ports = range(" + r.first + ", " + r.last + " + 1)",
	}
}

func advisePassiveRange(s *subject) []Remedy {
	p := s.dataPorts(ftp.ModePassive)
	return append(
		one(ForServer, "Give the server a fixed range of passive ports ("+p.chosen()+")", rangeSetting(p.proposed()).lines(s)),
		adviseStaticRange(s)...)
}

func adviseMorePorts(s *subject) []Remedy {
	text := "Give the server more passive ports than it has now, and open the same in the firewall; as a rule of thumb at least twice as many as transfers in four minutes"
	if p := s.dataPorts(ftp.ModePassive); p.low != 0 {
		text += " (seen here: " + p.text() + ")"
	}
	return one(ForServer, text, rangeSetting(portRange{"FIRST", "LAST"}).lines(s))
}

func adviseServerFilter(s *subject) []Remedy {
	p := s.dataPorts(ftp.ModePassive)
	r := p.proposed()
	text := "Let the server's own packet filter accept connections to its passive ports (" + p.chosen() + ")"
	switch productOf(s.Banner) {
	case productIIS:
		return one(ForServer, text, `netsh advfirewall firewall add rule name="FTP service" dir=in action=allow protocol=TCP service=ftpsvc`)
	case productFileZilla, productFileZillaOld:
		return one(ForServer, text, `netsh advfirewall firewall add rule name="FTP passive ports" dir=in action=allow protocol=TCP localport=`+r.with("-"))
	}
	return one(ForServer, text,
		"# nftables, in chain input of the server", "tcp dport "+r.with("-")+" ct state new accept",
		"# firewalld", "firewall-cmd --permanent --add-port="+r.with("-")+"/tcp && firewall-cmd --reload",
		iptablesUntilReboot, s.iptables()+" -I INPUT -p tcp --dport "+r.with(":")+" -j ACCEPT")
}

func adviseExternalAddress(s *subject) []Remedy {
	if six(s.Server.Addr()) {
		return nil // the reply to EPSV names no address
	}
	a := s.outsideServer()
	text := "Let the server announce the address that clients reach it at"
	if s.insideServer().IsValid() || private(s.Server.Addr()) && routable(s.Client.Addr()) {
		text += ", and let the NAT in front of it forward the whole range of its passive ports to it, with the same numbers"
	} else {
		text += " (for a server in a container: the host's address)"
	}
	return append(one(ForServer, text,
		configured{
			vsftpd:       "pasv_address=" + a,
			proftpd:      "MasqueradeAddress " + a,
			pure:         "pure-ftpd -P " + a,
			filezilla:    "# Configure, FTP and FTP over TLS, Passive mode: use the following host " + a,
			filezillaOld: "# Settings, Passive mode settings: use the following IP " + a,
			iis:          "# FTP Firewall Support of the site: External IP Address " + a,
			pyftpdlib:    fmt.Sprintf("handler.masquerade_address = %q", a),
		}.lines(s)), s.notDualStack()...)
}

// notDualStack is for a server that says 0.0.0.0 in its reply to PASV: vsftpd may
// do so where it listens for IPv4 on a socket of IPv6.
func (s *subject) notDualStack() []Remedy {
	if p := productOf(s.Banner); !s.announced().Addr().IsUnspecified() || p != productVsftpd && p != productUnknown {
		return nil
	}
	return one(ForServer, "If it is vsftpd with listen_ipv6=YES: let clients use EPSV, or let it listen on IPv4 alone (IPv6 then needs a second one)",
		configured{vsftpd: "listen=YES\nlisten_ipv6=NO"}.lines(s))
}

func adviseServerEgress(s *subject) []Remedy {
	text := "Let the server's own packet filter pass its connections to the ports that clients announce, from port 20 and from others"
	if !s.canCallBack() { // the server knows the client by another address
		return one(ForServer, text,
			"# nftables, in chain output of the server", "tcp dport 1024-65535 ct state new accept",
			iptablesUntilReboot, s.iptables()+" -I OUTPUT -p tcp --dport 1024:65535 -j ACCEPT")
	}
	to := s.Client.Addr()
	return one(ForServer, text,
		"# nftables, in chain output of the server", nftAllow("daddr", to, "1024-65535"),
		iptablesUntilReboot, s.iptables()+" -I OUTPUT -d "+to.Unmap().String()+" -p tcp --dport 1024:65535 -j ACCEPT")
}

func adviseAllowPort(s *subject) []Remedy {
	return one(ForServer, "If active mode is wanted, allow it; keep the check that the announced address is the client's own",
		configured{vsftpd: "port_enable=YES"}.lines(s))
}

func adviseSourcePort(s *subject) []Remedy {
	return one(ForServer, "To call from port 20 again (the server then keeps some root rights for the session)",
		configured{vsftpd: "connect_from_port_20=YES", proftpd: "RootRevoke off"}.lines(s))
}

func adviseSessionReuse(s *subject) []Remedy {
	return append(
		one(ForClient, "Use a client that resumes the TLS session of the control connection, such as FileZilla or WinSCP",
			s.lftp("set ftp:ssl-copy-sid yes")),
		one(ForServer, "Or let the server do without; price: a stranger who reaches the data port first is no longer found out",
			configured{
				vsftpd:    "require_ssl_reuse=NO",
				proftpd:   "TLSOptions NoSessionReuseRequired",
				filezilla: `# untick "Require TLS session resumption on data connection"`,
			}.lines(s))...)
}

func advisePeerAddress(s *subject) []Remedy {
	return append(
		one(ForServer, "As a last resort switch the check of the client's address off; price: anybody may then take a passive port and get the data. A container keeps the client's address with the host's network",
			configured{
				vsftpd: "pasv_promiscuous=YES", proftpd: "AllowForeignAddress on", pyftpdlib: "handler.permit_foreign_addresses = True",
			}.lines(s)),
		one(ForFirewall, "Give the control and the data connections of one client the same address: paired address pools, one way out per client")...)
}

func adviseTimeouts(s *subject) []Remedy {
	return one(ForServer, "Look at the server's time limits; in seconds, for example",
		configured{
			vsftpd:  "idle_session_timeout=900\ndata_connection_timeout=300",
			proftpd: "TimeoutIdle 900\nTimeoutNoTransfer 900\nTimeoutStalled 300",
			pure:    "pure-ftpd -I 15    # minutes",
		}.lines(s))
}

func adviseReverseDNS(s *subject) []Remedy {
	return append(
		one(ForServer, "Switch off what the server looks up before it greets: the client's name (DNS) and user (ident)",
			configured{proftpd: "UseReverseDNS off\n<IfModule mod_ident.c>\n  IdentLookups off\n</IfModule>"}.lines(s)),
		one(ForFirewall, "Answer ident (TCP port 113) with a refusal, on the client's side, instead of dropping it",
			"# nftables", "tcp dport 113 reject with tcp reset")...)
}

func adviseLimits(s *subject) []Remedy {
	return one(ForServer, "Raise the limit that spoke: sessions of one address, or of all (the numbers are examples)",
		configured{
			vsftpd: "max_per_ip=10\nmax_clients=200", proftpd: "MaxClientsPerHost 10\nMaxClients 200",
			pure: "pure-ftpd -C 10 -c 200",
		}.lines(s))
}

func adviseEnableTLS(s *subject) []Remedy {
	return one(ForServer, "Switch TLS on at the server (it needs a certificate and its key), or let the client do without it",
		configured{vsftpd: "ssl_enable=YES", proftpd: "TLSEngine on", pure: "pure-ftpd --tls=1"}.lines(s))
}

func adviseServiceUp(s *subject) []Remedy {
	port := s.Server.Port()
	look := one(ForServer, fmt.Sprintf("See whether the FTP service runs and listens on this address and port %d", port),
		fmt.Sprintf("ss -ltn 'sport = :%d'", port))
	if c := s.Control; c != nil && c.Half[server].Bytes > 0 {
		return look // it is let in
	}
	return append(look,
		one(ForFirewall, fmt.Sprintf("Let connections to port %d of the server in", port), s.openLines(fmt.Sprint(port), fmt.Sprint(port))...)...)
}

func advisePermission(s *subject) []Remedy {
	return append(
		one(ForClient, "Check the directory, the spelling (upper and lower case) and the account", s.lftp("pwd")),
		one(ForServer, "Read the server's log at this time, then look at space, rights and quota", "df -h", "ls -l DIRECTORY")...)
}
