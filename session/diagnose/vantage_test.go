package diagnose_test

import (
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/samples/samplestest"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// talk is a session without transfers: all that a vantage needs.
const talk = `
open ctl client:40112 > server:21
S< 220 ready
C> USER ftplab
S< 331 password
C> PASS secret
S< 230 logged in
C> QUIT
S< 221 bye
fin ctl server
`

func TestVantage(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		side       diagnose.Side
		sure       diagnose.Confidence
		because    string
	}{
		{
			"TTL and times agree on the client",
			"host client 192.0.2.10 ttl 64 delay 20us\nhost server 198.51.100.20 ttl 52 delay 11ms\n" + talk,
			diagnose.NearClient, diagnose.Likely, "unspent TTL of 64",
		},
		{
			"TTL and times agree on the server",
			"host client 192.0.2.10 ttl 115 delay 11ms\nhost server 198.51.100.20 ttl 128 delay 20us\n" + talk,
			diagnose.NearServer, diagnose.Likely, "unspent TTL of 128",
		},
		{
			"times of a local network say nothing",
			"host client 192.0.2.10 ttl 63 delay 200us\nhost server 198.51.100.20 ttl 64 delay 10us\n" + talk,
			diagnose.NearServer, diagnose.Likely, "the client's packets have a TTL of 63",
		},
		{
			"no router between the two",
			"host client 192.0.2.10 ttl 64 delay 200us\nhost server 192.0.2.20 ttl 128 delay 10us\n" + talk,
			diagnose.Nowhere, diagnose.Possible, "no router stands between the two",
		},
		{
			"TTL and times contradict each other: a proxy answers at once",
			"host client 192.0.2.10 ttl 64 delay 20ms\nhost server 198.51.100.20 ttl 60 delay 20us\n" + talk,
			diagnose.Nowhere, diagnose.Possible, "contradict",
		},
		{
			"routers on both sides",
			"host client 192.0.2.10 ttl 62 delay 1ms gw left\nhost server 198.51.100.20 ttl 52 delay 9ms\n" + talk,
			diagnose.InTheMiddle, diagnose.Likely, "they passed 2 routers",
		},
		{
			"an initial TTL that nobody uses",
			"host client 192.0.2.10 ttl 200 delay 300us gw left\nhost server 198.51.100.20 ttl 200 delay 300us\n" + talk,
			diagnose.InTheMiddle, diagnose.Possible, "not known what they began with",
		},
		{
			"unfinished checksums of the client only",
			"host client 192.0.2.10 ttl 64 delay 20us offload\nhost server 198.51.100.20 ttl 52 delay 11ms\n" + talk,
			diagnose.ClientHost, diagnose.Likely, "checksums of the client's packets are unfinished",
		},
		{
			"unfinished checksums of a guest that the machine routes for",
			"host client 192.0.2.10 ttl 63 delay 20us gw left offload\nhost server 198.51.100.20 ttl 52 delay 11ms\n" + talk,
			diagnose.NearClient, diagnose.Likely, "guest",
		},
		{
			"unfinished checksums of both: containers",
			"host client 192.0.2.10 ttl 64 delay 20us offload\nhost server 198.51.100.20 ttl 63 delay 30us offload\n" + talk,
			diagnose.NearClient, diagnose.Likely, "unspent TTL of 64",
		},
		{
			"checksums and times contradict each other",
			"host client 192.0.2.10 ttl 64 delay 20ms offload\nhost server 198.51.100.20 ttl 52 delay 20us\n" + talk,
			diagnose.Nowhere, diagnose.Possible, "contradicts",
		},
		{
			"the capture says who sent",
			"link sll\nhost client 192.0.2.10 ttl 64 delay 20us local\nhost server 198.51.100.20 ttl 52 delay 11ms\n" + talk,
			diagnose.ClientHost, diagnose.Certain, "the capturing machine sent the client's packets",
		},
		{
			"the capture says that it was the server",
			"link sll\nhost client 192.0.2.10 ttl 52 delay 11ms\nhost server 198.51.100.20 ttl 64 delay 20us local\n" + talk,
			diagnose.ServerHost, diagnose.Certain, "the capturing machine sent the server's packets",
		},
		{
			"a router that sent on what it sent",
			"link sll\nhost client 192.0.2.10 ttl 63 delay 20us local\nhost server 198.51.100.20 ttl 52 delay 11ms\n" + talk,
			diagnose.InTheMiddle, diagnose.Likely, "sent them on",
		},
		{
			"both sides of a router in one file",
			"host client 192.0.2.10 ttl 64 delay 300us\nhost server 198.51.100.20 ttl 57 delay 9ms\ntwin inside client\n" + talk,
			diagnose.InTheMiddle, diagnose.Likely, "before and after a router",
		},
		{
			"loopback",
			"link loop\nhost client 127.0.0.1 ttl 64 delay 10us\nhost server 127.0.0.1 ttl 64 delay 10us\n" + talk,
			diagnose.ServerHost, diagnose.Certain, "on this machine",
		},
		{
			"a tunnel with the link type of loopback",
			"link loop\nhost client 192.0.2.10 ttl 64 delay 20us\nhost server 198.51.100.20 ttl 63 delay 300us\n" + talk,
			diagnose.NearClient, diagnose.Likely, "unspent TTL of 64",
		},
		{
			"only the client was heard",
			"host client 192.0.2.10 ttl 64 delay 20us\nhost server 198.51.100.20 ttl 52 delay 11ms\nsyn ctl client:40112 > server:21 linux 5\n",
			diagnose.NearClient, diagnose.Possible, "unspent TTL of 64",
		},
		{
			"a host that is client and server",
			"host client 192.0.2.10 ttl 64 delay 20us\nhost server 198.51.100.20 ttl 52 delay 11ms\n" + talk +
				"wait 1s\nopen two server:40113 > client:21\nS:two< 220 ready\nC:two> QUIT\nS:two< 221 bye\nfin two client\n",
			diagnose.Nowhere, diagnose.Possible, "is the client of session s1 and the server of session s2",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pcap, err := samplestest.Compile("vantage", "# A vantage.\n"+tt.text)
			if err != nil {
				t.Fatal(err)
			}
			r := analyze(t, pcap, diagnose.Config{})
			v := r.vantages[0]
			if v.Side != tt.side || v.Confidence != tt.sure || !strings.Contains(strings.Join(v.Because, "; "), tt.because) {
				t.Errorf("%s, %s, because %q\nwant %s, %s, because of %q", v.Side, v.Confidence, v.Because, tt.side, tt.sure, tt.because)
			}
		})
	}
}

// TestVantageTold: what the user says goes before what packets show.
func TestVantageTold(t *testing.T) {
	pcap, err := samplestest.Compile("vantage", "# A vantage.\nhost client 192.0.2.10 ttl 64 delay 20us\nhost server 198.51.100.20 ttl 52 delay 11ms\n"+talk)
	if err != nil {
		t.Fatal(err)
	}
	r := analyze(t, pcap, diagnose.Config{Vantage: diagnose.ServerHost})
	if got := r.explained[0].Vantage; got.Side != diagnose.ServerHost || got.Confidence != diagnose.Certain {
		t.Errorf("session: %+v", got)
	}
	if got := r.vantages[0]; got.Side != diagnose.ServerHost || got.Confidence != diagnose.Certain {
		t.Errorf("capture: %+v", got)
	}
}

// TestVantageLearnt: what one session shows of a host holds for another of the
// same capture, whose beginning was not captured.
func TestVantageLearnt(t *testing.T) {
	text := "# A vantage.\nhost client 192.0.2.10 ttl 64 delay 20us offload\nhost server 198.51.100.20 ttl 52 delay 11ms\n" + talk +
		"wait 1s\nmidstream two client:40113 > server:21\nC:two> QUIT\nS:two< 221 bye\nfin two server\n"
	pcap, err := samplestest.Compile("vantage", text)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range analyze(t, pcap, diagnose.Config{}).explained {
		if e.Vantage.Side != diagnose.ClientHost || e.Vantage.Confidence != diagnose.Likely {
			t.Errorf("%+v", e.Vantage)
		}
	}
}
