package report

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

func explained(t *testing.T, text Text, res Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := text.Explain(&b, res); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// explainScenes are those with a golden file of what explain says.
var explainScenes = map[string]func() scene{
	"troubled": troubled, "accused": accused, "points": points, "siege": func() scene { return siege(120) }, "ambush": func() scene { return ambush(40) },
	"failures": failures, "doors": doors,
}

// TestExplain holds explanations to golden files at 80 and 120 columns. Only
// lines to be copied may be wider: they are not broken.
func TestExplain(t *testing.T) {
	for name, scene := range explainScenes {
		for _, width := range []int{80, 120} {
			file := "explain-" + name + map[int]string{80: "", 120: ".wide"}[width] + ".txt"
			t.Run(file, func(t *testing.T) {
				text := explained(t, Text{Width: width}, scene().result)
				for line := range strings.Lines(text) {
					line = strings.TrimSuffix(line, "\n")
					copied := strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "     ") && !strings.HasPrefix(line, "    #")
					if w := lipgloss.Width(line); w > width && !copied {
						t.Errorf("%d columns wide: %s", w, line)
					}
				}
				golden(t, file, []byte(text))
			})
		}
	}
}

// TestExplainColour: colour changes no letter of an explanation.
func TestExplainColour(t *testing.T) {
	for name, scene := range explainScenes {
		plain, colour := explained(t, Text{}, scene().result), explained(t, Text{Colour: true}, scene().result)
		if plain == colour {
			t.Errorf("%s: no colour", name)
		}
		if diff := cmp.Diff(plain, stripped(colour)); diff != "" {
			t.Errorf("%s: colour changes the text (-plain +colour):\n%s", name, diff)
		}
	}
}

// TestExplainOnce: each error and warning that stands is explained once, its
// cause with it, and no note.
func TestExplainOnce(t *testing.T) {
	text := explained(t, Text{}, troubled().result)
	for words, want := range map[string]int{
		"✗ The server got no answer":               2, // s1 with s2, and s3 of another client
		"(2 times in 2 sessions)":                  1,
		"because   The control connection is on":   2,
		"✗ The client got no answer":               1,
		"! warning: The client takes no more data": 1,
		"! warning: The capture lacks packets":     1,
		"That is not so":                           0, // withdrawn
		"port 46335":                               0, // a note
		"packets as the host sees them":            0,
		"! warning: The control connection":        0, // a cause
		"5 errors":                                 0,
		"4 errors   5 warnings":                    1,
	} {
		if n := strings.Count(text, words); n != want {
			t.Errorf("%q: %d times, want %d", words, n, want)
		}
	}
	if n := strings.Count(explained(t, Text{Expand: true}, troubled().result), "✗ The server got no answer"); n != 3 {
		t.Errorf("expanded: %d explanations, want 3", n)
	}
}

// TestExplainOrder: errors come before warnings.
func TestExplainOrder(t *testing.T) {
	sc := siege(1)
	all := sc.result.Said.Sessions["s1"].Findings
	sc.tellOf(sc.sessions[0], all[1], all[0])
	text := explained(t, Text{}, sc.result)
	if e, w := strings.Index(text, "✗ The server got"), strings.Index(text, "! warning: It works by luck"); e < 0 || w < e {
		t.Errorf("error at %d, warning at %d", e, w)
	}
}

// TestNeeds: what must pass is said where a connection did not open.
func TestNeeds(t *testing.T) {
	for o, want := range map[session.Outcome]bool{session.OutcomeCompleted: false, session.OutcomeUnused: false, session.OutcomeRejected: false, session.OutcomeBlocked: true} {
		s := plain("s1")
		s.Transfers = []*session.Transfer{goodPassive("s1.t1", 70, "a.bin", 20000)}
		s.Transfers[0].Outcome = o
		sc := newScene(s)
		sc.tellOf(s)
		var b bytes.Buffer
		if err := (Text{}).Write(&b, sc.result); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "a firewall must let pass:"); got != want {
			t.Errorf("%s: %t", o, got)
		}
	}
}

// TestExplainCopyable: commands and filters stand on one line, however long.
func TestExplainCopyable(t *testing.T) {
	text := explained(t, Text{Width: 60}, troubled().result)
	for _, line := range []string{
		"    tcpdump -ni any -s0 -w client.pcap 'host 198.51.100.20 or icmp'",
		"    iptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp --and-so-on-and-so-on",
		"    (ip.addr == 198.51.100.20 && ip.addr == 192.0.2.10 && tcp.port == 39123) || frame.number == 14",
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("not on a line of its own: %s\n%s", line, text)
		}
	}
}

// TestNextCommand: what the next experiment takes stands on lines of its own.
func TestNextCommand(t *testing.T) {
	if text := explained(t, Text{}, troubled().result); !strings.Contains(text, "  find out  look\n") {
		t.Error("an experiment without a command")
	}
	sc := siege(1)
	sc.result.Said.Sessions["s1"].Findings[0].NextCommand = "one\ntwo"
	if text := explained(t, Text{}, sc.result); !strings.Contains(text, "\n    one\n    two\n") {
		t.Error(text)
	}
}

// TestRemedyOrder: what worked comes first, then what belongs to the causes;
// nothing stands twice, nor does an aside.
func TestRemedyOrder(t *testing.T) {
	sc := troubled()
	all := sc.result.Said.Sessions["s1"].Findings
	all[0].Remedies = []diagnose.Remedy{
		{Who: diagnose.ForClient, Text: "of the cause", Example: "epsv"},
		{Who: diagnose.ForClient, Text: "passive, as well", Example: "pasv"},
		{Who: diagnose.ForServer, Text: "a range (seen here)"},
	}
	all[1].Remedies = []diagnose.Remedy{
		{Who: diagnose.ForClient, Text: "passive, which worked", Example: "pasv"},
		{Who: diagnose.ForFirewall, Text: "the same range (seen here)"},
	}
	text := explained(t, Text{}, sc.result)
	if strings.Contains(text, "passive, as well") || strings.Index(text, "passive, which worked") > strings.Index(text, "of the cause") {
		t.Error(text)
	}
	if !strings.Contains(text, "a range (seen here)\n") || !strings.Contains(text, "the same range\n") {
		t.Error(text)
	}
}

// TestExplainLogin: that nobody logged in is said of one session whose dialogue can
// be read.
func TestExplainLogin(t *testing.T) {
	for login, want := range map[session.Login]string{session.LoginAccepted: "", session.LoginDenied: "login denied", session.LoginNone: "login not seen"} {
		sc := siege(1)
		sc.sessions[0].Login = login
		text := explained(t, Text{}, sc.result)
		if strings.Contains(text, "   login ") != (want != "") || !strings.Contains(text, want) {
			t.Errorf("%s: %s", login, text)
		}
		sc.sessions[0].Security = session.SecurityImplicitTLS
		if text := explained(t, Text{}, sc.result); strings.Contains(text, "   login ") {
			t.Errorf("%s, encrypted: %s", login, text)
		}
	}
}

// TestMustPass: an explanation says what must pass if it is about a connection that
// did not open.
func TestMustPass(t *testing.T) {
	for o, want := range map[session.Outcome]bool{session.OutcomeBlocked: true, session.OutcomeUnseen: true, session.OutcomeStalled: false, session.OutcomeCompleted: false} {
		sc := siege(1)
		s := sc.sessions[0]
		s.Transfers[0].Outcome = o
		if !want {
			s.Transfers[0].Data = nil
		}
		if text := explained(t, Text{}, sc.result); strings.Contains(text, "must pass") != want {
			t.Errorf("%s: %s", o, text)
		}
	}
}

// TestNeedLines: of passive mode the ports that were seen are not all.
func TestNeedLines(t *testing.T) {
	n := diagnose.Need{What: "data connection, passive", From: addr(client).Addr(), To: addr(server).Addr(), Low: 40022, High: 40022}
	told := strings.Join(needLines([]diagnose.Need{n}, 120), "|")
	if !strings.HasSuffix(told, "data connection, passive (seen; open the server's whole range)") || strings.Contains(told, "|") {
		t.Errorf("%q", told)
	}
	for width := 30; width < 120; width += 7 {
		for _, line := range needLines([]diagnose.Need{n}, width) {
			if w := lipgloss.Width(line); w > max(width, len("192.0.2.10 → 198.51.100.20:40022")) {
				t.Errorf("%d columns in %d: %q", w, width, line)
			}
		}
	}
	n.Instead = netip.MustParseAddr("10.0.0.5")
	if told := strings.Join(needLines([]diagnose.Need{n}, 160), "|"); !strings.Contains(told, "not 10.0.0.5;") {
		t.Errorf("%q", told)
	}
}

// TestFramesOnce: the frames that the ladder shows are not listed again.
func TestFramesOnce(t *testing.T) {
	sc := siege(1)
	if text := explained(t, Text{}, sc.result); strings.Contains(text, "frames 14 18") {
		t.Error(text)
	}
	rungs := []rung{{seen: at(14, 0)}, {seen: at(18, 0), last: at(30, 0)}, {}}
	for frame, want := range map[int64]bool{14: true, 15: false, 18: true, 25: true, 30: true, 31: false} {
		if onRungs(rungs, []ftp.Ref{at(14, 0).Ref, at(frame, 0).Ref}) != want {
			t.Errorf("frame %d: want %t", frame, want)
		}
	}
}

// TestNothingWrong: it takes one line to say so.
func TestNothingWrong(t *testing.T) {
	s := plain("s1")
	s.Transfers = append(s.Transfers, goodPassive("s1.t1", 70, "a.bin", 20000))
	sc := newScene(s)
	if got := explained(t, Text{}, sc.result); got != "nothing wrong: 1 session, 1 transfer, 1 completed\n" {
		t.Errorf("%q", got)
	}
	sc.tellOf(s, note("f1", "s1", "s1.t1"))
	if got := explained(t, Text{}, sc.result); got != "nothing wrong: 1 session, 1 transfer, 1 completed\n" {
		t.Errorf("with a note: %q", got)
	}
	sc.result.LeftOut = 2
	if got := explained(t, Text{}, sc.result); got != "nothing wrong: 1 session, 1 transfer, 1 completed   2 sessions left out\n" {
		t.Errorf("with sessions left out: %q", got)
	}
	sc.result.Captures[0].Complete = false
	if got := explained(t, Text{}, sc.result); !strings.Contains(got, "client.pcap   118 packets") {
		t.Errorf("of a capture that is cut off: %q", got)
	}
	blocked := mixed()
	if got := explained(t, Text{}, blocked.result); strings.Contains(got, "nothing wrong") || !strings.Contains(got, "not explained: 1 transfer blocked   s1.t1\n") {
		t.Errorf("what nobody can explain: %q", got)
	}
	blocked.tellOf(blocked.sessions[0], note("f1", "s1", "s1.t1"))
	if got := explained(t, Text{}, blocked.result); !strings.Contains(got, "nothing wrong") || !strings.Contains(got, "blocked: The server connects from") {
		t.Errorf("a failure that a note explains: %q", got)
	}
}

// TestRunsApart: what is told of a transfer in the middle of a run is not
// summed up with the others.
func TestRunsApart(t *testing.T) {
	sc := heap()
	warning := note("f1", "s1", "s1.t60")
	warning.Severity = "warning"
	sc.tellOf(sc.sessions[0], warning)
	var b bytes.Buffer
	if err := (Text{}).Write(&b, sc.result); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "photo-060.jpg") || strings.Count(b.String(), "! warning:") != 1 {
		t.Errorf("the warning is lost:\n%s", &b)
	}
	for _, about := range [][]string{nil, {"s71.t1"}} {
		many := crowd()
		warning = note("f1", "s71", about...)
		warning.Severity = "warning"
		many.tellOf(many.sessions[70], warning)
		b.Reset()
		if err := (Text{}).Write(&b, many.result); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "! warning: The server connects from") {
			t.Errorf("the warning about %v of a session is lost:\n%s", about, &b)
		}
	}
}

// TestSiege: a finding counts more transfers than it lists, and they stay one
// run.
func TestSiege(t *testing.T) {
	var b bytes.Buffer
	if err := (Text{}).Write(&b, siege(300).result); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n > 30 || !strings.Contains(b.String(), "… 296 more like these, #4 to #299") {
		t.Errorf("%d lines:\n%s", n, &b)
	}
	if text := explained(t, Text{}, siege(300).result); !strings.Contains(text, "s1.t1 s1.t2 s1.t3 s1.t4 … s1.t100 (300 times)") {
		t.Error(text)
	}
}

// TestFindingsCost: what is said costs about as much as there is to say, not its
// square.
func TestFindingsCost(t *testing.T) {
	for name, scene := range map[string]func(int) scene{"one session": siege, "many sessions": ambush, "many findings": swarm} {
		for what, run := range map[string]func(Result){
			"Write":   func(res Result) { _ = Text{}.Write(new(bytes.Buffer), res) },
			"Expand":  func(res Result) { _ = Text{Expand: true}.Write(new(bytes.Buffer), res) },
			"Explain": func(res Result) { _ = Text{}.Explain(new(bytes.Buffer), res) },
			"JSON": func(res Result) {
				_ = Encode(new(bytes.Buffer), Builder{}.Document(res.Captures, nil, res.Sessions, res.Said))
			},
		} {
			cost := func(n int) time.Duration {
				res, least := scene(n).result, time.Hour
				for range 3 {
					start := time.Now()
					run(res)
					least = min(least, time.Since(start))
				}
				return max(least, time.Millisecond)
			}
			const base, factor = 100, 8
			if few, many := cost(base), cost(base*factor); many > 4*factor*few {
				t.Errorf("%s, %s: %v for %d, %v for %d", name, what, few, base, many, base*factor)
			}
		}
	}
}

// TestExplainNarrow: a window may be narrower than any ladder.
func TestExplainNarrow(t *testing.T) {
	for name, scene := range scenes {
		for width := 1; width < 60; width++ {
			var b bytes.Buffer
			if err := (Text{Width: width}).Explain(&b, scene().result); err != nil || b.Len() == 0 {
				t.Fatalf("%s at %d columns: %v, %d bytes", name, width, err, b.Len())
			}
		}
	}
}
