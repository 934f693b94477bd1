package decode

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// said is what one end of a TLS connection wrote at once.
type said struct {
	client bool
	bytes  string
}

// wires are the two ends of a connection that hold what was not read yet, and
// write down what goes through them.
type wires struct {
	net.Conn // has no other methods
	client   bool
	mu       *sync.Mutex
	log      *[]said
	in, out  chan string
	left     string
}

func (w *wires) Write(b []byte) (int, error) {
	w.mu.Lock()
	*w.log = append(*w.log, said{w.client, string(b)})
	w.mu.Unlock()
	w.out <- string(b)
	return len(b), nil
}

func (w *wires) Read(b []byte) (int, error) {
	if w.left == "" {
		w.left = <-w.in
	}
	if w.left == "" {
		return 0, io.EOF
	}
	n := copy(b, w.left)
	w.left = w.left[n:]
	return n, nil
}

func (w *wires) SetWriteDeadline(time.Time) error { return nil }

func (w *wires) Close() error {
	close(w.out)
	return nil
}

// speakTLS has a client send a line to a server and get one back, and returns
// what they wrote.
func speakTLS(client, server *tls.Config) (log []said) {
	var mu sync.Mutex
	up, down := make(chan string, 64), make(chan string, 64)
	c := tls.Client(&wires{client: true, mu: &mu, log: &log, in: down, out: up}, client)
	s := tls.Server(&wires{mu: &mu, log: &log, in: up, out: down}, server)
	var done sync.WaitGroup
	done.Go(func() {
		line := make([]byte, 5)
		if _, err := io.ReadFull(s, line); err == nil {
			_, _ = s.Write(line)
		}
		_ = s.Close()
	})
	if _, err := c.Write([]byte("hello")); err == nil {
		_, _ = io.ReadAll(c)
	}
	_ = c.Close()
	done.Wait()
	return log
}

// certificate is one that signs itself.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ftp"}, DNSNames: []string{"ftp"}, NotAfter: time.Unix(1<<33, 0)}
	der, err2 := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// carry makes segments of at most size bytes of what was said, the TLS client
// being the given end.
func carry(s *script, log []said, size int, client ftp.Side) *script {
	for _, w := range log {
		side := client
		if !w.client {
			side = client.Other()
		}
		for b := w.bytes; len(b) > 0; {
			n := min(size, len(b))
			s.send(side, flagACK, b[:n])
			b = b[n:]
		}
	}
	return s
}

// handshakes are those of crypto/tls, which knows nothing of this package.
func handshakes(t *testing.T) map[string][]said {
	cert := certificate(t)
	config := func(version uint16) (client, server *tls.Config) {
		client = &tls.Config{InsecureSkipVerify: true, ServerName: "ftp", MaxVersion: version, ClientSessionCache: tls.NewLRUClientSessionCache(1)} //nolint:gosec
		return client, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}                                             //nolint:gosec
	}
	all := make(map[string][]said)
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		client, server := config(version)
		all[name] = speakTLS(client, server)
		all[name+" resumed"] = speakTLS(client, server)
	}
	client, server := config(tls.VersionTLS13)
	client.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384}
	server.CurvePreferences = []tls.CurveID{tls.CurveP384}
	all["retry"] = speakTLS(client, server)
	client, server = config(tls.VersionTLS12)
	server.MinVersion = tls.VersionTLS13
	all["alert"] = speakTLS(client, server)
	return all
}

func TestTLS(t *testing.T) {
	all := handshakes(t)
	tests := []struct {
		name, why                    string
		version                      uint16 // of either hello
		server                       bool   // there is a ServerHello
		certificate                  bool
		clientPSK, serverPSK, ticket bool
		data                         bool // application data of both sides
		alerts                       int
	}{
		{"1.2", "the certificate is in clear text", tls.VersionTLS12, true, true, false, false, false, true, 0},
		{"1.2 resumed", "by a ticket, without certificate", tls.VersionTLS12, true, false, false, false, true, true, 0},
		{"1.3", "the certificate is encrypted", tls.VersionTLS13, true, false, false, false, false, true, 0},
		{"1.3 resumed", "by a pre-shared key", tls.VersionTLS13, true, false, true, true, false, true, 0},
		{"retry", "two hellos of each side", tls.VersionTLS13, true, false, false, false, false, true, 0},
		{"alert", "protocol_version is the answer to the hello", tls.VersionTLS12, false, false, false, false, false, false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			for _, side := range []ftp.Side{client, server} {
				for _, size := range []int{1 << 14, 200, 13, 5} {
					s := carry(dataScript().handshake(), all[tt.name], size, side)
					c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
					if c.Hello == nil {
						t.Fatalf("in pieces of %d: no TLS", size)
					}
					h := *c.Hello
					equal(t, "client's version", h.Client.Version, tt.version)
					equal(t, "client", h.Client.From, side)
					equal(t, "client's hello in frame", h.Client.Frame, map[bool]int64{false: 4, true: 5}[size == 5])
					equal(t, "client's hello is cut", h.Client.Cut, false)
					equal(t, "client's key", h.Client.PSK, tt.clientPSK)
					equal(t, "client's ticket", h.Client.Ticket, tt.ticket)
					equal(t, "server answers", h.Server.Yes(), tt.server)
					equal(t, "server's hello is cut", h.Server.Cut, false)
					equal(t, "server's key", h.Server.PSK, tt.serverPSK)
					equal(t, "certificate", h.Certificate.Yes(), tt.certificate)
					equal(t, "finished", h.Finished.Yes(), tt.server)
					equal(t, "alerts", len(h.Alerts), tt.alerts)
					for _, sender := range []ftp.Side{client, server} {
						equal(t, "data", h.Data[sender].Yes(), tt.data)
						equal(t, "data records", h.DataRecords[sender] > 0, tt.data)
					}
					if tt.server {
						equal(t, "server's version", h.Server.Version, tt.version)
						equal(t, "server", h.Server.From, side.Other())
						equal(t, "finished behind the server's hello", h.Finished.Frame > h.Server.Frame, true)
						equal(t, "the session is the same", h.Client.SessionID == h.Server.SessionID, tt.name != "1.2")
					} else {
						equal(t, "level", h.Alerts[0].Level, 2)
						equal(t, "description", h.Alerts[0].Description, 70)
						equal(t, "alert of", h.Alerts[0].From, side.Other())
					}
				}
			}
		})
	}
	t.Run("every byte counts", func(t *testing.T) {
		var want int64
		for _, w := range all["1.2"] { // there are one record of data and one alert behind the handshake
			if w.client && w.bytes[0] == recordData {
				want += int64(len(w.bytes))
			}
		}
		s := carry(dataScript().handshake(), all["1.2"], 7, client)
		h := play(t, Limits{}, announced(dataEnd), s.segs...).conn().Hello
		equal(t, "bytes of data", h.DataBytes[client], want)
		equal(t, "records of data", h.DataRecords[client], 1)
	})
}

// The session id of TLS 1.2 tells a session from another; that of the answer is
// the same if it is resumed.
func TestSessionID(t *testing.T) {
	one, other := hash64([]byte("one")), hash64([]byte("other"))
	equal(t, "differ", one == other || one == 0 || other == 0, false)
	hello := func(id string) string {
		body := "\x03\x03" + strings.Repeat("r", 32) + string(rune(len(id))) + id + "\x00\x2f\x00"
		return "\x16\x03\x03\x00" + string(rune(4+len(body))) + "\x02\x00\x00" + string(rune(len(body))) + body
	}
	for id, want := range map[string]uint64{"": 0, "one": one, "other": other} {
		c := play(t, Limits{}, announced(dataEnd), dataScript().handshake().server(hello(id)).segs...).conn()
		equal(t, "version", c.Hello.Server.Version, tls.VersionTLS12)
		equal(t, "session", c.Hello.Server.SessionID, want)
		equal(t, "cut", c.Hello.Server.Cut, false)
	}
}

// What is missing ends the reading of its direction.
func TestTLSGaps(t *testing.T) {
	log := handshakes(t)["1.2"]
	whole := carry(dataScript().handshake(), log, 100, client).segs
	without := func(i int) []seg { return append(append([]seg(nil), whole[:i]...), whole[i+1:]...) }

	h := play(t, Limits{}, announced(dataEnd), without(4)...).conn().Hello
	equal(t, "client", h.Client.Yes(), true)
	equal(t, "client's hello is cut", h.Client.Cut, true)
	equal(t, "client's version of what is there", h.Client.Version, tls.VersionTLS12)
	equal(t, "client's records", h.DataRecords[client], 0)
	equal(t, "server", h.Server.Yes() && !h.Server.Cut, true)
	equal(t, "server's records", h.DataRecords[server], 1)

	cut := append([]seg(nil), whole...)
	cut[3].cut = 20
	h = play(t, Limits{}, announced(dataEnd), cut...).conn().Hello
	equal(t, "client's hello with a snap length is cut", h.Client.Cut, true)
	equal(t, "client's records", h.DataRecords[client], 0)

	again := append([]seg(nil), whole[:4]...)
	twice := later(whole[3], time.Second)
	again = append(append(again, twice), whole[4:]...)
	h = play(t, Limits{}, announced(dataEnd), again...).conn().Hello
	equal(t, "client's hello with a retransmission is cut", h.Client.Cut, false)

	if h := play(t, Limits{}, announced(dataEnd), without(3)...).conn().Hello; h != nil {
		equal(t, "client without its first segment", h.Client.Yes(), false)
	}
}

func TestNoTLS(t *testing.T) {
	for _, b := range []string{"hello world", "\x16\x03", "\x16\x03\x01\x00\x20\x05", "\x15\x03\x01\x00\x09", "\x17\x03\x03\x00\x02"} {
		c := play(t, Limits{}, announced(dataEnd), dataScript().handshake().server(b).segs...).conn()
		if c.Hello != nil {
			t.Errorf("%q: TLS", b)
		}
	}
}

// On a control connection TLS begins behind AUTH TLS, or at once.
func TestTLSOfAControlConnection(t *testing.T) {
	log := handshakes(t)["1.3"]
	explicit := opened().server("220 hi\r\n").client("AUTH TLS\r\n").server("234 go ahead\r\n")
	implicit := newScript()
	implicit.ends[server] = onPort(serverEnd, 990)
	for name, s := range map[string]*script{"explicit": explicit, "implicit": implicit.handshake()} {
		t.Run(name, func(t *testing.T) {
			first := int64(len(s.segs) + 1)
			p := play(t, Limits{}, nil, carry(s, log, 100, client).segs...)
			h := p.conn().Hello
			equal(t, "client", h.Client.Frame, first)
			equal(t, "client's version", h.Client.Version, tls.VersionTLS13)
			equal(t, "client's hello is cut", h.Client.Cut, false)
			equal(t, "server's version", h.Server.Version, tls.VersionTLS13)
			equal(t, "data", h.DataRecords[client] > 0 && h.DataRecords[server] > 0, true)
		})
	}
	t.Run("gap", func(t *testing.T) {
		s := opened().server("220 hi\r\n").client("AUTH TLS\r\n").server("234 go ahead\r\n")
		at := len(s.segs)
		carry(s, log, 100, client)
		s.segs = append(s.segs[:at+1], s.segs[at+2:]...)
		p := play(t, Limits{}, nil, s.segs...)
		p.Finish(p.emit)
		equal(t, "client's hello is cut", p.conn().Hello.Client.Cut, true)
	})
}

// Whatever it is, it is read to its end.
func FuzzTLSReader(f *testing.F) {
	for _, b := range []string{clientHello, serverHello, record(23, 90), "\x15\x03\x01\x00\x02\x02\x28"} {
		f.Add([]byte(b), uint8(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		whole := tlsReader{facts: new(ftp.TLS)}
		pieces := tlsReader{facts: new(ftp.TLS)}
		at := ftp.Seen{Ref: ftp.Ref{Frame: 1}}
		whole.read(at, client, b)
		for rest := b; len(rest) > 0; {
			n := min(int(size)+1, len(rest))
			pieces.read(at, client, rest[:n])
			rest = rest[n:]
		}
		a, c := whole.facts, pieces.facts
		if a.Client != c.Client || a.Server != c.Server || a.Certificate != c.Certificate || a.Data != c.Data ||
			a.DataBytes != c.DataBytes || a.DataRecords != c.DataRecords || len(a.Alerts) != len(c.Alerts) {
			t.Errorf("whole\n%+v\nin pieces\n%+v", a, c)
		}
	})
}
