package diagnose

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		vantage        Vantage
		host           ftp.Side
		beyond, before Where
		text           string // of beyond
	}{
		{Vantage{Side: ClientHost, Confidence: Likely}, server, BeyondServer, BeyondServer, "between the client (where this was captured) and the server"},
		{Vantage{Side: ClientHost, Confidence: Likely}, client, AtClient, AtClient, "at the client, where this was captured"},
		{Vantage{Side: ServerHost, Confidence: Certain}, server, AtServer, AtServer, "at the server, where this was captured"},
		{Vantage{Side: ServerHost, Confidence: Possible}, server, BeyondServer, BeyondServer, "or at the server"},
		{Vantage{Side: NearServer, Confidence: Likely}, server, BeyondServer, BeyondServer, "next to the server"},
		{Vantage{Side: NearClient, Confidence: Possible}, server, BeyondServer, BeyondServer, "if this was captured at the server"},
		{Vantage{Side: InTheMiddle, Confidence: Likely}, client, BeyondClient, BeyondClient, "(on the way)"},
		{Vantage{Side: Nowhere, Confidence: Possible}, client, BeyondClient, BeyondClient, "if this was captured at the client"},
	} {
		s := &subject{Session: &session.Session{Client: testClient, Server: testServer}, vantage: tt.vantage}
		beyond, before := s.beyond(tt.host), s.before(tt.host)
		if beyond.Where != tt.beyond || before.Where != tt.before || !strings.Contains(beyond.Text, tt.text) {
			t.Errorf("%v, %s: beyond is %s %q, before is %s %q", tt.vantage, name(tt.host), beyond.Where, beyond.Text, before.Where, before.Text)
		}
		if beyond.Confidence != Likely || before.Confidence != Likely {
			t.Errorf("%v: what is absent is %s, %s", tt.vantage, beyond.Confidence, before.Confidence)
		}
		for _, text := range []string{beyond.Text, before.Text} {
			if len(text) > 140 {
				t.Errorf("%d characters: %q", len(text), text)
			}
		}
	}
	local := netip.MustParseAddrPort("127.0.0.1:21")
	s := &subject{Session: &session.Session{Client: netip.MustParseAddrPort("127.0.0.1:40112"), Server: local}}
	if s.beyond(client).Where != AtClient || s.beyond(server).Where != AtServer {
		t.Error("both hosts are on this machine")
	}
}
