package decode

import (
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

func TestChallenge(t *testing.T) {
	ack := func(by uint32) seg {
		g := dataScript().segment(server, flagACK, "")
		g.seq, g.ack = 3_000_000_000, 1001+by
		return g
	}
	withPayload := ack(1 << 30)
	withPayload.payload = "old"
	syn := dataScript().send(client, flagSYN, "")
	tests := []struct {
		name, why string
		segs      []seg
		frame     int64
	}{
		{"far ahead", "the earlier connection was elsewhere", append(syn.segs, ack(1<<30)), 2},
		{"within what is believed", "numbers are random", append(syn.segs, ack(1<<27)), 2},
		{"behind", "likewise", append(syn.segs, ack(1<<32-5000)), 2},
		{"the first counts", "each SYN is challenged", append(syn.segs, ack(1<<30), ack(1<<30+9)), 2},
		{"of the SYN itself", "the SYN-ACK is not in the capture", append(syn.segs, ack(0)), 0},
		{"of later payload", "the frames are out of order", append(syn.segs, ack(700)), 0},
		{"with payload", "a retransmission of the earlier connection", append(syn.segs, withPayload), 0},
		{"behind the SYN-ACK", "the handshake goes on", append(dataScript().send(client, flagSYN, "").send(server, flagSYN|flagACK, "").segs, ack(1<<30)), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			c := play(t, Limits{}, announced(dataEnd), tt.segs...).conn()
			equal(t, "challenge", c.Challenge.Frame, tt.frame)
			equal(t, "established", c.Established.Yes(), false)
			equal(t, "unsent", c.Half[server].Unsent.Count > 0 && tt.frame > 0, false)
			equal(t, "confirmed", c.Half[client].Confirmed, ftp.Seen{})
		})
	}
}
