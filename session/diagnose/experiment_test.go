package diagnose

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// passiveTransfer is one whose SYN went to a port of the server.
func passiveTransfer() *session.Transfer {
	c, _ := knock("198.51.100.20:40022", ftp.Answer{Kind: ftp.AnswerRST}, time.Millisecond)
	frame := func(n int64) ftp.Seen { return ftp.Seen{Ref: ftp.Ref{Frame: n}, Time: testStart} }
	return &session.Transfer{
		ID: "s1.t1", Mode: ftp.ModePassive, Outcome: session.OutcomeBlocked,
		Announcement: &session.Announcement{Verb: "PASV", Asked: frame(14), Seen: frame(15), Reply: &session.Reply{Seen: frame(15), Code: 227}, Endpoint: c.Ends[ftp.Listener]},
		Data:         &session.Data{Conn: c, Attempts: []*ftp.Conn{c, c}},
	}
}

func TestCaptureAtOther(t *testing.T) {
	for _, tt := range []struct {
		client, server string
		vantage        Vantage
		of             ftp.Side
		want           string
	}{
		{"192.0.2.10", "198.51.100.20", Vantage{Side: ClientHost, Confidence: Likely}, server, "\ntcpdump -ni any -s0 -w server.pcap 'host 192.0.2.10 or icmp or icmp6'\nftpscope compare client.pcap server.pcap"},
		{"192.0.2.10", "198.51.100.20", Vantage{Side: ServerHost, Confidence: Likely}, client, "tcpdump -ni any -s0 -w client.pcap 'host 198.51.100.20 or icmp or icmp6'"},
		{"2001:db8::10", "2001:db8::20", Vantage{Side: NearClient, Confidence: Likely}, server, "'host 2001:db8::10 or icmp or icmp6'"},
		{"10.0.0.5", "198.51.100.20", Vantage{Side: ClientHost, Confidence: Likely}, server, "(the client may have another address there, behind NAT): if SYN"},
		{"192.0.2.10", "198.51.100.20", Vantage{Side: ClientHost, Confidence: Likely}, server, "(behind NAT, put the address that the client has there): if SYN and answer are in it, the server's own host gave that; if neither is, a box on the way did\n"},
		{"10.0.0.5", "10.0.0.20", Vantage{Side: ClientHost, Confidence: Likely}, server, "'host 10.0.0.5 or icmp or icmp6'"},
		{"192.0.2.10", "198.51.100.20", Vantage{Side: ServerHost, Confidence: Likely}, server, "iptables -L INPUT"},
		{"192.0.2.10", "198.51.100.20", Vantage{Side: ClientHost, Confidence: Certain}, client, "iptables -L OUTPUT"},
		{"192.0.2.10", "198.51.100.20", Vantage{Side: ServerHost, Confidence: Possible}, server, "tcpdump"},
	} {
		s := &subject{t: passiveTransfer(), vantage: tt.vantage, Session: &session.Session{
			Client: netip.AddrPortFrom(netip.MustParseAddr(tt.client), 40112), Server: netip.AddrPortFrom(netip.MustParseAddr(tt.server), 21),
		}}
		if got := s.captureAtOther(tt.of); !strings.Contains(got, tt.want) {
			t.Errorf("%s, %s, %v: %q, want …%s…", tt.client, tt.server, tt.vantage, got, tt.want)
		}
	}
}

func TestDataFilter(t *testing.T) {
	s := testSubject()
	if got, want := s.dataFilter(), "(ip.addr == 192.0.2.10 && ip.addr == 198.51.100.20 && tcp.port == 21 && tcp.port == 40112)"; got != want {
		t.Errorf("session: %s, want %s", got, want)
	}
	s.t = passiveTransfer()
	if got, want := s.dataFilter(), "(ip.addr == 192.0.2.10 && ip.addr == 198.51.100.20 && tcp.port == 40022) || frame.number in {14,15}"; got != want {
		t.Errorf("transfer: %s, want %s", got, want)
	}
	s.t.Data = nil
	s.t.Announcement.Endpoint = netip.MustParseAddrPort("10.0.0.5:40022")
	if got, want := s.dataFilter(), "(ip.addr == 192.0.2.10 && ip.addr == 10.0.0.5 && tcp.port == 40022) || (ip.addr == 192.0.2.10 && ip.addr == 198.51.100.20 && tcp.port == 40022) || frame.number in {14,15}"; got != want {
		t.Errorf("announced only: %s, want %s", got, want)
	}
	s.t.Announcement.Seen.Capture = 1 // the next file of a ring
	if got := s.dataFilter(); strings.Contains(got, "frame.number") {
		t.Errorf("frame numbers of several files: %s", got)
	}
}

func TestOverdue(t *testing.T) {
	for _, tt := range []struct {
		outcome session.Outcome
		syns    int
		after   time.Duration // from the first SYN to what was seen last
		want    bool
	}{
		{session.OutcomeIncomplete, 2, 2 * time.Second, false},
		{session.OutcomeBlocked, 1, 400 * time.Millisecond, false}, // somebody gave up at once
		{session.OutcomeBlocked, 1, time.Second, true},
		{session.OutcomeBlocked, 3, 3 * time.Second, true},
	} {
		s := testSubject()
		s.t = passiveTransfer()
		s.t.Outcome, s.Now = tt.outcome, testStart.Add(tt.after)
		c := s.t.Data.Conn
		c.Answers, c.SYNCount = nil, tt.syns
		s.t.Data.Attempts = []*ftp.Conn{c}
		if got := s.overdue(); got != tt.want {
			t.Errorf("%s, %d SYNs, %s: %t", tt.outcome, tt.syns, tt.after, got)
		}
	}
}
