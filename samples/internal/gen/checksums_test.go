package gen

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// TestChecksums recomputes those of every sample in which they should be right.
func TestChecksums(t *testing.T) {
	texts, err := filepath.Glob("../../*.ftp")
	if err != nil || len(texts) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, path := range texts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Build(filepath.Base(path), text)
		if err != nil {
			t.Fatal(err)
		}
		cut := bytes.Contains(text, []byte("\nsnaplen"))
		unfinished := bytes.Contains(text, []byte("offload\n"))
		plain := !bytes.Contains(text, []byte("\nlink"))
		if c.Ext != ".pcap" || cut || unfinished || !plain {
			continue
		}
		checkChecksums(t, path, c.Data)
	}
}

func checkChecksums(t *testing.T, name string, data []byte) {
	t.Helper()
	for i, f := range frames(t, data) {
		p := gopacket.NewPacket(f, layers.LayerTypeEthernet, gopacket.Default)
		if e := p.ErrorLayer(); e != nil {
			t.Errorf("%s: frame %d: %v", name, i+1, e.Error())
		} else if again := reserialize(t, p); !bytes.HasPrefix(again, f) { // gopacket pads Ethernet
			t.Errorf("%s: frame %d: has\n%x, computed\n%x", name, i+1, f, again)
		}
	}
}

func reserialize(t *testing.T, p gopacket.Packet) []byte {
	t.Helper()
	var parts []gopacket.SerializableLayer
	for _, l := range p.Layers() {
		if tcp, ok := l.(*layers.TCP); ok {
			if err := tcp.SetNetworkLayerForChecksum(p.NetworkLayer()); err != nil {
				t.Fatal(err)
			}
			tcp.Options = slices.DeleteFunc(tcp.Options, func(o layers.TCPOption) bool {
				return o.OptionType == layers.TCPOptionKindEndList
			})
			parts = append(parts, tcp, gopacket.Payload(tcp.Payload))
			break
		}
		if udp, ok := l.(*layers.UDP); ok {
			if err := udp.SetNetworkLayerForChecksum(p.NetworkLayer()); err != nil {
				t.Fatal(err)
			}
		}
		if icmp, ok := l.(*layers.ICMPv6); ok {
			if err := icmp.SetNetworkLayerForChecksum(p.NetworkLayer()); err != nil {
				t.Fatal(err)
			}
			parts = append(parts, icmp, gopacket.Payload(icmp.Payload))
			break
		}
		parts = append(parts, l.(gopacket.SerializableLayer))
	}
	b, err := serialize(parts...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestChecksumsOfTheRest looks at what no sample holds.
func TestChecksumsOfTheRest(t *testing.T) {
	c := build(t, hosts+`host six2 2001:db8::2
host box 203.0.113.1 ttl 63 tcp "mss,nop,ts,scale=3"
ping client > server
ping six > six2
udp client:1 > server:2 33
udp six:1 > six2:2 34
open a client:1 > server:2 via box
icmp a by box 3/4 mtu 1400
open b six:1 > six2:2
icmp b by six2 2/0 mtu 1280
syn c client:3 > server:4
synack c by box
syn d client:5 > server:6
challenge d
`)
	checkChecksums(t, "t.ftp", c.Data)
}
