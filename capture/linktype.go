package capture

import "strconv"

// The link types that ftpscope has a word for. The numbers are those of the
// LINKTYPE_ registry; a few DLT_ numbers that old files hold instead follow.
//
// https://www.tcpdump.org/linktypes.html
const (
	LinkNull           LinkType = 0   // BSD loopback: address family in the byte order of the writer
	LinkEthernet       LinkType = 1   // Ethernet
	LinkTokenRing      LinkType = 6   // IEEE 802.5
	LinkSLIP           LinkType = 8   // SLIP with a BPF header
	LinkPPP            LinkType = 9   // PPP, with or without HDLC framing
	LinkFDDI           LinkType = 10  // FDDI
	LinkPPPHDLC        LinkType = 50  // PPP in HDLC-like framing
	LinkPPPEther       LinkType = 51  // PPPoE session without the Ethernet header
	LinkRaw            LinkType = 101 // IPv4 or IPv6 without a link layer
	LinkCHDLC          LinkType = 104 // Cisco HDLC
	LinkWiFi           LinkType = 105 // IEEE 802.11
	LinkFrameRelay     LinkType = 107 // frame relay
	LinkLoop           LinkType = 108 // OpenBSD loopback: address family in network order
	LinkLinuxSLL       LinkType = 113 // Linux cooked capture
	LinkPFLog          LinkType = 117 // OpenBSD pflog
	LinkWiFiPrism      LinkType = 119 // IEEE 802.11 with a Prism header
	LinkWiFiRadiotap   LinkType = 127 // IEEE 802.11 with a radiotap header
	LinkAppleIPOverFW  LinkType = 138 // IP over IEEE 1394
	LinkPPPWithDir     LinkType = 204 // PPP with a direction byte before it
	LinkIPv4           LinkType = 228 // IPv4 without a link layer
	LinkIPv6           LinkType = 229 // IPv6 without a link layer
	LinkNFLog          LinkType = 239 // Linux netfilter log
	LinkIPNet          LinkType = 226 // Solaris ipnet
	LinkLinuxSLL2      LinkType = 276 // Linux cooked capture, version 2
	LinkRawOpenBSD     LinkType = 14  // DLT_RAW of OpenBSD
	LinkRawBSD         LinkType = 12  // DLT_RAW of other systems
	LinkEnc            LinkType = 109 // DLT_ENC of OpenBSD: encapsulated (IPsec)
	LinkUSBLinux       LinkType = 220 // Linux USB
	LinkWiresharkUpper LinkType = 252 // Wireshark's exported PDUs
)

// linkNames holds the words of String.
var linkNames = map[LinkType]string{
	LinkNull:           "null",
	LinkEthernet:       "ethernet",
	LinkTokenRing:      "token-ring",
	LinkSLIP:           "slip",
	LinkPPP:            "ppp",
	LinkFDDI:           "fddi",
	LinkPPPHDLC:        "ppp-hdlc",
	LinkPPPEther:       "pppoe",
	LinkRaw:            "raw",
	LinkCHDLC:          "cisco-hdlc",
	LinkWiFi:           "ieee802-11",
	LinkFrameRelay:     "frame-relay",
	LinkLoop:           "loop",
	LinkLinuxSLL:       "linux-sll",
	LinkPFLog:          "pflog",
	LinkWiFiPrism:      "ieee802-11-prism",
	LinkWiFiRadiotap:   "ieee802-11-radiotap",
	LinkAppleIPOverFW:  "apple-ip-over-ieee1394",
	LinkPPPWithDir:     "ppp-with-direction",
	LinkIPv4:           "ipv4",
	LinkIPv6:           "ipv6",
	LinkNFLog:          "nflog",
	LinkIPNet:          "ipnet",
	LinkLinuxSLL2:      "linux-sll2",
	LinkRawOpenBSD:     "raw",
	LinkRawBSD:         "raw",
	LinkEnc:            "enc",
	LinkUSBLinux:       "usb-linux",
	LinkWiresharkUpper: "wireshark-upper-pdu",
}

// String returns the word for l that reports use, such as "ethernet" or
// "linux-sll2", and "linktype-N" for a link type without one.
func (l LinkType) String() string {
	if name, ok := linkNames[l]; ok {
		return name
	}
	return "linktype-" + strconv.Itoa(int(l))
}

// MarshalText returns String as text.
func (l LinkType) MarshalText() ([]byte, error) {
	return []byte(l.String()), nil
}
