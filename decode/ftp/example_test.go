package ftp_test

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

func ExampleParsePORT() {
	fmt.Println(ftp.ParsePORT([]byte("192,0,2,10,4,6")))
	fmt.Println(ftp.ParsePORT([]byte("192,0,2,256,4,6")))
	// Output:
	// 192.0.2.10:1030 <nil>
	// invalid AddrPort ftp: PORT: want a number from 0 to 255 at byte 8
}

func ExampleParseEPRT() {
	fmt.Println(ftp.ParseEPRT([]byte("|1|132.235.1.2|6275|")))
	fmt.Println(ftp.ParseEPRT([]byte("|2|1080::8:800:200C:417A|5282|")))
	fmt.Println(ftp.ParseEPRT([]byte("|1|1080::8:800:200C:417A|5282|")))
	// Output:
	// 132.235.1.2:6275 <nil>
	// [1080::8:800:200c:417a]:5282 <nil>
	// invalid AddrPort ftp: EPRT: want an IPv4 address at byte 3
}

func ExampleParseLPRT() {
	fmt.Println(ftp.ParseLPRT([]byte("6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,4,1")))
	// Output: [2001:db8::1]:1025 <nil>
}

func ExampleParse227() {
	fmt.Println(ftp.Parse227([]byte("Entering Passive Mode (10,0,0,5,19,137)")))
	fmt.Println(ftp.Parse227([]byte("Entering Passive Mode. 10,0,0,5,19,137")))
	fmt.Println(ftp.Parse227([]byte("Fake response PASV")))
	// Output:
	// 10.0.0.5:5001 <nil>
	// 10.0.0.5:5001 <nil>
	// invalid AddrPort ftp: 227: want six numbers joined by commas: h1,h2,h3,h4,p1,p2 at byte 0
}

func ExampleParse228() {
	fmt.Println(ftp.Parse228([]byte("Entering Long Passive Mode (4,4,10,0,0,1,2,4,1)")))
	// Output: 10.0.0.1:1025 <nil>
}

func ExampleParse229() {
	endpoint, err := ftp.Parse229([]byte("Entering Extended Passive Mode (|||6446|)"))
	fmt.Println(endpoint.Addr().IsValid(), endpoint.Port(), err)
	// Output: false 6446 <nil>
}

func ExampleAppend227() {
	fmt.Printf("227 %s\n", ftp.Append227(nil, netip.MustParseAddrPort("10.0.0.5:5001")))
	// Output: 227 Entering Passive Mode (10,0,0,5,19,137)
}

func ExampleReply_Announcement() {
	reply := ftp.Reply{Code: 227, Text: []byte("Entering Passive Mode (10,0,0,5,19,137)")}
	a, err := reply.Announcement()
	fmt.Println(a.Verb, a.Mode(), a.Endpoint, err)
	// Output: PASV passive 10.0.0.5:5001 <nil>
}

// The way a client says ABOR, in three segments (lab ops-port-vsftpd-abor-urgent).
func ExampleFramer() {
	var framer ftp.Framer
	for _, segment := range []string{"TYPE I\r\nRETR fi", "le\r\n", "\xff\xf4", "\xff", "\xf2ABOR\r\n"} {
		framer.Push([]byte(segment))
		for {
			line, ok := framer.Next()
			if !ok {
				break
			}
			command, _ := ftp.ParseCommand(line.Bytes)
			fmt.Printf("%d %s %q urgent=%v\n", line.End, command.Verb, command.Argument, line.Urgent)
		}
	}
	// Output:
	// 8 TYPE "I" urgent=false
	// 19 RETR "file" urgent=false
	// 29 ABOR "" urgent=true
}

func ExampleReplyAssembler() {
	var assembler ftp.ReplyAssembler
	for _, line := range []string{"211-Features:", " EPSV", " SIZE", "211 End", "226 Done."} {
		assembler.Line([]byte(line), ftp.Seen{}, false)
		for reply, ok := assembler.Next(); ok; reply, ok = assembler.Next() {
			fmt.Printf("%d %q\n", reply.Code, reply.Text)
		}
	}
	// Output:
	// 211 "Features:\n EPSV\n SIZE\nEnd"
	// 226 "Done."
}
