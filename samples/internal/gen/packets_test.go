package gen

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// frames reads a pcap back, as far as this package writes them.
func frames(t *testing.T, data []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for at := 24; at < len(data); {
		n := int(binary.LittleEndian.Uint32(data[at+8:]))
		out = append(out, data[at+16:at+16+n])
		at += 16 + n
	}
	return out
}

func build(t *testing.T, text string) Capture {
	t.Helper()
	c, err := Build("t.ftp", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// packets reads back what text makes: a pcap on Ethernet.
func packets(t *testing.T, text string) []gopacket.Packet {
	t.Helper()
	var out []gopacket.Packet
	for _, f := range frames(t, build(t, text).Data) {
		out = append(out, gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default))
	}
	return out
}

// story tells each TCP packet in a line: sender's port, flags, sequence and
// acknowledgment numbers from the ISN, payload.
func story(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	isn := map[layers.TCPPort]uint32{}
	for _, p := range packets(t, text) {
		tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok {
			out = append(out, p.Layers()[2].LayerType().String())
			continue
		}
		if tcp.SYN {
			isn[tcp.SrcPort] = tcp.Seq
		}
		flags := ""
		for _, f := range []struct {
			set  bool
			name string
		}{{tcp.SYN, "S"}, {tcp.FIN, "F"}, {tcp.RST, "R"}, {tcp.PSH, "P"}, {tcp.URG, "U"}, {tcp.ACK, "."}} {
			if f.set {
				flags += f.name
			}
		}
		ack := uint32(0)
		if tcp.ACK {
			ack = tcp.Ack - isn[tcp.DstPort]
		}
		out = append(out, fmt.Sprintf("%d %s %d %d %q", tcp.SrcPort, flags, tcp.Seq-isn[tcp.SrcPort], ack, tcp.Payload))
	}
	return out
}

func TestStory(t *testing.T) {
	for _, tt := range []struct {
		name, reason, text string
		want               []string
	}{
		{
			"dialogue", "a line of the other side carries the ACK; what nobody answers gets a bare one before a pause",
			"C> USER x\nS< 331 y\nwait 1s\n",
			[]string{
				`1 P. 1 1 "USER x\r\n"`, `21 P. 1 9 "331 y\r\n"`, `1 . 9 8 ""`,
			},
		},
		{
			"one segment", "C+ joins, \\| cuts, \\c leaves off CR LF",
			"C> A\nC+ B\nC> C\\|D\\c\n",
			[]string{
				`1 P. 1 1 "A\r\nB\r\n"`, `1 P. 7 1 "C"`, `1 P. 8 1 "D"`, `21 . 1 9 ""`,
			},
		},
		{"urgent", "C! adds nothing and sets URG", "C! \\xff\\xf4\n", []string{
			`1 PU. 1 1 "\xff\xf4"`, `21 . 1 3 ""`,
		}},
		{
			"lost", "what is lost is not acknowledged until it is sent again",
			"lost C> A\nC> B\nresend ctl client 2\n",
			[]string{
				`1 P. 1 1 "A\r\n"`, `1 P. 4 1 "B\r\n"`, `1 P. 1 1 "A\r\n"`, `21 . 1 7 ""`,
			},
		},
		{
			"half a line lost", "the tail passes and is acknowledged up to the gap, until the head comes",
			"lost C> PORT 1,\\c\nC> 2\nwait 200ms\nlost resend ctl client 2\nwait 400ms\nresend ctl client 2\n",
			[]string{
				`1 P. 1 1 "PORT 1,"`, `1 P. 8 1 "2\r\n"`, `21 . 1 1 ""`,
				`1 P. 1 1 "PORT 1,"`, `1 P. 1 1 "PORT 1,"`, `21 . 1 11 ""`,
			},
		},
		{
			"command lost for good", "its retransmissions are not acknowledged either",
			"lost C> A\nwait 200ms\nlost resend ctl client\nwait 400ms\nlost resend ctl client\n",
			[]string{`1 P. 1 1 "A\r\n"`, `1 P. 1 1 "A\r\n"`, `1 P. 1 1 "A\r\n"`},
		},
		{
			"ack plus", "the number counts from what was sent, whether it arrived or not",
			"lost C> AB\nack ctl server plus 3\nack ctl server minus 2\n",
			[]string{`1 P. 1 1 "AB\r\n"`, `21 . 1 8 ""`, `21 . 1 3 ""`},
		},
		{
			"keep-alive", "a probe is one byte below what the other expects",
			"C> A\nprobe ctl client\nack ctl server\n",
			[]string{`1 P. 1 1 "A\r\n"`, `1 . 3 1 ""`, `21 . 1 4 ""`},
		},
		{
			"ack lost", "the listener repeats its SYN-ACK",
			"syn d client:2 > server:3\nsynack d\nlost establish d\nsynack d\n",
			[]string{`2 S 0 0 ""`, `3 S. 0 1 ""`, `2 . 1 1 ""`, `3 S. 0 1 ""`},
		},
		{
			"challenge", "the listener holds the connection that had these ports before; the client resets it",
			"open d client:2 > server:3 isn client 100 isn server 200\nfin d server\n" +
				"syn e client:2 > server:3 isn client 9100 isn server 9200\nchallenge e\nrst e client\n",
			[]string{
				`2 S 0 0 ""`, `3 S. 0 1 ""`, `2 . 1 1 ""`, `3 F. 1 1 ""`, `2 F. 1 2 ""`, `3 . 2 2 ""`,
				`2 S 0 0 ""`, `3 . 2 4294958298 ""`, `2 R 4294958298 0 ""`, // 102 as counted from 9100
			},
		},
		{"unseen", "what is unseen is acknowledged all the same", "unseen C> A\n", []string{`21 . 1 4 ""`}},
		{"twice", "two records of one frame", "twice C> A\n", []string{
			`1 P. 1 1 "A\r\n"`, `1 P. 1 1 "A\r\n"`, `21 . 1 4 ""`,
		}},
		{"swap", "two frames change places", "swap\nC> A\\|B\n", []string{
			`1 P. 2 1 "B\r\n"`, `1 P. 1 1 "A"`, `21 . 1 5 ""`,
		}},
		{"fin", "the other side follows", "fin ctl server\n", []string{
			`21 F. 1 1 ""`, `1 F. 1 2 ""`, `21 . 2 2 ""`,
		}},
		{"fin again", "what is lost is acknowledged when it comes again", "lost fin ctl server\nlost refin ctl server\nrefin ctl server\n", []string{
			`21 F. 1 1 ""`, `21 F. 1 1 ""`, `21 F. 1 1 ""`, `1 . 1 2 ""`,
		}},
		{"half", "one side closes, then the other", "fin ctl client half\nS< x\nfin ctl server\n", []string{
			`1 F. 1 1 ""`, `21 . 1 2 ""`, `21 P. 1 2 "x\r\n"`, `21 F. 4 2 ""`, `1 . 2 5 ""`,
		}},
		{
			"refused", "RST that answers a SYN has sequence number 0 and acknowledges it",
			"syn d client:2 > server:3\nrst d server\n",
			[]string{`2 S 0 0 ""`, `3 R. 0 1 ""`},
		},
		{
			"icmp", "an error stands where the answer would",
			"syn d client:2 > server:3\nicmp d by server 3/13\n",
			[]string{`2 S 0 0 ""`, "ICMPv4"},
		},
		{
			"skip", "skipped segments arrived, and the capture missed them",
			"send ctl server 2000 skip 1\n",
			[]string{
				fmt.Sprintf(`21 P. 1449 1 %q`, body(2000)[1448:]), `1 . 1 2001 ""`,
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := story(t, "# A test.\nhost client 192.0.2.10\nhost server 198.51.100.20\nopen ctl client:1 > server:21\n"+tt.text)
			if diff := cmp.Diff(tt.want, got[3:]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

func body(n int) []byte {
	b, err := content(&args{[]word{{text: fmt.Sprint(n)}}})
	if err != nil {
		panic(err)
	}
	return b
}

// TestRewrite checks that sequence numbers shift on the other side of a NAT
// that changes the length of a text.
func TestRewrite(t *testing.T) {
	got := story(t, `# A test.
link ethernet
host client 10.0.0.5
host server 198.51.100.20
twin inside client as client=203.0.113.7
rewrite "10,0,0,5" "203,0,113,7"
open ctl client:1 > server:21
C> PORT 10,0,0,5,4,6
S< 200 ok
C> X
`)
	want := []string{
		`1 P. 1 1 "PORT 10,0,0,5,4,6\r\n"`, `1 P. 1 1 "PORT 203,0,113,7,4,6\r\n"`,
		`21 P. 1 23 "200 ok\r\n"`, `21 P. 1 20 "200 ok\r\n"`,
		`1 P. 20 9 "X\r\n"`, `1 P. 23 9 "X\r\n"`,
		`21 . 9 26 ""`, `21 . 9 23 ""`,
	}
	if diff := cmp.Diff(want, got[6:]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTitle(t *testing.T) {
	got, err := Title("t.ftp", []byte("# One sentence.\n# More.\n"))
	if err != nil || got != "One sentence." {
		t.Errorf("got %q, %v", got, err)
	}
}
