package diagnose_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live/sieve"
	"github.com/ftpscope/ftpscope/samples/samplestest"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// thinned is what the kernel's first look leaves of a capture.
func (c taken) thinned() taken {
	out := taken{captures: c.captures, thin: true}
	for _, f := range c.frames {
		look, cooked := sieve.Config{Link: f.Link, Ports: []uint16{21, 990}}, 0
		switch f.Link { // those are shown to it from the IP header on
		case capture.LinkLinuxSLL:
			look.Link, cooked = capture.LinkRaw, 16
		case capture.LinkLinuxSLL2:
			cooked = 20
		}
		if n := look.Keep(f.Data[min(cooked, len(f.Data)):]); n > 0 {
			f.Data = f.Data[:min(cooked+n, len(f.Data))]
		} else {
			f = capture.Frame{Time: f.Time, Capture: f.Capture} // time passed
		}
		out.frames = append(out.frames, f)
	}
	return out
}

// Of a thinned capture less can be told. What is told of the whole one is told of it,
// but for what Thinned lists; and in place of that nothing wrong: that the transfer
// stood still, was cut off, or had not ended.
func TestThinnedCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.ftp")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	instead := []diagnose.Code{diagnose.DataSilence, diagnose.DataReset, diagnose.CaptureEndsEarly}
	lacks := []diagnose.Code{diagnose.HandshakeNotCompleted, diagnose.CaptureEndsEarly} // where the server replied; as a note
	for _, l := range diagnose.Thinned() {
		lacks = append(lacks, l.Code)
	}
	lost, gained := 0, 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ftp")
		if unnamed(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := readCase(t, file)
			whole := read(t, c.capture)
			thin := whole.thinned().explain(c.config)
			checkAll(t, thin)
			before := told(whole.explain(c.config))
			after := told(thin)
			for line, code := range before {
				if _, still := after[line]; !still {
					if lost++; !slices.Contains(lacks, code) {
						t.Errorf("not told any more: %s", line)
					}
				}
			}
			for line, code := range after {
				if _, also := before[line]; !also {
					if gained++; !slices.Contains(instead, code) {
						t.Errorf("told of the thinned capture only: %s", line)
					}
				}
			}
		})
	}
	if lost == 0 || gained == 0 {
		t.Errorf("%d findings lost and %d gained: is anything left out?", lost, gained)
	}
}

// told is what was found, one line each.
func told(r report) map[string]diagnose.Code {
	out := make(map[string]diagnose.Code)
	for _, f := range r.findings {
		out[strings.Join(append([]string{string(f.Code), string(f.Severity)}, f.Transfers...), " ")] = f.Code
	}
	return out
}

// Modes, outcomes and sizes are right; but a stall that nobody put an end to may be
// slowness, and of what has no end, in order, the size is that of the last header seen.
func TestThinnedOutcomes(t *testing.T) {
	others := map[string]string{ // and why
		"handshake-not-completed.fires-ack-lost": "the ACK passed here, and was left out",
		"tls-protection-mismatch.fires-alert":    "an alert in the end looks like progress: nobody knows that it was not acknowledged",
	}
	files, err := filepath.Glob("testdata/*.ftp")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ftp")
		if others[name] != "" || unnamed(name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			whole := read(t, readCase(t, file).capture)
			thin := transfers(whole.thinned().explain(diagnose.Config{}))
			all := transfers(whole.explain(diagnose.Config{}))
			if len(thin) != len(all) {
				t.Fatalf("%d transfers, of the whole capture %d", len(thin), len(all))
			}
			for i, x := range all {
				y := thin[i]
				slow := x.Outcome == session.OutcomeStalled && y.Outcome == session.OutcomeIncomplete
				if x.Mode != y.Mode || x.Outcome != y.Outcome && !slow {
					t.Errorf("%s: %v %s, of the whole capture %v %s", x.ID, y.Mode, y.Outcome, x.Mode, x.Outcome)
				}
				if x.Data == nil || y.Data == nil {
					if x.Data != y.Data {
						t.Errorf("%s: a data connection in one of them only", x.ID)
					}
					continue
				}
				if all, got := x.Data.Bytes, y.Data.Bytes; got > all || got < all && x.Data.State == session.StateClosed {
					t.Errorf("%s: %d bytes, of the whole capture %d", x.ID, got, all)
				}
				if y.Data.MissingBytes > 0 {
					t.Errorf("%s: %d bytes are missed", x.ID, y.Data.MissingBytes)
				}
			}
		})
	}
}

// unnamed reports whether a case has FTP on a port that nobody names: it is not seen.
func unnamed(name string) bool {
	return strings.HasPrefix(name, "alg-not-attached") || strings.HasSuffix(name, "2121")
}

func transfers(r report) []*session.Transfer {
	var out []*session.Transfer
	for _, s := range r.sessions {
		out = append(out, s.Transfers...)
	}
	return out
}

// thinnedStory is what a thinned capture of a dialogue comes to, behind a login.
func thinnedStory(t *testing.T, login, rest string) (thin, whole report) {
	t.Helper()
	const hosts = `# What a thinned capture tells.
host client 192.0.2.10 ttl 64 delay 20us
host server 198.51.100.20 ttl 57 delay 9ms
open ctl client:40112 > server:21
S< 220 hi
`
	pcap, err := samplestest.Compile(t.Name(), hosts+login+rest)
	if err != nil {
		t.Fatal(err)
	}
	c := read(t, pcap)
	return c.thinned().explain(diagnose.Config{}), c.explain(diagnose.Config{})
}

const (
	plain = `C> USER anna
S< 331 password?
C> PASS secret
S< 230 ok
C> PASV
S< 227 Entering Passive Mode (198,51,100,20,195,92).
open data client:40113 > server:50012
C> RETR a.bin
S< 150 here it comes
`
	secure = `C> AUTH TLS
S< 234 go on
secure ctl client
C> USER anna
S< 331 password?
C> PASS secret
S< 230 ok
C> PROT P
S< 200 private
C> PASV
S< 227 Entering Passive Mode (198,51,100,20,195,92).
open data client:40113 > server:50012
`
)

// Nothing was seen of the transfer, and the server gave it up: it stood still. Who
// stopped is not to be told, and the finding says so.
func TestThinnedStall(t *testing.T) {
	thin, _ := thinnedStory(t, plain, "send data server 4344\nwait 20s\nS< 426 time is over\n")
	if got := transfers(thin)[0].Outcome; got != session.OutcomeStalled {
		t.Fatalf("%s, want stalled", got)
	}
	i := slices.IndexFunc(thin.findings, func(f *diagnose.Finding) bool { return f.Code == diagnose.DataSilence })
	if i < 0 {
		t.Fatalf("it is not said: %v", told(thin))
	}
	f := thin.findings[i]
	if f.Observation.Confidence != diagnose.Likely || f.Location.Where != diagnose.Unknown || f.Cause.Confidence != diagnose.Possible {
		t.Errorf("too sure: %+v, %+v, %+v", f.Observation, f.Location, f.Cause)
	}
	if !strings.Contains(f.Next, "--payload") || !strings.Contains(strings.Join(f.Unknown, " "), "--payload") {
		t.Errorf("it does not say what would tell more: %q, %q", f.Next, f.Unknown)
	}
}

// A data connection that was still open when the session ended may have begun TLS,
// though nothing of it was seen.
func TestThinnedTLSBegan(t *testing.T) {
	thin, _ := thinnedStory(t, secure, "C> RETR a.bin\nS< 150 here it comes\nwait 1s\nsend data server 1400\nwait 15s\nfin ctl server\n")
	for line, code := range told(thin) {
		if code == diagnose.TLSProtection {
			t.Error(line)
		}
	}
}

// More than a handshake both ways is another protocol between the same hosts.
func TestThinnedForeign(t *testing.T) {
	thin, whole := thinnedStory(t, secure, `fin data server
open ssh client:40200 > server:2222
send ssh client 20000
send ssh server 20000
fin ssh client
fin ctl server
`)
	if n, want := len(transfers(thin)), len(transfers(whole)); n != want || want != 1 {
		t.Errorf("%d transfers, of the whole capture %d, want 1", n, want)
	}
}
