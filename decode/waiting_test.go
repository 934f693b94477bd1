package decode

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// behindALoss is a control connection whose second command waits for the first,
// which the capture lacks.
func behindALoss(port uint16) *script {
	s := newScript()
	s.ends[client] = onPort(clientEnd, port)
	return s.handshake().server("220 hi\r\n").lost(client, "SYST\r\n").client("NOOP " + strings.Repeat("x", 1000) + "\r\n")
}

// Many connections that wait a little must not wait for much together: the
// newcomer does not, those before it go on.
func TestLimitOfWaiting(t *testing.T) {
	p := play(t, Limits{Waiting: 4000}, nil)
	for port := range uint16(10) {
		p.play(behindALoss(5000 + port).segs...)
		if p.waiting.bytes > 4000 {
			t.Fatalf("%d bytes wait", p.waiting.bytes)
		}
	}
	equal(t, "gaps", p.count("C gap 6"), 7)
	equal(t, "notices", p.count("notice limit-waiting"), 1)
	again := behindALoss(5000)
	again.next[client] -= uint32(len(again.segs[4].payload) + 6)
	late := again.client("SYST\r\n").segs[5]
	p.play(late)
	equal(t, "what still waited", p.count("C SYST "), 1)
	p.Finish(p.emit)
	equal(t, "commands", p.count("C NOOP "+strings.Repeat("x", 1000)), 10)
	equal(t, "gaps at the end", p.count("C gap 6"), 9)
	p.wantNothing()
}

// Connections that may yet be FTP are forgotten if there is no room for what they
// said, and a possible data connection stays one.
func TestLimitOfFirstWords(t *testing.T) {
	for claim, connections := range map[ftp.Claim]int{ftp.ClaimNone: 3, ftp.ClaimPossible: 10} {
		known := claim == ftp.ClaimPossible
		p := play(t, Limits{Waiting: 4000}, hostsKnown(&known))
		for port := range uint16(10) {
			s := newScript()
			s.ends = [2]netip.AddrPort{onPort(clientEnd, 5000+port), oddEnd}
			p.play(s.handshake().server("220-" + strings.Repeat("x", 1000) + "\r\n").segs...)
			if p.waiting.bytes > 4000 {
				t.Fatalf("%d bytes wait", p.waiting.bytes)
			}
		}
		equal(t, "connections", p.flows.count(), connections)
		equal(t, "notices", p.count("notice limit-waiting"), 1)
		p.Finish(p.emit)
		p.wantNothing()
	}
}
