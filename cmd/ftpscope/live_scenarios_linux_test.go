package main

import "fmt"

// firstClient is the last byte of the client's address in the first scenario.
const firstClient = 10

// scenario is a session with the server, and what is true of it.
type scenario struct {
	name   string
	rule   string   // of the router's firewall; CLIENT is the client's address
	argv   []string // CLIENT, SERVER and DIR are replaced
	fails  bool     // the client program is to fail
	six    bool     // over IPv6
	client []fate   // what can be known of it at the client's interface
	server []fate   // … at the server's
}

// fate is what a report has to say of a transfer.
type fate struct {
	mode, outcome string
	direction     string // empty where it can't be known
	bytes         int64  // of the data connection; -1 where they are not ours to know
}

// unknownSize is for bytes that are not ours to know: of a listing, or with TLS.
const unknownSize = -1

// curl is its command line: bounded in time, from the scenario's address.
func curl(more ...string) []string {
	return append([]string{"curl", "-sS", "--max-time", "12", "--connect-timeout", "3", "--interface", "CLIENT"}, more...)
}

// file is where the downloads come from.
const file = "ftp://SERVER/file.bin"

// scenarios is what is tried. At the end of an active connection that is refused or
// blocked curl waits for the server, which waits four seconds.
func scenarios() []scenario {
	complete := func(mode, direction string, bytes int64) []fate {
		return []fate{{mode, "completed", direction, bytes}}
	}
	all := []scenario{
		{name: "passive download", argv: curl("--disable-epsv", "-o", "/dev/null", file), client: complete("passive", "download", fileSize)},
		{name: "active download", argv: curl("--disable-eprt", "-P", "-", "-o", "/dev/null", file), client: complete("active", "download", fileSize)},
		{name: "upload, EPSV", argv: curl("-T", "DIR/file.bin", "ftp://SERVER/in/up.bin"), client: complete("passive", "upload", fileSize)},
		{name: "upload, active, EPRT", argv: curl("-P", "-", "-T", "DIR/file.bin", "ftp://SERVER/in/up2.bin"), client: complete("active", "upload", fileSize)},
		{name: "listing, EPSV", argv: curl("ftp://SERVER/"), client: complete("passive", "listing", unknownSize)},
		{name: "download over IPv6", six: true, argv: []string{"curl", "-sS", "--max-time", "12", "-o", "/dev/null", file}, client: complete("passive", "download", fileSize)},
		{name: "FTPS, passive", argv: curl("--ssl-reqd", "--insecure", "-o", "/dev/null", file), client: []fate{{"passive", "completed", "", unknownSize}}},
		{
			name: "lftp: listing, download, upload",
			argv: []string{"lftp", "-c", "set net:socket-bind-ipv4 CLIENT; set ftp:ssl-allow no; set net:timeout 5; set net:max-retries 1; open SERVER; ls; get file.bin -o /dev/null; put DIR/file.bin -o in/up3.bin; bye"},
			client: []fate{
				{"passive", "completed", "listing", unknownSize},
				{"passive", "completed", "download", fileSize},
				{"passive", "completed", "upload", fileSize},
			},
		},
		{
			name: "passive, dropped", fails: true,
			rule:   "ip saddr CLIENT tcp dport " + passivePorts + " drop",
			argv:   curl("--disable-epsv", "-o", "/dev/null", file),
			client: []fate{{"passive", "blocked", "", 0}},
			server: []fate{{"passive", "unused", "", 0}}, // curl says RETR when it is connected
		},
		{
			name: "passive, rejected by ICMP", fails: true,
			rule:   "ip saddr CLIENT tcp dport " + passivePorts + " reject with icmp type admin-prohibited",
			argv:   curl("--disable-epsv", "-o", "/dev/null", file),
			client: []fate{{"passive", "blocked", "", 0}},
			server: []fate{{"passive", "unused", "", 0}}, // curl says RETR when it is connected
		},
		{
			name: "active, dropped", fails: true,
			rule:   "ip daddr CLIENT tcp sport 20 drop",
			argv:   curl("--disable-eprt", "-P", "-", "-o", "/dev/null", file),
			client: []fate{{"active", "unseen", "download", 0}},
			server: []fate{{"active", "blocked", "download", 0}},
		},
		{
			name: "active, reset by the router", fails: true,
			rule:   "ip daddr CLIENT tcp sport 20 reject with tcp reset",
			argv:   curl("--disable-eprt", "-P", "-", "-o", "/dev/null", file),
			client: []fate{{"active", "unseen", "download", 0}},
			server: []fate{{"active", "refused", "download", 0}},
		},
		{
			name: "active, rejected by ICMP", fails: true,
			rule:   "ip daddr CLIENT tcp sport 20 reject with icmp type admin-prohibited",
			argv:   curl("--disable-eprt", "-P", "-", "-o", "/dev/null", file),
			client: []fate{{"active", "unseen", "download", 0}},
			server: []fate{{"active", "blocked", "download", 0}},
		},
	}
	for i := range all {
		if all[i].server == nil {
			all[i].server = all[i].client
		}
	}
	return all
}

// from is the client's address in the scenario of a number.
func (s scenario) from(i int) string {
	if s.six {
		return client6
	}
	return fmt.Sprintf("%s%d", clientNet, firstClient+i)
}
