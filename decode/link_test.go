package decode

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
)

// unhex reads bytes written in hexadecimal, blanks for the eye.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// macs are the two addresses of an Ethernet header.
const macs = "020000000001 020000000002 "

// Each link layer brings the same segment to the same connection.
func TestLinkLayers(t *testing.T) {
	tests := []struct {
		name, why string
		link      capture.LinkType
		four, six string // headers before IPv4 and IPv6
	}{
		{"Ethernet", "the most common", capture.LinkEthernet, macs + "0800", macs + "86dd"},
		{"VLAN", "one tag", capture.LinkEthernet, macs + "8100 0005 0800", macs + "8100 0005 86dd"},
		{"QinQ", "802.1ad", capture.LinkEthernet, macs + "88a8 0005 8100 0006 0800", macs + "88a8 0005 8100 0006 86dd"},
		{"QinQ of old", "before 802.1ad", capture.LinkEthernet, macs + "9100 0005 8100 0006 0800", macs + "9100 0005 8100 0006 86dd"},
		{"four tags", "as many as we step over", capture.LinkEthernet, macs + "8100 0001 8100 0002 8100 0003 8100 0004 0800", macs + "8100 0001 8100 0002 8100 0003 8100 0004 86dd"},
		{"PPPoE", "DSL", capture.LinkEthernet, macs + "8864 1100 0001 0000 0021", macs + "8864 1100 0001 0000 0057"},
		{"PPPoE in a VLAN", "DSL of a telephone company", capture.LinkEthernet, macs + "8100 0007 8864 1100 0001 0000 0021", macs + "8100 0007 8864 1100 0001 0000 0057"},
		{"MPLS", "one label", capture.LinkEthernet, macs + "8847 00010140", macs + "8847 00010140"},
		{"MPLS stack", "three labels", capture.LinkEthernet, macs + "8847 00010040 00020040 00030140", macs + "8847 00010040 00020040 00030140"},
		{"MPLS in a VLAN", "all at once", capture.LinkEthernet, macs + "8100 0007 8848 00010140", macs + "8100 0007 8848 00010140"},
		{"SLL", "tcpdump -i any, once", capture.LinkLinuxSLL, "0000 0001 0006 020000000001 0000 0800", "0004 0001 0006 020000000001 0000 86dd"},
		{"SLL with VLAN", "the tag is left in", capture.LinkLinuxSLL, "0000 0001 0006 020000000001 0000 8100 0005 0800", "0004 0001 0006 020000000001 0000 8100 0005 86dd"},
		{"SLL2", "tcpdump -i any, now; gopacket cuts its number to 8 bits", capture.LinkLinuxSLL2, "0800 0000 00000002 0001 00 06 0200000000010000", "86dd 0000 00000002 0001 04 06 0200000000010000"},
		{"raw", "tunnels", capture.LinkRaw, "", ""},
		{"raw of BSD", "the number that DLT_RAW has there", capture.LinkRawBSD, "", ""},
		{"raw of OpenBSD", "and there", capture.LinkRawOpenBSD, "", ""},
		{"IPv4 and IPv6", "link types of their own", 0xffff, "", ""},
		{"null, little endian", "loopback of BSD and macOS", capture.LinkNull, "02000000", "1e000000"},
		{"null, big endian", "written on another machine", capture.LinkNull, "00000002", "0000001c"},
		{"loop", "loopback of OpenBSD", capture.LinkLoop, "00000002", "00000018"},
		{"PPP", "bare", capture.LinkPPP, "0021", "0057"},
		{"PPP compressed", "a protocol field of one byte", capture.LinkPPP, "21", "57"},
		{"PPP in HDLC", "address and control before it", capture.LinkPPPHDLC, "ff03 0021", "ff03 0057"},
		{"PPP with direction", "pppd's record", capture.LinkPPPWithDir, "01 ff03 0021", "00 ff03 0057"},
		{"PPPoE alone", "without Ethernet", capture.LinkPPPEther, "1100 0001 0000 0021", "1100 0001 0000 0057"},
		{"Cisco HDLC", "leased lines", capture.LinkCHDLC, "0f00 0800", "0f00 86dd"},
		{"IEEE 1394", "macOS", capture.LinkAppleIPOverFW, "0001020304050607 0001020304050608 0800", "0001020304050607 0001020304050608 86dd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			for header, s := range map[string]seg{
				"4" + tt.four: {src: clientEnd, dst: serverEnd, seq: 1, flags: flagSYN},
				"6" + tt.six:  {src: client6, dst: server6, seq: 1, flags: flagSYN},
			} {
				kind := tt.link
				if kind == 0xffff {
					kind = map[byte]capture.LinkType{'4': capture.LinkIPv4, '6': capture.LinkIPv6}[header[0]]
				}
				headers := unhex(header[1:])
				p := play(t, Limits{}, nil)
				p.frame.Link = kind
				p.raw(0, append(headers, s.ip()...), 0)
				c := p.conn()
				equal(t, "client", c.Ends[client], s.src)
				equal(t, "server", c.Ends[server], s.dst)
				equal(t, "SYNs", c.SYNCount, 1)
				equal(t, "unreadable", p.Stats().Unreadable+p.Stats().OtherLink, 0)

				// Cut off in its headers it is passed over and counted.
				for n := range len(headers) {
					p.raw(0, headers[:n], 0)
				}
				equal(t, "counted", p.Stats().Unreadable+p.Stats().OtherLink, max(int64(len(headers)-1), 0))
			}
		})
	}
}

func TestOtherLinkLayers(t *testing.T) {
	p := play(t, Limits{}, nil)
	p.frame.Link = capture.LinkEthernet
	p.raw(0, unhex(macs+"0806 0001080006040001"), 0)                                                 // ARP
	p.raw(0, unhex(macs+"88cc 0207"), 0)                                                             // LLDP
	p.raw(0, unhex(macs+"8100 0001 8100 0002 8100 0003 8100 0004 8100 0005 0800 4500"), 0)           // one tag too many
	p.raw(0, append(unhex(macs+"8864 1100 0001 0000 c021"), make([]byte, 40)...), 0)                 // PPP link control
	p.frame.Link = capture.LinkWiFi                                                                  // not read
	p.raw(0, append(unhex("0000 0000"), (seg{src: clientEnd, dst: serverEnd}).ip()...), 0)           //
	p.frame.Link = capture.LinkRaw                                                                   //
	p.raw(0, append([]byte{0x10}, (seg{src: clientEnd, dst: serverEnd, flags: flagSYN}).ip()...), 0) // IP version 1
	equal(t, "of other link layers", p.Stats().OtherLink, 6)
	equal(t, "connections", len(p.conns), 0)
}

// A frame without bytes is a tick: what waited long enough is told.
func TestTick(t *testing.T) {
	s := opened().server("220 hi\r\n").lost(client, "FEAT\r\n").server("211 no features\r\n")
	p := play(t, Limits{}, nil, s.segs...)
	p.wantSaidSoFar("S 220 hi")
	p.raw(10e9, nil, 0)
	p.wantSaidSoFar("S 220 hi", "C gap 6", "S 211 no features")
	equal(t, "of other link layers", p.Stats().OtherLink, 0)

	ticks := 0
	p.frame.Number++
	p.Decode(&p.frame, func(ev *ftp.Event) {
		if ev.Kind == ftp.EventTick && ev.Time.Equal(ftp.TimeOf(p.frame.Time)) {
			ticks++
		}
	})
	equal(t, "ticks", ticks, 1)

	frames := p.Stats().Frames
	p.Decode(&capture.Frame{Time: p.frame.Time.Add(time.Second)}, func(*ftp.Event) {})
	equal(t, "frames, a tick that is none of a file not among them", p.Stats().Frames, frames)
}
