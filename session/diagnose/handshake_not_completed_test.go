package diagnose

import (
	"net/netip"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// TestUnheard reads handshakes given as the times of their SYNs and SYN-ACKs, in
// seconds.
func TestUnheard(t *testing.T) {
	type at = []float64
	for _, test := range []struct {
		name          string
		syns, synAcks at
		ack           bool  // an ACK of the initiator passed
		sent, acked   int64 // payload of the initiator
		got           int64 // payload of the listener
		want          unheard
	}{
		{name: "no answer", syns: at{0, 1, 3}, want: heardAll},
		{name: "normal", syns: at{0}, synAcks: at{0.1}, ack: true, want: heardAll},
		{name: "SYN repeated", syns: at{0, 1, 3}, synAcks: at{0.1, 1.1, 3.1}, want: synAckUnheard},
		{name: "one repetition", syns: at{0, 1}, synAcks: at{0.1, 1.1}, want: heardAll},
		{name: "SYN-ACK repeated", syns: at{0}, synAcks: at{0.1, 1.1, 3.1}, want: ackUnseen},
		{name: "ACK lost", syns: at{0}, synAcks: at{0.1, 1.1, 3.1}, ack: true, sent: 100, want: ackUnheard},
		{name: "taken in the end", syns: at{0}, synAcks: at{0.1, 1.1, 3.1}, ack: true, sent: 100, acked: 100, want: heardAll},
		{name: "answered in the end", syns: at{0}, synAcks: at{0.1, 1.1, 3.1}, ack: true, got: 100, want: heardAll},
		{name: "repeated at once", syns: at{0}, synAcks: at{0.1, 0.2, 0.3}, ack: true, want: heardAll},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := func(sec float64) ftp.Seen {
				return ftp.Seen{Ref: ftp.Ref{Frame: 1}, Time: ftp.TimeOf(time.Unix(0, 0)).Add(time.Duration(sec * float64(time.Second)))}
			}
			c := &ftp.Conn{}
			for _, sec := range test.syns {
				c.SYNs = append(c.SYNs, ftp.SYN{Seen: seen(sec)})
			}
			for _, sec := range test.synAcks {
				c.Answers = append(c.Answers, ftp.Answer{Seen: seen(sec), Kind: ftp.AnswerSYNACK})
			}
			if test.ack {
				c.Established = seen(0.2)
			}
			c.Half[ftp.Initiator].Bytes, c.Half[ftp.Initiator].Acked, c.Half[ftp.Listener].Bytes = test.sent, test.acked, test.got
			if got := unheardIn(c); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

// TestOtherGates holds the Ethernet addresses of a data connection against those
// of the control connection.
func TestOtherGates(t *testing.T) {
	a, b := ftp.MAC{2, 0, 0, 0, 0, 1}, ftp.MAC{2, 0, 0, 0, 0, 2}
	ends := [2]netip.AddrPort{netip.MustParseAddrPort("192.0.2.10:40112"), netip.MustParseAddrPort("198.51.100.20:21")}
	conn := func(from, to ftp.MAC) *ftp.Conn {
		c := &ftp.Conn{Ends: ends}
		c.Half[ftp.Initiator].Wire.Source, c.Half[ftp.Listener].Wire.Target = from, to
		return c
	}
	for _, test := range []struct {
		name          string
		control, data *ftp.Conn
		want          bool
	}{
		{"same", conn(a, a), conn(a, a), false},
		{"data connection only", conn(a, a), conn(a, b), true},
		{"both, as with VRRP", conn(a, b), conn(a, b), false},
		{"unknown", conn(a, a), conn(a, ftp.MAC{}), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &subject{Session: &session.Session{Client: ends[0], Server: ends[1], Control: test.control}}
			if got := s.otherGates(test.data); (got != "") != test.want {
				t.Errorf("got %q, want some: %t", got, test.want)
			}
		})
	}
}
