package gen

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket/layers"
)

// conversation tells what each side says in TLS, in order: records, and what
// can be read of hellos.
func conversation(t *testing.T, text string) []string {
	t.Helper()
	var out []string
	for _, p := range packets(t, hosts+"open data client:1 > server:2\n"+text) {
		tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok || len(tcp.Payload) == 0 {
			continue
		}
		var said []string
		for b := tcp.Payload; len(b) > 0; {
			if len(b) < 5 || len(b) < 5+int(binary.BigEndian.Uint16(b[3:])) {
				said = append(said, fmt.Sprintf("text %q", b))
				break
			}
			n := int(binary.BigEndian.Uint16(b[3:]))
			said = append(said, recordText(b[0], b[5:5+n]))
			b = b[5+n:]
		}
		who := "C"
		if p.NetworkLayer().NetworkFlow().Src().String() == "198.51.100.20" {
			who = "S"
		}
		out = append(out, who+" "+strings.Join(said, ", "))
	}
	return out
}

func recordText(kind byte, body []byte) string {
	switch {
	case kind == recordChangeCipher:
		return "cipher"
	case kind == recordData:
		return fmt.Sprintf("data %d", len(body))
	case kind == recordAlert && len(body) == 2:
		return fmt.Sprintf("alert %d/%d", body[0], body[1])
	case kind == recordAlert:
		return fmt.Sprintf("alert of %d", len(body))
	case len(body) < 4 || int(body[1])<<16|int(body[2])<<8|int(body[3]) != len(body)-4:
		return "sealed handshake"
	}
	switch body[0] {
	case msgClientHello, msgServerHello:
		return helloText(body[0], body)
	case msgCertificate:
		return "certificate"
	}
	return fmt.Sprintf("message %d", body[0])
}

// helloText tells the parts of a hello that say something of resumption.
func helloText(kind byte, body []byte) string {
	rest := body[4+2+32:]
	id := rest[1 : 1+rest[0]]
	rest = rest[1+len(id):]
	out := fmt.Sprintf("serverhello id %d", len(id))
	if kind == msgClientHello {
		out = fmt.Sprintf("hello of %d id %d", len(body), len(id))
		rest = rest[2+binary.BigEndian.Uint16(rest):] // cipher suites
		rest = rest[1+rest[0]:]                       // compression
	} else {
		rest = rest[3:]
	}
	if len(id) == 2 {
		out += fmt.Sprintf("=%x", id)
	}
	if len(rest) == 0 {
		return out
	}
	for rest = rest[2:]; len(rest) > 0; {
		kind, n := binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
		switch kind {
		case extVersions:
			out += fmt.Sprintf(" versions %x", rest[4:4+n])
		case extPSK:
			out += " psk"
		case extTicket:
			out += fmt.Sprintf(" ticket %d", n)
		}
		rest = rest[4+n:]
	}
	return out
}

func TestTLS(t *testing.T) {
	for _, tt := range []struct {
		name, reason, text string
		want               []string
	}{
		{"secure", "1.3 unless it says otherwise", "secure data client\nsend data server 100\n", []string{
			"C hello of 176 id 32 versions 020304", "S serverhello id 32 versions 0304, cipher, data 1117",
			"C cipher, data 53", "S data 247", "S data 117",
		}},
		{"secure resumed", "no certificate, no ticket", "secure data client tls13 resumed\n", []string{
			"C hello of 423 id 32 versions 020304 psk", "S serverhello id 32 versions 0304 psk, cipher, data 77", "C cipher, data 53",
		}},
		{"secure tls12", "the certificate can be read; every record is 7 longer", "secure data client tls12\nsend data server 100\nalert data server 1 0\n", []string{
			"C hello of 512 id 0 ticket 0", "S serverhello id 32, certificate, message 12, message 14",
			"C message 16, cipher, sealed handshake", "S message 4, cipher, sealed handshake", "S data 124", "S alert of 26",
		}},
		{"tls12 resumed", "the server ends its handshake first", "secure data client tls12 resumed\n", []string{
			"C hello of 512 id 32 ticket 0", "S serverhello id 32, cipher, sealed handshake", "C cipher, sealed handshake",
		}},
		{"clear", "TLS ends, and may begin again", "secure data client\nclear data server\nsend data server \"x\"\nhello data client\n", []string{
			"C hello of 176 id 32 versions 020304", "S serverhello id 32 versions 0304, cipher, data 1117", "C cipher, data 53", "S data 247",
			"S data 19", "C data 19", `S text "x"`, "C hello of 512 id 32 versions 0403040303 ticket 0",
		}},
		{
			"pieces", "the same as secure, and lines still pass in the clear",
			"hello data client\nserverhello data server tls13\nfinished data client\nfinished data server\nrecord data server 100\nsend data server \"x\"\n",
			[]string{
				"C hello of 512 id 32 versions 0403040303 ticket 0", "S serverhello id 32 versions 0304, cipher, data 1117",
				"C cipher, data 53", "S data 247", "S data 117", `S text "x"`,
			},
		},
		{"offers", "a ClientHello offers what it is told", "hello data client tls13 psk ticket session 0a0b\n", []string{
			"C hello of 759 id 2=0a0b versions 0403040303 ticket 192 psk",
		}},
		{"session of TLS 1.2", "the server repeats the client's id if it resumes", "hello data client tls12 session 0a0b\nserverhello data server tls12 resumed\n", []string{
			"C hello of 512 id 2=0a0b ticket 0", "S serverhello id 2=0a0b, cipher, sealed handshake",
		}},
		{"session not resumed", "the server gives a new one", "hello data client tls12 session 0a0b\nserverhello data server tls12\nserverhello data server tls12 session 0c0d\n", []string{
			"C hello of 512 id 2=0a0b ticket 0", "S serverhello id 32, certificate, message 12, message 14",
			"S serverhello id 2=0c0d, certificate, message 12, message 14",
		}},
		{"psk not chosen", "a server that does not resume", "hello data client psk\nserverhello data server tls13\n", []string{
			"C hello of 759 id 32 versions 0403040303 ticket 0 psk", "S serverhello id 32 versions 0304, cipher, data 1117",
		}},
		{"alerts", "in the clear until the connection is secured", "alert data server fatal 40\nalert data client warning 0\nsecure data server\nalert data server fatal 40\n", []string{
			"S alert 2/40", "C alert 1/0",
			"S hello of 176 id 32 versions 020304", "C serverhello id 32 versions 0304, cipher, data 1117", "S cipher, data 53", "C data 247",
			"S data 19",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, conversation(t, tt.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.reason, diff)
			}
		})
	}
}

// sessionIDs returns those of the hellos on the connection to this port.
func sessionIDs(t *testing.T, text string, port layers.TCPPort) [][]byte {
	t.Helper()
	var out [][]byte
	for _, p := range packets(t, hosts+text) {
		tcp := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if b := tcp.Payload; (tcp.SrcPort == port || tcp.DstPort == port) && len(b) > 43 && b[0] == recordHandshake && b[5] <= msgServerHello {
			out = append(out, b[44:44+b[43]])
		}
	}
	return out
}

// TestResumedSession checks that the session which TLS 1.2 resumes is the one
// that the same client got of the same server.
func TestResumedSession(t *testing.T) {
	const text = "open ctl client:1 > server:21\nsecure ctl client tls12\nopen data client:2 > server:2\nsecure data client tls12 resumed\n"
	got := append(sessionIDs(t, text, 21), sessionIDs(t, text, 2)...)
	if len(got) != 4 || len(got[0]) != 0 || len(got[1]) != 32 || !slices.Equal(got[1], got[2]) || !slices.Equal(got[1], got[3]) {
		t.Errorf("got %x", got)
	}
}

func TestSecuredIsUnreadable(t *testing.T) {
	for _, version := range []string{"tls12", "tls13"} {
		c := build(t, opened+"secure ctl client "+version+"\nC> PASS geheim\nS= 500 OOPS\n")
		if strings.Contains(string(c.Data), "geheim") || !strings.Contains(string(c.Data), "500 OOPS\r\n") {
			t.Errorf("%s: want the password hidden and the clear text in the clear", version)
		}
	}
}
