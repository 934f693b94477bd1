package sieve

import (
	"bytes"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
)

// What is left of a frame is what a program for its link type looks at.
func TestShown(t *testing.T) {
	const (
		sll  = "0000 0001 0006 020000000002 0000 "            // and the EtherType
		sll2 = " 0000 00000002 0001 00 06 020000000002 0000 " // behind the EtherType
	)
	for _, tt := range []struct {
		name  string
		link  capture.LinkType
		frame string
		want  string
	}{
		{"Ethernet", capture.LinkEthernet, "020000000001 020000000002 8100 0005 0800 45", "020000000001 020000000002 8100 0005 0800 45"},
		{"raw", capture.LinkRaw, "45", "45"},
		{"SLL", capture.LinkLinuxSLL, sll + "0800 45", "45"},
		{"SLL with a tag", capture.LinkLinuxSLL, sll + "8100 0005 0800 45", "45"},
		{"SLL2", capture.LinkLinuxSLL2, "0800" + sll2 + "45", "45"},
		{"SLL2 with two tags", capture.LinkLinuxSLL2, "88a8" + sll2 + "0005 8100 0006 86dd 60", "60"},
		{"SLL2 that ends in a tag", capture.LinkLinuxSLL2, "8100" + sll2 + "0005 08", "0005 08"},
		{"SLL2 that ends in its header", capture.LinkLinuxSLL2, "0800 0000", "0800 0000"},
	} {
		if got := Shown(&capture.Frame{Link: tt.link, Data: unhex(tt.frame)}); !bytes.Equal(got, unhex(tt.want)) {
			t.Errorf("%s: % x", tt.name, got)
		}
	}
}
