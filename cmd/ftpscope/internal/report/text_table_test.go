package report

import (
	"testing"

	"github.com/ftpscope/ftpscope/session"
)

func TestDataText(t *testing.T) {
	for _, tt := range []struct {
		name           string
		client, server string // of the control connection
		initiator      session.InitiatorRole
		from, to       string
		want           string
	}{
		{"client and server by name", client, server, session.InitiatorServer, "198.51.100.20:20", "192.0.2.10:39123", "server:20 → client:39123"},
		{"a third host by address", client, server, session.InitiatorOther, "203.0.113.5:20", "192.0.2.10:39123", "203.0.113.5:20 → client:39123"},
		{"on one host the server is who opens an active one", "127.0.0.1:41028", "127.0.0.1:21", session.InitiatorServer, "127.0.0.1:20", "127.0.0.1:40002", "server:20 → client:40002"},
		{"on one host the client is who opens a passive one", "127.0.0.1:41028", "127.0.0.1:21", session.InitiatorClient, "127.0.0.1:41029", "127.0.0.1:40002", "client:41029 → server:40002"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &session.Session{Client: addr(tt.client), Server: addr(tt.server)}
			d := &session.Data{Initiator: tt.initiator, Source: addr(tt.from), Destination: addr(tt.to)}
			if got := dataText(s, &session.Transfer{Data: d}); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
