package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live"
	"github.com/ftpscope/ftpscope/capture/live/sieve"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/session"
)

// replay is a wire on which a sample happens once more: with ticks in its silence.
type replay struct {
	capture.Source
	frames int64
	look   *sieve.Config // what the kernel leaves of each frame, or nil for all
}

func newReplay(t *testing.T, name string) *replay {
	t.Helper()
	data, err := samples.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	set, err := capture.Open([]string{capture.Stdin}, capture.Options{Stdin: strings.NewReader(string(data))})
	if err != nil {
		t.Fatal(err)
	}
	return &replay{Source: set}
}

func (r *replay) Frames(ctx context.Context) iter.Seq2[*capture.Frame, error] {
	const quiet = 100 * time.Millisecond
	return func(yield func(*capture.Frame, error) bool) {
		var last time.Time
		for f, err := range r.Source.Frames(ctx) {
			for err == nil && !last.IsZero() && f.Time.Sub(last) > quiet && f.Time.Sub(last) < time.Hour {
				last = last.Add(quiet)
				if !yield(&capture.Frame{Time: last}, nil) {
					return
				}
			}
			if err == nil {
				last = f.Time
				n := r.kept(f)
				if n == 0 {
					continue
				}
				r.frames++
				f.Data = f.Data[:min(n, len(f.Data))]
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// kept is how much of a frame passes.
func (r *replay) kept(f *capture.Frame) int {
	if r.look == nil {
		return capture.MaxFrame
	}
	look := *r.look
	look.Link = f.Link
	return look.Keep(sieve.Shown(f))
}

func (r *replay) Stats() live.Stats { return live.Stats{Packets: r.frames} }

// sniff is what sniff prints of a sample.
func sniffed(t *testing.T, name string, flags ...string) (exit int, out, errOut string) {
	t.Helper()
	s, stdout, stderr := testStreams("")
	cmd := newSniff(s, func(ctx context.Context, o *sniffOptions) error {
		wire := newReplay(t, name)
		look := sieve.Config{Link: capture.LinkEthernet, Ports: append([]uint16{21, 990}, o.ports...), Payload: o.payload}
		if !o.payload {
			wire.look = &look
		}
		return (&sniffer{o: o, source: wire, sieve: look}).run(ctx)
	})
	cmd.SetArgs(append([]string{"-i", "test0"}, flags...))
	cmd.SetFlagErrorFunc(flagError)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(t.Context())
	if err != nil {
		complain(s, err)
	}
	return status(err), stdout.String(), stderr.String()
}

// What was blocked is told of when it is certain, in full, and not again at its end.
func TestSniffBlocked(t *testing.T) {
	_, out, _ := sniffed(t, "classic-active-blocked")
	lines := strings.Split(out, "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "03:04:10  s1.t1") })
	end := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "03:05:05  s1.t1") })
	if at < 0 || end < at || !strings.Contains(lines[at], "blocked") {
		t.Fatalf("no line of the failure, or none of the end:\n%s", out)
	}
	if n := strings.Count(out, "✗"); n != 1 {
		t.Errorf("it is explained %d times:\n%s", n, out)
	}
	if !strings.Contains(out, "1 blocked") {
		t.Errorf("no summary:\n%s", out)
	}
}

// Quiet says nothing of what goes well.
func TestSniffQuiet(t *testing.T) {
	_, out, errOut := sniffed(t, "classic-passive", "--quiet")
	if strings.Contains(out, "s1") || errOut != "" || !strings.Contains(out, "1 completed") {
		t.Errorf("%s%s", out, errOut)
	}
	if _, out, _ := sniffed(t, "classic-passive-blocked", "-q"); !strings.Contains(out, "✗") {
		t.Errorf("nothing of what was blocked: %s", out)
	}
}

// A session of others than those that are asked for is neither told of nor counted:
// the kernel does not look into tunnels.
func TestSniffNarrowed(t *testing.T) {
	for _, c := range []struct {
		flag, of string
		want     bool
	}{
		{"--host", "192.0.2.10", true},
		{"--host", "203.0.113.99", false},
		{"--net", "192.0.2.0/28", true},
		{"--net", "::ffff:192.0.2.0/124", true},
		{"--net", "2001:db8::/32", false},
	} {
		_, out, _ := sniffed(t, "classic-passive", c.flag, c.of)
		if got := strings.Contains(out, "s1"); got != c.want || got == strings.Contains(out, "no FTP session found") {
			t.Errorf("%s %s: %s", c.flag, c.of, out)
		}
	}
}

// clocks is a wire whose frames have their times from two clocks, one of which is
// behind.
type clocks struct {
	wire
	behind time.Duration
}

func (c clocks) Frames(context.Context) iter.Seq2[*capture.Frame, error] {
	return func(yield func(*capture.Frame, error) bool) {
		at := time.Unix(1e9, 0)
		for i := range 1000 {
			f := &capture.Frame{Time: at.Add(time.Duration(i) * time.Microsecond), Number: int64(i + 1), Length: 60}
			if i%2 > 0 {
				f.Time = f.Time.Add(-c.behind)
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

// A tick comes now and then, and not with each frame of a clock that is a little behind.
func TestSniffTicks(t *testing.T) {
	for _, behind := range []time.Duration{0, tickEvery, 900 * time.Millisecond} {
		s := &sniffer{o: &sniffOptions{}, source: clocks{behind: behind}}
		ticks := 0
		for f := range s.Frames(t.Context()) {
			if f.Length == 0 {
				ticks++
			}
		}
		if ticks != 1 {
			t.Errorf("%v behind: %d ticks", behind, ticks)
		}
	}
}

// It ends by the first failure, and says so by its status.
func TestSniffUntilFailure(t *testing.T) {
	got, out, _ := sniffed(t, "classic-active-blocked", "--until-failure")
	if got != exitFailOn || strings.Contains(out, "03:05:05") {
		t.Errorf("exit status %d: %s", got, out)
	}
	if got, _, _ := sniffed(t, "classic-passive", "--until-failure"); got != exitOK {
		t.Errorf("nothing failed: exit status %d", got)
	}
}

// What is said of sessions that are over is what analyze says.
func TestSniffEqualsAnalyze(t *testing.T) {
	for _, name := range samples.Names() {
		t.Run(name, func(t *testing.T) {
			_, out, _ := sniffed(t, name, "--payload", "--format", "ndjson")
			s, want, _ := testStreams("")
			if got := Main([]string{"demo", "--format", "ndjson", name}, s); got != exitOK {
				t.Fatalf("exit status %d", got)
			}
			if diff := cmp.Diff(final(t, want.String()), final(t, out)); diff != "" {
				t.Errorf("analyze (-), sniff (+):\n%s", diff)
			}
		})
	}
}

// What the kernel's first look leaves of a capture gives the same modes, outcomes and
// sizes, and no new error or warning.
func TestSniffThinned(t *testing.T) {
	others := map[string]string{ // and why
		"226-though-client-reset": "the client's RST does not say what it had",
		"ends-in-transfer":        "only its first packets were captured",
		"mid-transfer-icmp-stall": "nothing says how much was sent",
		"mid-transfer-stall":      "nobody gave up before the capture ended: it may have been slow",
		"port-2121":               "FTP on a port that is not named",
	}
	for name := range others {
		if !slices.Contains(samples.Names(), name) {
			t.Errorf("there is no sample %s", name)
		}
	}
	for _, name := range samples.Names() {
		t.Run(name, func(t *testing.T) {
			_, whole, _ := sniffed(t, name, "--payload", "--format", "ndjson")
			_, thin, _ := sniffed(t, name, "--format", "ndjson")
			diff := cmp.Diff(becameOf(t, whole), becameOf(t, thin))
			why := others[name]
			if diff != "" && why == "" {
				t.Errorf("whole (-), thinned (+):\n%s", diff)
			}
			if diff == "" && why != "" {
				t.Errorf("it is the same now, although: %s", why)
			}
		})
	}
}

// becameOf is what came of the transfers in a stream, one line each, and the errors and warnings.
func becameOf(t *testing.T, out string) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(out) {
		var x struct {
			Type, Code, Severity string
			Transfers            json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		switch {
		case x.Type == "session":
			var all []struct {
				Mode, Outcome string
				Data          struct{ Bytes int }
			}
			if err := json.Unmarshal(x.Transfers, &all); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			for i, one := range all {
				lines = append(lines, fmt.Sprint("transfer ", i, " ", one.Mode, " ", one.Outcome, " ", one.Data.Bytes))
			}
		case x.Type == "finding" && x.Severity != "note":
			lines = append(lines, x.Code)
		}
	}
	slices.Sort(lines)
	return lines
}

// final is the lines of a stream about what is over, but for the captures.
func final(t *testing.T, out string) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(out) {
		var head struct{ Type string }
		if err := json.Unmarshal([]byte(line), &head); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if slices.Contains([]string{"session", "finding", "summary"}, head.Type) {
			// What sniff let pass it knows.
			doubt := ",\"whether an ICMP error came: this capture holds nothing but TCP, perhaps because of its filter\""
			lines = append(lines, strings.ReplaceAll(line, doubt, ""))
		}
	}
	return lines
}

// What SIGUSR1 prints of a session under way.
func TestUnderWay(t *testing.T) {
	v := session.View{Client: netip.MustParseAddrPort("192.0.2.10:40000"), Server: netip.MustParseAddrPort("198.51.100.21:21"), State: session.StateOpen, Transfers: 1}
	const want = "192.0.2.10:40000 → 198.51.100.21:21 open, 1 transfer"
	if got := underWay(v); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	v.Latest = &session.Transfer{Mode: ftp.ModePassive, Command: &session.TransferCommand{Verb: "RETR"}}
	if got := underWay(v); got != want+", the latest under way: passive RETR" {
		t.Errorf("got %q", got)
	}
}

// A command line that makes no sense is refused, with what to do.
func TestSniffUsage(t *testing.T) {
	for _, c := range []struct{ flags, want string }{
		{"-i eth1", "test0 is named already"},
		{"--for 0s", "a time is like 30s"},
		{"--for 10", "a time is like 30s"},
		{"--keep 3", "about a recording"},
		{"-w x --keep 3", "--rotate-size"},
		{"--rotate-time 1h", "--write FILE"},
		{"-w x --snap-data 10", "64 bytes"},
		{"-w -", "standard output"},
		{"--host example.org", "names are not looked up"},
		{"--net 192.0.2.1", "192.0.2.0/24"},
		{"--vlan 4095", "0 to 4094"},
		{"--buffer much", "100MB"},
		{"--quiet --format ndjson", "jq"},
	} {
		got, _, errOut := sniffed(t, "classic-passive", strings.Split(c.flags, " ")...)
		if got != exitUsage || !strings.Contains(errOut, c.want) {
			t.Errorf("%s: exit status %d, %s", c.flags, got, errOut)
		}
	}
}
