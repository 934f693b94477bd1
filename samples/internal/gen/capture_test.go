package gen

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const ng = "# A test.\nformat pcapng\n"

// blocks tells the blocks of a pcapng: type, and their options in hex.
func blocks(t *testing.T, text string) []string {
	t.Helper()
	le := binary.LittleEndian
	var out []string
	for b := build(t, text).Data; len(b) > 0; {
		kind, size := le.Uint32(b), le.Uint32(b[4:])
		body := b[8 : size-4]
		b = b[size:]
		line := fmt.Sprint(kind)
		switch kind {
		case ngSection:
			continue
		case ngInterface:
			body = body[8:]
		case ngEnhancedPacket:
			n := le.Uint32(body[12:])
			body = body[20+(n+3)&^3:]
		case ngStatistics:
			body = body[12:]
		}
		for len(body) > 0 {
			n := le.Uint16(body[2:])
			line += fmt.Sprintf(" %d=%q", le.Uint16(body), body[4:4+n])
			body = body[4+(n+3)&^3:]
		}
		out = append(out, line)
	}
	return out
}

func TestPcapng(t *testing.T) {
	const (
		pair  = "host client 192.0.2.10\nhost server 198.51.100.20\nhost other 203.0.113.1\n"
		iface = `1 2="eth0" 9="\t"`
	)
	for _, tt := range []struct {
		name, reason, text string
		want               []string
	}{
		{"plain", "a capture says no more than it must", pair + "ping client > server\n", []string{
			iface + ` 0=""`, "6", "6",
		}},
		{"filter", "it is only named", `filter "tcp port 21"` + "\n" + pair + "lost ping client > server\n", []string{
			iface + ` 11="\x00tcp port 21" 0=""`, "6",
		}},
		{
			"filter and only", "the words of filter win",
			"only port 21\nfilter \"host 192.0.2.10\"\n" + pair + "lost ping client > server\nsyn a client:1 > server:21\n",
			[]string{
				iface + ` 11="\x00host 192.0.2.10" 0=""`, "6",
			},
		},
		{"drops", "statistics stand at the end", "drops 258\n" + pair + "lost ping client > server\n", []string{
			iface + ` 0=""`, "6", `5 5="\x02\x01\x00\x00\x00\x00\x00\x00" 0=""`,
		}},
		{"no drops", "a count of none is said as well", "drops 0\n" + pair + "lost ping client > server\n", []string{
			iface + ` 0=""`, "6", `5 5="\x00\x00\x00\x00\x00\x00\x00\x00" 0=""`,
		}},
		{
			"local", "sent, received, between others",
			"host client 192.0.2.10 local\nhost server 198.51.100.20\nhost other 203.0.113.1\nping client > server\nlost ping server > other\n",
			[]string{
				iface + ` 0=""`, `6 2="\x02\x00\x00\x00" 0=""`, `6 2="\x01\x00\x00\x00" 0=""`, "6",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, blocks(t, ng+tt.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

func TestCookedTypes(t *testing.T) {
	const text = "ping client > server\nlost ping server > other\n"
	for _, tt := range []struct {
		local string
		want  []uint16
	}{
		{"local", []uint16{sllOutgoing, sllIncoming, sllAside}},
		{"", []uint16{sllOutgoing, sllIncoming, sllIncoming}}, // guessed: what comes without a gateway is sent
	} {
		var got []uint16
		for _, f := range frames(t, build(t, "# A test.\nlink sll\nhost client 192.0.2.10 "+tt.local+
			"\nhost server 198.51.100.20 ttl 57\nhost other 203.0.113.1 ttl 60 gw b\n"+text).Data) {
			got = append(got, binary.BigEndian.Uint16(f))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.local, diff)
		}
	}
}

func TestLoop(t *testing.T) {
	got := frames(t, build(t, "# A test.\nlink loop\nhost a 127.0.0.1\nhost b 127.0.0.2\nhost c ::1\nhost d ::2\n"+
		"lost ping a > b\nlost ping c > d\n").Data)
	for i, want := range [][]byte{{0, 0, 0, 2, 0x45}, {0, 0, 0, 24, 0x60}} {
		if !bytes.HasPrefix(got[i], want) {
			t.Errorf("frame %d begins with %x, want %x", i+1, got[i][:5], want)
		}
	}
}

func TestMAC(t *testing.T) {
	const (
		server = "02:00:00:00:00:02" // by its number
		own    = "02:aa:00:00:00:01"
		back   = "02:bb:00:00:00:01"
	)
	for _, tt := range []struct{ name, option, from, to string }{
		{"own", "mac " + own, own, own},
		{"another way back", "mac " + own + " to " + back, own, back},
		{"before the gateway's", "ttl 57 mac " + own, own, own},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range frames(t, build(t, "# A test.\nhost client 192.0.2.10 "+tt.option+
				"\nhost server 198.51.100.20\nping client > server\n").Data) {
				got = append(got, fmt.Sprint(net.HardwareAddr(f[6:12]), " > ", net.HardwareAddr(f[:6])))
			}
			want := []string{tt.from + " > " + server, server + " > " + tt.to}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestClock checks that a jump shows in timestamps and nowhere else.
func TestClock(t *testing.T) {
	stamps := func(text string) (at []time.Duration, rest [][]byte) {
		data := build(t, hosts+text).Data
		for b := data[24:]; len(b) > 0; {
			sec, us, n := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
			at = append(at, time.Unix(int64(sec), int64(us)*1000).Sub(start))
			b = b[16+n:]
		}
		return at, frames(t, data)
	}
	const first, second, third = "open ctl client:1 > server:21\nC> A\n", "C> B\n", "C> C\n"
	plain, want := stamps(first + "wait 1s\n" + second + "wait 1s\n" + third)
	jumped, got := stamps(first + "wait 1s\nclock -90s\n" + second + "wait 1s\nclock +90s\n" + third)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the packets change (-without +with jumps):\n%s", diff)
	}
	var off []time.Duration
	for i := range jumped {
		off = append(off, jumped[i]-plain[i])
	}
	// The handshake, A and its ACK; B and its ACK; C and its ACK.
	if diff := cmp.Diff([]time.Duration{0, 0, 0, 0, 0, -90 * time.Second, -90 * time.Second, 0, 0}, off); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
