package decode

import (
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// wantLead compares how a direction begins.
func wantLead(t *testing.T, what string, c *ftp.Conn, side ftp.Side, base uint32, text string) {
	t.Helper()
	l := &c.Half[side].Lead
	if !l.Known || l.Base != base || string(l.Text()) != text {
		t.Errorf("%s: from %d (%t) on %q, want from %d on %q", what, l.Base, l.Known, l.Text(), base, text)
	}
}

func TestLead(t *testing.T) {
	long := strings.Repeat("0123456789", 3)
	for _, tt := range []struct {
		name           string
		s              *script
		client, server string
	}{
		{"nothing said", dataScript().handshake(), "", ""},
		{"one side", dataScript().handshake().server("abc"), "", "abc"},
		{"both", dataScript().handshake().server("abc").client("de"), "de", "abc"},
		{"in pieces", dataScript().handshake().server("abc").server("def"), "", "abcdef"},
		{"more than is kept", dataScript().handshake().server(long), "", long[:16]},
		{"more than is kept, in pieces", dataScript().handshake().server(long[:10]).server(long[10:]), "", long[:16]},
		{"a gap behind the first piece", dataScript().handshake().server("abc").lost(server, "def").server("ghi"), "", "abc"},
		{"a gap before the first piece", dataScript().handshake().lost(server, "abc").server("def"), "", ""},
	} {
		c := play(t, Limits{}, announced(dataEnd), tt.s.segs...).conn()
		wantLead(t, tt.name, c, client, 1001, tt.client)
		wantLead(t, tt.name, c, server, 9001, tt.server)
	}
}

// TestLeadRepeated: what comes again, or overlaps, adds only what is new.
func TestLeadRepeated(t *testing.T) {
	s := dataScript().handshake().server("abc").server("def")
	again := s.segs[3]
	over := s.segs[3]
	over.seq, over.payload = over.seq+1, "bcdefgh"
	c := play(t, Limits{}, announced(dataEnd), append(s.segs, again, over)...).conn()
	wantLead(t, "repeated", c, server, 9001, "abcdefgh")
}

// TestLeadCut: what the snap length took is not there.
func TestLeadCut(t *testing.T) {
	s := dataScript().handshake().server("abcdef").server("ghi")
	s.segs[3].cut = 4
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	wantLead(t, "cut", c, server, 9001, "ab")
}

// TestLeadOrder: the order in which the frames come makes no difference to where a
// direction begins.
func TestLeadOrder(t *testing.T) {
	s := dataScript().handshake().server("abc").server("def")
	for name, order := range map[string][]int{
		"as sent": {0, 1, 2, 3, 4}, "pieces in the other order": {0, 1, 2, 4, 3}, "SYN last": {1, 2, 3, 4, 0}, "SYN-ACK behind data": {0, 3, 1, 2, 4},
		"data first": {3, 0, 1, 2, 4},
	} {
		var segs []seg
		for _, i := range order {
			segs = append(segs, s.segs[i])
		}
		c := play(t, Limits{}, announced(dataEnd), segs...).conn()
		l := &c.Half[server].Lead
		if !l.Known || l.Base != 9001 || !strings.HasPrefix("abcdef", string(l.Text())) {
			t.Errorf("%s: from %d on %q", name, l.Base, l.Text())
		}
	}
}

// TestLeadRepeatedSYN: a SYN that comes again keeps what is known.
func TestLeadRepeatedSYN(t *testing.T) {
	s := dataScript().send(client, flagSYN, "")
	s.add(s.segs[0], s.segs[0])
	s.send(server, flagSYN|flagACK, "").send(client, flagACK, "").server("abc")
	s.add(s.segs[3]) // and the SYN-ACK
	s.client("xyz")
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	wantLead(t, "client", c, client, 1001, "xyz")
	wantLead(t, "server", c, server, 9001, "abc")
}

// TestLeadMidstream: without a SYN a direction begins with the first byte that was
// captured; an earlier one that comes later moves it.
func TestLeadMidstream(t *testing.T) {
	s := opened().server("220 hi\r\n").client("USER a\r\n").server("331 pw\r\n")
	c := play(t, Limits{}, nil, s.segs[4:]...).conn()
	equal(t, "midstream", c.Midstream, true)
	wantLead(t, "client", c, client, 1001, "USER a\r\n")
	wantLead(t, "server", c, server, 9009, "331 pw\r\n")
	late := play(t, Limits{}, nil, s.segs[5], s.segs[4], s.segs[3]).conn()
	if l := &late.Half[server].Lead; l.Base != 9001 || l.N > 0 && !strings.HasPrefix("220 hi\r\n331 pw\r\n", string(l.Text())) {
		t.Errorf("an earlier byte came later: from %d on %q", l.Base, l.Text())
	}
}

// TestLeadPast32Bits: numbers come round.
func TestLeadPast32Bits(t *testing.T) {
	s := dataScript()
	s.next[server] = 1<<32 - 3
	s.handshake().server("abcdef").server("ghi")
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	wantLead(t, "server", c, server, 1<<32-2, "abcdefghi")
}
