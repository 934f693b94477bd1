package report

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// kind is the type and code of an ICMP message.
type kind struct{ typ, code uint8 }

// The names of errors that answer a SYN, in the words of
// https://www.iana.org/assignments/icmp-parameters and icmpv6-parameters.
var (
	icmp4Names = map[kind]string{
		{3, 0}: "network unreachable", {3, 1}: "host unreachable", {3, 2}: "protocol unreachable", {3, 3}: "port unreachable",
		{3, 4}: "fragmentation needed", {3, 6}: "network unknown", {3, 7}: "host unknown", {3, 9}: "network prohibited",
		{3, 10}: "host prohibited", {3, 13}: "communication prohibited", {11, 0}: "time to live exceeded",
	}
	icmp6Names = map[kind]string{
		{1, 0}: "no route", {1, 1}: "administratively prohibited", {1, 2}: "beyond scope of source", {1, 3}: "address unreachable",
		{1, 4}: "port unreachable", {1, 5}: "source address failed policy", {1, 6}: "reject route", {2, 0}: "packet too big",
		{3, 0}: "hop limit exceeded",
	}
)

// icmpText is "ICMP 3/13 (communication prohibited)".
func icmpText(a ftp.Answer) string {
	proto, names := "ICMP", icmp4Names
	if a.From.Is6() && !a.From.Is4In6() {
		proto, names = "ICMPv6", icmp6Names
	}
	text := fmt.Sprintf("%s %d/%d", proto, a.Type, a.Code)
	if name := names[kind{a.Type, a.Code}]; name != "" {
		text += " (" + name + ")"
	}
	return text
}
