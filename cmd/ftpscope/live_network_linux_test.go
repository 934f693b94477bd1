package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/samples/labtest"
)

// The addresses of the lab. The client has one address for each scenario, the last
// byte of which is its number; the router's rules go by them.
const (
	clientNet = "10.77.1."
	server4   = "10.77.2.2"
	client6   = "fd77:1::10"
	server6   = "fd77:2::2"
	// passivePorts are those that the server announces.
	passivePorts = "30000-30199"
)

// fileSize is the size of the files that are transferred: some hundred segments.
const fileSize = 300_000

// ftpLab is a client, a router with a firewall, and vsftpd on a server.
type ftpLab struct {
	*labtest.Lab
	dir    string // where the captures go
	client *labtest.Space
	router *labtest.Space
	server *labtest.Space
}

// ends reports an error of the lab, which is none of what is tested.
func ends(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newFTPLab makes the network, with the rules of the scenarios on the router, and
// starts the server.
func newFTPLab(t *testing.T, scenarios []scenario) *ftpLab {
	t.Helper()
	net, err := labtest.New("client", "router", "server")
	t.Cleanup(func() {
		if err := net.Close(); err != nil {
			t.Error(err)
		}
	})
	ends(t, err)
	l := &ftpLab{Lab: net, dir: t.TempDir(), client: net.Space("client"), router: net.Space("router"), server: net.Space("server")}
	client := []netip.Prefix{netip.MustParsePrefix(client6 + "/64")}
	rules := make([]string, 0, len(scenarios))
	for i, s := range scenarios {
		from := clientNet + fmt.Sprint(firstClient+i)
		client = append(client, netip.MustParsePrefix(from+"/24"))
		if s.rule != "" {
			rules = append(rules, strings.ReplaceAll(s.rule, "CLIENT", from))
		}
	}
	prefixes := func(texts ...string) (all []netip.Prefix) {
		for _, text := range texts {
			all = append(all, netip.MustParsePrefix(text))
		}
		return all
	}
	ends(t, labtest.Link(
		labtest.Port{Space: l.client, Interface: "c0", Addresses: client},
		labtest.Port{Space: l.router, Interface: "r0", Addresses: prefixes(clientNet+"1/24", "fd77:1::1/64")}))
	ends(t, labtest.Link(
		labtest.Port{Space: l.server, Interface: "s0", Addresses: prefixes(server4+"/24", server6+"/64")},
		labtest.Port{Space: l.router, Interface: "r1", Addresses: prefixes("10.77.2.1/24", "fd77:2::1/64")}))
	ends(t, l.router.Do("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"))
	for space, via := range map[*labtest.Space][2]string{l.client: {clientNet + "1", "fd77:1::1"}, l.server: {"10.77.2.1", "fd77:2::1"}} {
		ends(t, space.Do("ip", "route", "add", "default", "via", via[0]))
		ends(t, space.Do("ip", "-6", "route", "add", "default", "via", via[1]))
	}
	ends(t, l.router.Do("nft", "table inet lab { chain forward { type filter hook forward priority 0; policy accept; "+strings.Join(rules, "; ")+"; }; }"))
	l.startServer(t)
	return l
}

// startServer starts vsftpd, for which passive ports, a certificate and a folder are
// made. Its waiting for data connections is short. Anonymous users are daemon, whom
// each Linux has, with a home that exists: vsftpd goes there first.
func (l *ftpLab) startServer(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	ends(t, os.Chmod(filepath.Dir(dir), 0o755)) // of all temporary folders of this test
	ends(t, os.Chmod(dir, 0o755))
	for _, one := range []struct {
		path string
		mode os.FileMode
	}{{"ftp", 0o555}, {"ftp/in", 0o777}, {"empty", 0o555}} {
		ends(t, os.Mkdir(filepath.Join(dir, one.path), one.mode))
		ends(t, os.Chmod(filepath.Join(dir, one.path), one.mode))
	}
	ends(t, os.WriteFile(filepath.Join(dir, "ftp", "file.bin"), make([]byte, fileSize), 0o444))
	ends(t, os.WriteFile(filepath.Join(l.dir, "file.bin"), make([]byte, fileSize), 0o444))
	pem := filepath.Join(dir, "server.pem")
	ends(t, l.server.Do("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ftp.example", "-keyout", pem, "-out", pem+".crt"))
	low, high, _ := strings.Cut(passivePorts, "-")
	config := filepath.Join(dir, "vsftpd.conf")
	ends(t, os.WriteFile(config, []byte(strings.Join([]string{
		"listen=NO", "listen_ipv6=YES", "background=NO", "seccomp_sandbox=NO", "isolate_network=NO",
		"anonymous_enable=YES", "local_enable=NO", "no_anon_password=NO", "ftp_username=daemon", "nopriv_user=nobody",
		"anon_root=" + dir + "/ftp", "secure_chroot_dir=" + dir + "/empty", "write_enable=YES", "anon_upload_enable=YES", "anon_umask=022",
		"connect_from_port_20=YES", "pasv_enable=YES", "pasv_min_port=" + low, "pasv_max_port=" + high,
		"accept_timeout=4", "connect_timeout=4",
		"ssl_enable=YES", "allow_anon_ssl=YES", "require_ssl_reuse=NO", "ssl_ciphers=HIGH", "rsa_cert_file=" + pem + ".crt", "rsa_private_key_file=" + pem,
	}, "\n")+"\n"), 0o644))
	server, err := l.server.Start(nil, "taskset", "-c", "0", "vsftpd", config)
	ends(t, err)
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		out, err := l.server.Output(t.Context(), "ss", "-Hltn", "sport = :21")
		if err == nil && len(out) > 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("vsftpd does not listen: %s", server.Said())
		}
	}
}
