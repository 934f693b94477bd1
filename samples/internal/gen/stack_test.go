package gen

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// introductions tells of each TCP packet with IPv4 its sender's port, flags,
// TTL, window as it stands there, and options.
func introductions(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	for _, p := range packets(t, text) {
		tcp := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		flags := ""
		for _, f := range []struct {
			set  bool
			name string
		}{{tcp.SYN, "S"}, {tcp.RST, "R"}, {tcp.ACK, "."}} {
			if f.set {
				flags += f.name
			}
		}
		ttl := p.Layer(layers.LayerTypeIPv4).(*layers.IPv4).TTL
		out = append(out, fmt.Sprintf("%d %s ttl %d win %d [%s]", tcp.SrcPort, flags, ttl, tcp.Window, optionText(tcp)))
	}
	return out
}

func optionText(tcp *layers.TCP) string {
	var opts []string
	for _, o := range tcp.Options {
		switch o.OptionType {
		case layers.TCPOptionKindMSS:
			opts = append(opts, fmt.Sprintf("mss=%d", binary.BigEndian.Uint16(o.OptionData)))
		case layers.TCPOptionKindSACKPermitted:
			opts = append(opts, "sack")
		case layers.TCPOptionKindTimestamps:
			opts = append(opts, "ts")
		case layers.TCPOptionKindWindowScale:
			opts = append(opts, fmt.Sprintf("scale=%d", o.OptionData[0]))
		case layers.TCPOptionKindNop:
			opts = append(opts, "nop")
		}
	}
	return strings.Join(opts, ",")
}

func TestIntroductions(t *testing.T) {
	const (
		linuxSYN = "1 S ttl 64 win 64240 [mss=1460,sack,ts,nop,scale=7]"
		stamped  = "[nop,nop,ts]"
		two      = "host client 192.0.2.10\nhost server 198.51.100.20 ttl 57\n"
	)
	for _, tt := range []struct {
		name, reason, text string
		want               []string
	}{
		{
			"own options", "in the order of the text; with timestamps and scale on both sides both are used",
			"host client 192.0.2.10\nhost server 198.51.100.20 ttl 57 mss 1400 window 5000 tcp \"scale=2,mss,nop,nop,ts\"\n" +
				"open a client:1 > server:2\nfin a server half\n",
			[]string{
				linuxSYN, "2 S. ttl 57 win 5000 [scale=2,mss=1400,nop,nop,ts]",
				"1 . ttl 64 win 502 " + stamped, "2 . ttl 57 win 16064 " + stamped, "1 . ttl 64 win 502 " + stamped,
			},
		},
		{
			"no options", "windows are not scaled then",
			"host client 192.0.2.10\nhost server 198.51.100.20 ttl 57 tcp \"\"\nopen a client:1 > server:2\n",
			[]string{linuxSYN, "2 S. ttl 57 win 64240 []", "1 . ttl 64 win 64256 []"},
		},
		{
			"answer to little", "a system leaves off what was not offered",
			"host client 192.0.2.10 tcp \"mss,sack\"\nhost server 198.51.100.20 ttl 57\nopen a client:1 > server:2\n",
			[]string{"1 S ttl 64 win 64240 [mss=1460,sack]", "2 S. ttl 57 win 64240 [mss=1460,nop,nop,sack]", "1 . ttl 64 win 64256 []"},
		},
		{
			"Windows", "offers no timestamps, and gets none",
			"host client 192.0.2.10 ttl 128 stack windows\nhost server 198.51.100.20 ttl 57\nopen a client:1 > server:2\n",
			[]string{
				"1 S ttl 128 win 64240 [mss=1460,nop,scale=8,nop,nop,sack]",
				"2 S. ttl 57 win 64240 [mss=1460,nop,nop,sack,nop,scale=7]", "1 . ttl 128 win 1026 []",
			},
		},
		{
			"SYN proxy", "answers in the server's name, which then answers itself",
			two + "host box 203.0.113.1 ttl 63 window 0 mss 1380 tcp \"mss\"\n" +
				"syn a client:1 > server:2\nsynack a by box\nestablish a\nsynack a\nack a server\n",
			[]string{
				linuxSYN, "2 S. ttl 63 win 0 [mss=1380]", "1 . ttl 64 win 64256 []",
				"2 S. ttl 57 win 64240 [mss=1460,sack,ts,nop,scale=7]", "2 . ttl 57 win 64256 []",
			},
		},
		{
			"establish by", "the box lends itself to the SYN-ACK alone",
			two + "host box 203.0.113.1 ttl 63 tcp \"mss\"\nsyn a client:1 > server:2\nestablish a by box\nack a server\n",
			[]string{linuxSYN, "2 S. ttl 63 win 64240 [mss=1460]", "1 . ttl 64 win 64256 []", "2 . ttl 57 win 64256 []"},
		},
		{
			"wrong backend", "everything of this side comes from there, refusals too",
			two + "host other 203.0.113.2 ttl 55 mss 1400\nopen a client:1 > server:2 via other\nfin a server half\n" +
				"syn b client:1 > server:3 via other\nrst b server\n",
			[]string{
				linuxSYN, "2 S. ttl 55 win 64240 [mss=1400,sack,ts,nop,scale=7]", "1 . ttl 64 win 502 " + stamped,
				"2 . ttl 55 win 502 " + stamped, "1 . ttl 64 win 502 " + stamped,
				linuxSYN, "3 R. ttl 55 win 0 []",
			},
		},
		{
			"initiator by another", "via stands behind either end",
			two + "host other 203.0.113.2 ttl 55\nsyn a server:20 via other > client:5\n",
			[]string{"20 S ttl 55 win 64240 [mss=1460,sack,ts,nop,scale=7]"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, introductions(t, "# A test.\n"+tt.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

// lengths returns the payload lengths of the TCP packets that have one.
func lengths(ps []gopacket.Packet) []int {
	var out []int
	for _, p := range ps {
		if tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP); ok && len(tcp.Payload) > 0 {
			out = append(out, len(tcp.Payload))
		}
	}
	return out
}

func TestSegmentLengths(t *testing.T) {
	for _, tt := range []struct {
		name, client, server string
		want                 []int
	}{
		{"timestamps take 12 bytes", "", "", []int{1448, 1448, 104}},
		{"the smaller MSS", "mss 1212", "", []int{1200, 1200, 600}},
		{"none said", `tcp ""`, "", []int{536, 536, 536, 536, 536, 320}},
		{"not cut by the sender", "", "offload", []int{3000}},
		{"merged by the receiver", "gro", "", []int{3000}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := lengths(packets(t, fmt.Sprintf("# A test.\nhost client 192.0.2.10 %s\nhost server 198.51.100.20 %s\n"+
				"open a client:1 > server:2\nsend a server 3000\n", tt.client, tt.server)))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestGROChecksums holds what tells the receiver's host from the sender's:
// long segments whose checksums are right.
func TestGROChecksums(t *testing.T) {
	checkChecksums(t, "gro", build(t, "# A test.\nhost client 192.0.2.10 gro\nhost server 198.51.100.20\n"+
		"open a client:1 > server:2\nsend a server 3000\n").Data)
}
