package cli

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/session/diagnose"
)

// sniffLong is the help of sniff.
func sniffLong() string {
	return strings.ReplaceAll(`Sniff watches an interface and prints a line when a control connection opens
and ends, each transfer as it ends, and each failure in full as soon as it is
certain. What it says of a session that is not over is what is known by then.
It ends by Ctrl-C, or when --for is over, with a summary.

Most packets never leave the kernel. A program in it lets pass: control
connections whole, the packets that open and end every TCP connection, ICMP,
fragments, and of data connections now and then the headers of a packet. So
modes, outcomes and sizes are right at any rate. With --payload every TCP
packet is taken. What cannot be told without it:

NEEDS
With --write the packets that matter are recorded as pcapng, and those that a
finding rests on have a comment. ftpscope analyze says the same of the file. It
holds passwords: only its owner may read it.

With --format ndjson there are lines of the types opened, failure, transfer and
closed for what goes on, and those of analyze for what is over: see
"ftpscope help formats".

Signals: INT, TERM and HUP end it as Ctrl-C does, USR1 prints its state on
standard error. The exit status is 0 if it ended as asked, 3 if it was
--until-failure and there was one.`, "NEEDS\n", needsPayload())
}

// needsPayload lists what cannot be told without --payload.
func needsPayload() string {
	var b strings.Builder
	for _, lack := range diagnose.Thinned() {
		fmt.Fprintf(&b, "  %-28s %s\n", lack.Code, lack.What)
	}
	b.WriteString("  FTP on a port that is not named with --port\n")
	return b.String()
}
