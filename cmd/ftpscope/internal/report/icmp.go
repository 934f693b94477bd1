package report

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// icmpText is "ICMP 3/13 (communication prohibited)".
func icmpText(a ftp.Answer) string {
	proto := "ICMP"
	if a.V6() {
		proto = "ICMPv6"
	}
	text := fmt.Sprintf("%s %d/%d", proto, a.Type, a.Code)
	if name := a.ICMPName(); name != "" {
		text += " (" + name + ")"
	}
	return text
}
