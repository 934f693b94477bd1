package capture_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
)

func ExampleOpen() {
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	file := capturetest.PCAP(
		capture.Frame{Time: start, Data: []byte("hello"), Length: 1500, Link: capture.LinkRaw},
		capture.Frame{Time: start.Add(time.Second), Data: []byte("world"), Link: capture.LinkRaw},
	)
	// As if the disk had been full.
	file = file[:len(file)-2]

	set, err := capture.Open([]string{capture.Stdin}, capture.Options{Stdin: bytes.NewReader(file)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer set.Close()
	for frame, err := range set.Frames(context.Background()) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("frame %d, %s: %q, %d bytes on the wire\n", frame.Number, frame.Link, frame.Data, frame.Length)
	}
	info := set.Info()[0]
	fmt.Println(info.Format, "complete:", info.Complete)
	for _, p := range info.Problems {
		fmt.Printf("%s: %s\n", p.Code, p.Message)
	}
	// Output:
	// frame 1, raw: "hello", 1500 bytes on the wire
	// pcap complete: false
	// capture-truncated: frame 2 at byte 45: the file is cut off: 19 of 21 bytes are there
}

func ExampleNotCaptureError() {
	_, err := capture.Open([]string{"-"}, capture.Options{Stdin: strings.NewReader("220 Welcome\r\n")})
	fmt.Println(err)
	if bad, ok := errors.AsType[*capture.NotCaptureError](err); ok {
		fmt.Println("hint:", bad.Hint)
	}
	// Output:
	// capture: standard input: not a pcap or pcapng capture: found text that begins with "220 Welcome"
	// hint: tcpdump and Wireshark write captures with -w FILE; their printed output isn't one
}

func ExampleLinkType() {
	fmt.Println(capture.LinkEthernet, capture.LinkLinuxSLL2, capture.LinkType(9999))
	// Output: ethernet linux-sll2 linktype-9999
}
