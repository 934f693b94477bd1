package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

func comparedText(t *testing.T, text Text, c Comparison) string {
	t.Helper()
	var b bytes.Buffer
	if err := text.Compare(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestCompare holds comparisons to golden files at 40, 80 and 120 columns. Only
// lines to be copied may be wider.
func TestCompare(t *testing.T) {
	for name, scene := range comparisons {
		for width, kind := range map[int]string{40: ".narrow", 80: "", 120: ".wide"} {
			file := "compare-" + name + kind + ".txt"
			t.Run(file, func(t *testing.T) {
				text := comparedText(t, Text{Width: width}, scene())
				for line := range strings.Lines(text) {
					line = strings.TrimSuffix(line, "\n")
					copied := strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "     ") && (strings.ContainsAny(line, "|-=(") || strings.HasPrefix(line, "    he said"))
					if w := lipgloss.Width(line); w > width && !copied {
						t.Errorf("%d columns wide: %s", w, line)
					}
				}
				golden(t, file, []byte(text))
			})
		}
	}
}

// TestCompareColour: colour changes no letter of a comparison.
func TestCompareColour(t *testing.T) {
	for name, scene := range comparisons {
		plain, colour := comparedText(t, Text{}, scene()), comparedText(t, Text{Colour: true}, scene())
		if plain == colour {
			t.Errorf("%s: no colour", name)
		}
		if diff := cmp.Diff(plain, stripped(colour)); diff != "" {
			t.Errorf("%s: colour changes the text (-plain +colour):\n%s", name, diff)
		}
	}
}

// TestCompareJSON: the path is what the contract says, and only of comparisons.
func TestCompareJSON(t *testing.T) {
	schema := documentSchema(t)
	for name, scene := range comparisons {
		text := encoded(t, Builder{Version: "devel"}.Comparison(scene()))
		if err := valid(t, schema, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		golden(t, "compare-"+name+".json", []byte(text))
	}
	text := encoded(t, Builder{}.Comparison(lies()))
	for _, wrong := range []struct{ name, old, new string }{
		{"a packet that is not in the contract", `"packet": "syn"`, `"packet": "pigeon"`},
		{"what happened", `"what": "answered"`, `"what": "eaten"`},
		{"an answer", `"kind": "rst"`, `"kind": "shrug"`},
		{"a direction", `"direction": "to-server"`, `"direction": "up"`},
	} {
		if !strings.Contains(text, wrong.old) {
			t.Fatalf("%s: nothing to replace", wrong.name)
		}
		if valid(t, schema, strings.Replace(text, wrong.old, wrong.new, 1)) == nil {
			t.Errorf("%s: the schema lets it pass", wrong.name)
		}
	}
	if text := encoded(t, full()); strings.Contains(text, `"path": {`) {
		t.Error("a path of one capture")
	}
}

// TestCompareSecrets: what any point knows of passwords is hidden everywhere.
func TestCompareSecrets(t *testing.T) {
	for name, text := range map[string]string{
		"text": comparedText(t, Text{}, slander()), "all": comparedText(t, Text{Expand: true}, slander()), "JSON": encoded(t, Builder{}.Comparison(slander())),
	} {
		if strings.Contains(text, "s3c") {
			t.Errorf("%s shows the password:\n%s", name, text)
		}
		if !strings.Contains(text, mask) || strings.ContainsAny(text, "\x1b\u202e") {
			t.Errorf("%s: nothing is masked, or hostile words reach the terminal", name)
		}
	}
	if text := comparedText(t, Text{ShowSecrets: true}, slander()); !strings.Contains(text, "s3cret") {
		t.Error("the password is hidden all the same")
	}
	if text := encoded(t, Builder{ShowSecrets: true}.Comparison(slander())); !strings.Contains(text, "s3cret") {
		t.Error("the password is hidden in JSON all the same")
	}
}

// TestCompareLike: transfers that went the same way are shown once, and all of
// them where all is wanted.
func TestCompareLike(t *testing.T) {
	const row, more = "3 points", "… and 4 more like it: t3–t6"
	text := comparedText(t, Text{}, dropped())
	if strings.Count(text, "lost between fw.pcap and server.pcap") != 1 || !strings.Contains(text, more) || !strings.Contains(text, "same outcome at all "+row) {
		t.Error(text)
	}
	if n := strings.Count(text, "✗ The server got no answer"); n != 1 {
		t.Errorf("explained %d times", n)
	}
	text = comparedText(t, Text{Expand: true}, dropped())
	if strings.Count(text, "lost between fw.pcap and server.pcap") != 5 || strings.Contains(text, "like it") || strings.Contains(text, "same outcome") {
		t.Error(text)
	}
	if text := comparedText(t, Text{}, harmony()); !strings.Contains(text, "… and 19 more like it: t2–t20, 380.0 kB") || !strings.Contains(text, "no transfer failed between these points") {
		t.Error(text)
	}
	c := dropped() // the same outcome, and another stretch
	c.Path.Sessions[0].Stretches[2].Between = [2]int{0, 1}
	if text := comparedText(t, Text{}, c); !strings.Contains(text, "lost between client.pcap and fw.pcap") {
		t.Error(text)
	}
}

// TestCompareQuiet: that nothing happened is said only where nothing did.
func TestCompareQuiet(t *testing.T) {
	for name, change := range map[string]func(*compare.Session){
		"a stretch": func(s *compare.Session) {
			s.Stretches = []*compare.Stretch{{Transfer: "s1.t1", Between: [2]int{0, 1}, What: compare.Changed}}
		},
		"a failure": func(s *compare.Session) { s.Transfers[0].Outcome = session.OutcomeBlocked },
		"a warning": func(s *compare.Session) {
			f := note("f1", "s1", "s1.t1")
			f.Severity = diagnose.Warning
			s.Said.Findings = []*diagnose.Finding{f}
		},
	} {
		c := harmony()
		change(c.Path.Sessions[0])
		if text := comparedText(t, Text{}, c); strings.Contains(text, "no transfer failed") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestCompareAlike: a point that saw a transfer otherwise is named with the reason,
// and without one its row is shown.
func TestCompareAlike(t *testing.T) {
	c := harmony()
	lack(c.Path.Sessions[0].Views[3], 1)
	if text := comparedText(t, Text{}, c); strings.Contains(text, "no transfer failed") || !strings.Contains(text, "227 …:40039 #371  absent") {
		t.Error(text)
	}
	c.Path.Sessions[0].Views[3].Points[1].Blind = "the capture has no data connections"
	if text := comparedText(t, Text{}, c); !strings.Contains(text, "same outcome at 1 of 2 points, not all seen at standard input (the capture") {
		t.Error(text)
	}
}

// TestCompareMany: many sessions in which nothing happened are summed up, and what
// failed in the same way is explained once.
func TestCompareMany(t *testing.T) {
	c := comparisonOf("client.pcap", "fw.pcap", "server.pcap")
	for i := range 9 {
		s := plain(fmt.Sprint("s", i+1))
		s.Transfers = []*session.Transfer{goodPassive(s.ID+".t1", 70, "a.bin", 20000)}
		if i < 2 {
			s.Transfers[0] = blockedActive(s.ID+".t1", 14)
		}
		one := c.add(s)
		switch {
		case i < 2:
			one.Said.Findings = []*diagnose.Finding{lostFinding(fmt.Sprint("f", i+1), s.ID, s.ID+".t1")}
		case i == 6: // it says otherwise, without a reason
			one.Views[0].Points[1].Bytes = 7
		}
	}
	text := comparedText(t, Text{}, c)
	for _, want := range []string{"6 sessions that went well, alike at all points that show them   s3–s6 s8 s9\n  6 transfers", "\ns7 ", "    active-syn-unanswered: explained at s1\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "\ns4 ") || strings.Count(text, "✗ The server got no answer") != 1 {
		t.Error(text)
	}
	if text := comparedText(t, Text{Expand: true}, c); !strings.Contains(text, "\ns4 ") || strings.Count(text, "✗ The server got no answer") != 2 {
		t.Error(text)
	}
}

// TestComparisonWorst: findings, outcomes and captures count.
func TestComparisonWorst(t *testing.T) {
	for name, tt := range map[string]struct {
		c    Comparison
		want Severity
	}{
		"harmony": {harmony(), SeverityNone}, "dropped": {dropped(), SeverityError}, "apart": {strangersOf(), SeverityNone},
	} {
		if got := tt.c.Worst(); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	c := harmony()
	c.Path.Findings = []*diagnose.Finding{note("f1", "")}
	if got := c.Worst(); got != SeverityNote {
		t.Errorf("a note about a capture: %v", got)
	}
}

// TestFilterPath: what the filter leaves out is not in the report.
func TestFilterPath(t *testing.T) {
	c := lies()
	only, left := Filter{Sessions: []string{"s2"}}.Path(c.Path)
	if len(only.Sessions) != 1 || only.Sessions[0].ID != "s2" || left != 1 || len(c.Path.Sessions) != 2 {
		t.Errorf("%d sessions, %d left out", len(only.Sessions), left)
	}
	c.Path, c.LeftOut = only, left
	if text := comparedText(t, Text{}, c); strings.Contains(text, "\ns1 ") || !strings.Contains(text, "1 session left out") {
		t.Error(text)
	}
	c.Path, c.LeftOut = Filter{Sessions: []string{"s9"}}.Path(lies().Path)
	if text := comparedText(t, Text{}, c); !strings.Contains(text, "nothing to show: 2 sessions left out by --session") {
		t.Error(text)
	}
}

func TestPointNames(t *testing.T) {
	for _, tt := range []struct{ names, want []string }{
		{[]string{"/x/client.pcap", "/x/server.pcap"}, []string{"client.pcap", "server.pcap"}},
		{[]string{"a/eth0.pcap", "b/eth0.pcap", "-"}, []string{"a/eth0.pcap", "b/eth0.pcap", "standard input"}},
		{[]string{"eth0.pcap", "b/eth0.pcap"}, []string{"eth0.pcap", "b/eth0.pcap"}},
	} {
		if got := PointNames(tt.names); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.names, got, tt.want)
		}
	}
}

func TestSigned(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "+0 µs", 12 * time.Microsecond: "+12 µs", -1204 * time.Millisecond: "−1.204 s", 1500 * time.Microsecond: "+1.500 ms", -(time.Hour + 3*time.Second): "−1h0m3s",
	} {
		if got := signed(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// TestElsewhere: frames of another capture than the session's say so.
func TestElsewhere(t *testing.T) {
	s := plain("s1")
	one := blockedActive("s1.t1", 14)
	one.Data.First.Capture, one.Reply.Seen.Capture, one.Announcement.Seen.Capture, one.Command.Seen.Capture = 2, 3, 4, 5
	s.Transfers = []*session.Transfer{one, goodPassive("s1.t2", 70, "a.bin", 1)}
	s.Commands[1].Seen.Capture, s.Commands[2].Replies[0].Seen.Capture = 6, 7
	var got struct {
		Commands []struct {
			Capture *int
			Replies []struct{ Capture *int }
		}
		Transfers []struct {
			Data, Reply, Announcement, Command struct{ Capture *int }
		}
	}
	text, err := json.Marshal(Builder{}.Session(s, diagnose.Explanation{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	x, y := got.Transfers[0], got.Transfers[1]
	for i, p := range []*int{x.Data.Capture, x.Reply.Capture, x.Announcement.Capture, x.Command.Capture, got.Commands[1].Capture, got.Commands[2].Replies[0].Capture} {
		if p == nil || *p != i+2 {
			t.Errorf("%d: %v", i, p)
		}
	}
	for i, p := range []*int{y.Data.Capture, y.Reply.Capture, y.Announcement.Capture, y.Command.Capture, got.Commands[0].Capture, got.Commands[0].Replies[0].Capture} {
		if p != nil {
			t.Errorf("%d: %d", i, *p)
		}
	}
}

// TestCompareNarrow: a window may be narrower than anything.
func TestCompareNarrow(t *testing.T) {
	for name, scene := range comparisons {
		for width := 1; width < 60; width += 3 {
			for _, all := range []bool{false, true} {
				if text := comparedText(t, Text{Width: width, Expand: all}, scene()); text == "" {
					t.Fatalf("%s at %d columns: nothing", name, width)
				}
			}
		}
	}
}

// TestCompareCost: a comparison costs about as much as there is to say.
func TestCompareCost(t *testing.T) {
	scene := func(n int) Comparison {
		c := comparisonOf("client.pcap", "server.pcap")
		for i := range n {
			s := plain(fmt.Sprint("s", i+1))
			s.Transfers = []*session.Transfer{blockedActive(s.ID+".t1", 14)}
			one := c.add(s)
			lack(one.Views[0], 0)
			f := lostFinding(fmt.Sprint("f", i+1), s.ID, s.ID+".t1")
			f.Evidence = nil
			one.Stretches = []*compare.Stretch{{Transfer: s.ID + ".t1", Between: [2]int{0, 1}, What: compare.Lost, Finding: f.ID}}
			one.Said.Findings = []*diagnose.Finding{f}
		}
		return c
	}
	for what, text := range map[string]Text{"text": {}, "all": {Expand: true}} {
		cost := func(n int) time.Duration {
			c, least := scene(n), time.Hour
			for range 3 {
				start := time.Now()
				_ = text.Compare(new(bytes.Buffer), c)
				least = min(least, time.Since(start))
			}
			return max(least, time.Millisecond)
		}
		if few, many := cost(100), cost(800); many > 4*8*few {
			t.Errorf("%s: %v for 100, %v for 800", what, few, many)
		}
	}
}

// TestCompareEnd: how a connection ended is told where points have another RST, in
// the table or, where it has no room, below; a SYN that the capture lost is not
// absent.
func TestCompareEnd(t *testing.T) {
	for width, want := range map[int]string{120: "RST server #562", 80: "end   client.pcap: RST server #562   fw-client.pcap: RST server #562"} {
		text := comparedText(t, Text{Width: width}, cut())
		if !strings.Contains(text, want) || !strings.Contains(text, "not seen  SYN-ACK") || strings.Contains(text, absent) {
			t.Errorf("%d columns: %s", width, text)
		}
	}
	c := cut()
	for i := range c.Path.Sessions[0].Views[1].Points {
		c.Path.Sessions[0].Views[1].Points[i].Conn.Half[ftp.Listener].RST = frameAt(i, 562, 0)
	}
	if text := comparedText(t, Text{Width: 120}, c); strings.Contains(text, "RST server") {
		t.Errorf("all points have it: %s", text)
	}
	c = cut()
	c.Path.Sessions[0].Transfers[1].Mode = ftp.ModeUnknown
	if text := comparedText(t, Text{Width: 120}, c); !strings.Contains(text, "RST #562") {
		t.Errorf("the mode is not known: %s", text)
	}
}

// TestCompareLost: a point that lacks the SYN of a connection saw it like the
// others.
func TestCompareLost(t *testing.T) {
	c := harmony()
	v := &c.Path.Sessions[0].Views[3].Points[1]
	v.Conn = &ftp.Conn{Role: ftp.RoleData}
	if text := comparedText(t, Text{}, c); !strings.Contains(text, "and 19 more like it") || !strings.Contains(text, "no transfer failed") {
		t.Error(text)
	}
	if text := comparedText(t, Text{Expand: true}, c); !strings.Contains(text, "#371  not seen  SYN-ACK") {
		t.Error(text)
	}
}

// TestCompareFirst: what failed comes first, addresses are said once for each
// session, and the same advice once; where all is wanted nothing is moved or cut.
func TestCompareFirst(t *testing.T) {
	text := comparedText(t, Text{Width: 120}, behindNAT())
	for _, want := range []string{
		"\ns7 ", "\n  t2  active ", "\n  t1  passive ", "\n✗ ", "in server.pcap:", "\ns8 ", "what to do   as above (s7)\n",
		"\n6 sessions that went well, alike at all points that show them   s1–s6", "addresses translated",
		"capture-truncated   client.pcap, server.pcap\n", "· note: client.pcap, server.pcap: ", "look between client.pcap and server.pcap\n",
	} {
		_, rest, ok := strings.Cut(text, want)
		if !ok {
			t.Fatalf("no %q, or not behind the one before: %s", want, comparedText(t, Text{Width: 120}, behindNAT()))
		}
		text = want[len(want)-1:] + rest
	}
	text = comparedText(t, Text{Width: 120}, behindNAT())
	if n := strings.Count(text, "· addresses: client.pcap 192.0.2.10:40112 → 198.51.100.20:21\n      from server.pcap on 203.0.113.7:4011"); n != 2 || strings.Contains(text, "the addresses") {
		t.Errorf("%d times: %s", n, text)
	}
	text = comparedText(t, Text{Expand: true}, behindNAT())
	if !strings.HasPrefix(text[strings.Index(text, "\ns"):], "\ns1 ") || strings.Contains(text, "· addresses:") || strings.Count(text, ": the addresses (certain)") != 8+14 ||
		!strings.Contains(text, "order: client.pcap, then server.pcap: by TTL (2 less)\n") {
		t.Error(text)
	}
	c := behindNAT() // a data connection to another host than that of the session
	c.Path.Sessions[6].Views[0].Points[1].Destination = addr("10.9.8.7:40039")
	if text := comparedText(t, Text{Width: 120}, c); strings.Count(text, ": the addresses (certain)") != 1 || !strings.Contains(text, "10.9.8.7:40039") {
		t.Error(text)
	}
}

// TestCompareVerdict: the last line says where to look: at all places, that with
// most transfers first.
func TestCompareVerdict(t *testing.T) {
	last := func(c Comparison) string {
		lines := strings.Split(strings.TrimSpace(comparedText(t, Text{Width: 120}, c)), "\n")
		return lines[len(lines)-1]
	}
	c := dropped()
	if got := last(c); got != "look between fw.pcap and server.pcap" {
		t.Error(got)
	}
	c.Path.Sessions[0].Stretches[2].Between = [2]int{0, 1}
	c.Path.Sessions[0].Stretches[2].Confidence = diagnose.Possible
	if got := last(c); got != "look between fw.pcap and server.pcap (4 connections); between client.pcap and fw.pcap (1 connection) (possible)" {
		t.Error(got)
	}
	c.Path.Sessions[0].Stretches = nil
	if got := last(c); !strings.HasPrefix(got, "nothing shows that it happened between these points") {
		t.Error(got)
	}
	if got := last(rewritten()); got != "look between of-the-capture-at-the-client.pcapng.gz and of-the-capture-at-the-server.pcapng.gz" {
		t.Error(got)
	}
	c = comparisonOf("a", "b", "c", "d", "e")
	s := plain("s1")
	s.Transfers = []*session.Transfer{blockedActive("s1.t1", 14)}
	one := c.add(s)
	for i := range 4 {
		one.Stretches = append(one.Stretches, &compare.Stretch{Transfer: "s1.t1", Between: [2]int{i, i + 1}, What: compare.Lost})
	}
	if got := last(c); !strings.HasSuffix(got, "; and at 1 more place") {
		t.Error(got)
	}
}

// TestCompareOrder: why the order is believed is said in as few words as are true.
func TestCompareOrder(t *testing.T) {
	for want, because := range map[string][]string{
		"order: by TTL\n":                      {"client.pcap, then fw.pcap: by TTL (1 less)", "fw.pcap, then server.pcap: by TTL (3 less)"},
		"order: by delay, by TTL\n":            {"client.pcap, then fw.pcap: by delay (2 µs)", "fw.pcap, then server.pcap: by TTL (1 less)"},
		"order: by TTL; and something else\n":  {"client.pcap, then fw.pcap: by TTL (1 less)", "and something else"},
		"order: client.pcap, then x: by TTL\n": {"client.pcap, then x: by TTL"},
	} {
		c := dropped()
		c.Path.Because = because
		if text := comparedText(t, Text{}, c); !strings.Contains(text, want) {
			t.Errorf("no %q: %s", want, text)
		}
	}
	c := dropped()
	c.Path.Because = nil
	if text := comparedText(t, Text{}, c); strings.Contains(text, "order") {
		t.Error(text)
	}
}

// TestCompareGuess: an offset that only one direction tells has no spread.
func TestCompareGuess(t *testing.T) {
	c := lies()
	if text := comparedText(t, Text{Width: 120}, c); !strings.Contains(text, "late.pcap about +1h1m0s (one direction only: a guess)\n") {
		t.Error(text)
	}
	clocks := Builder{}.Comparison(c).Path.Clocks
	if clocks[1].Spread == nil || clocks[2].Spread != nil || clocks[2].Offset == nil {
		t.Errorf("%+v", clocks)
	}
}

// TestFilterFrames: the frame numbers of a display filter.
func TestFilterFrames(t *testing.T) {
	for filter, want := range map[string][]int64{
		"":                                       nil,
		"(tcp.port == 21)":                       nil,
		"(x) || frame.number == 14":              {14},
		"(x) || frame.number in {5,16,27}":       {5, 16, 27},
		"frame.number in {99999999999999999999}": nil,
	} {
		if got := filterFrames(filter); !slices.Equal(got, want) {
			t.Errorf("%s: %v", filter, got)
		}
	}
}
