package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// TestTally: what is withdrawn does not count, whichever comes first.
func TestTally(t *testing.T) {
	var tally Tally
	if tally.Worst() != SeverityNone || tally.counts() != (Severities{}) {
		t.Errorf("nothing counted: %v, %v", tally.Worst(), tally.counts())
	}
	claim := blockedFinding("f1", "s1", "s1.t1")
	claim.Code, claim.Because = diagnose.ActiveNeverSeen, []string{"f2"}
	tally.Add(claim)
	tally.Add(note("f2", "s1"))
	if tally.Worst() != SeverityError || tally.counts() != (Severities{Error: 1, Note: 1}) {
		t.Errorf("%v, %v", tally.Worst(), tally.counts())
	}
	tally.Add(&diagnose.Finding{ID: "f3", Severity: diagnose.Warning, Withdraws: []string{"f1", "f2", "f9"}})
	if tally.Worst() != SeverityWarning || tally.counts() != (Severities{Warning: 1}) {
		t.Errorf("after a withdrawal: %v, %v", tally.Worst(), tally.counts())
	}
	if severityOf(&diagnose.Finding{Severity: "fatal"}) != SeverityError {
		t.Error("a severity that nobody knows is less than an error")
	}
}

// TestTallyIsBounded: of what is never withdrawn nothing is kept but the number.
func TestTallyIsBounded(t *testing.T) {
	var tally Tally
	for i := range 10 * maxOpen {
		f := blockedFinding(fmt.Sprint("f", 2*i), "s1")
		f.Code = diagnose.Code(diagnose.ActiveNeverSeen)
		f.Because = []string{fmt.Sprint("f", 2*i+1)}
		tally.Add(f)
		tally.Add(note("n", "s1"))
	}
	if n := len(tally.open) + len(tally.causes); n > 2*maxOpen || tally.counts() != (Severities{Error: 10 * maxOpen, Note: 10 * maxOpen}) {
		t.Errorf("%d kept, %v", n, tally.counts())
	}
}

// TestFilterFindings: a transfer that completed and a session in which nothing
// failed are shown with --only-failed where a warning is about them, not where a
// note is.
func TestFilterFindings(t *testing.T) {
	fresh := func() *session.Session {
		s := plain("s1")
		s.Transfers = []*session.Transfer{goodPassive("s1.t1", 1, "a", 1), goodPassive("s1.t2", 1, "a", 1), goodPassive("s1.t3", 1, "a", 1)}
		return s
	}
	only := Filter{OnlyFailed: true}
	warning := note("f1", "s1", "s1.t2")
	warning.Severity = diagnose.Warning
	aside, shared, whole := note("f2", "s1", "s1.t1"), note("f3", "s1", "s1.t1", "s1.t2"), note("f4", "s1")
	in := diagnose.Explanation{Findings: []*diagnose.Finding{warning, aside, shared, whole}, Needs: []diagnose.Need{{What: "x"}}}
	s := fresh()
	shown, said := only.Apply(s, in)
	if shown == nil || len(shown.Transfers) != 1 || shown.Transfers[0].ID != "s1.t2" || len(s.Transfers) != 3 {
		t.Fatalf("with a warning: %+v", shown)
	}
	if !slices.Equal(said.Findings, []*diagnose.Finding{warning, shared, whole}) || len(said.Needs) != 1 || len(in.Findings) != 4 {
		t.Errorf("findings %v of %v", said.Findings, in.Findings)
	}
	if shown, said := only.Apply(fresh(), diagnose.Explanation{Findings: []*diagnose.Finding{aside, whole}}); shown != nil || said.Findings != nil {
		t.Errorf("with notes: %+v", shown)
	}
	whole.Severity = diagnose.Warning
	if shown, _ := only.Apply(fresh(), diagnose.Explanation{Findings: []*diagnose.Finding{whole}}); shown == nil || len(shown.Transfers) != 0 {
		t.Errorf("with a warning about the session: %+v", shown)
	}
	if shown, said := (Filter{}).Apply(s, in); shown != s || len(said.Findings) != 4 {
		t.Error("without a filter something is missing")
	}
}

// TestFindingsMasked: what findings say goes through the masker and is safe to
// print, in every format.
func TestFindingsMasked(t *testing.T) {
	sc := accused()
	render := map[string]func(show bool) string{
		"text": func(show bool) string {
			var b bytes.Buffer
			if err := (Text{ShowSecrets: show}).Write(&b, sc.result); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
		"explain": func(show bool) string { return explained(t, Text{ShowSecrets: show}, sc.result) },
		"json": func(show bool) string {
			return encoded(t, Builder{ShowSecrets: show}.Document(sc.result.Captures, nil, sc.sessions, sc.result.Said))
		},
		"ndjson": func(show bool) string {
			var b bytes.Buffer
			stream := NewStream(&b, Builder{ShowSecrets: show})
			stream.Session(sc.sessions[0], sc.result.Said.Sessions["s1"])
			if err := stream.Finish(sc.result.Captures, nil, sc.result.Said); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
	}
	for format, text := range render {
		if hidden := text(false); strings.Contains(hidden, "s3c") || !strings.Contains(hidden, mask) {
			t.Errorf("%s shows a password, or part of it:\n%s", format, hidden)
		} else if i := strings.IndexFunc(strings.ReplaceAll(hidden, "\n", ""), hiddenRune); i >= 0 {
			t.Errorf("%s: not safe to print: %q", format, hidden)
		}
		if shown := text(true); !strings.Contains(shown, "s3cret") || !strings.Contains(shown, "s3c…") {
			t.Errorf("%s hides a password that it was told to show:\n%s", format, shown)
		}
	}
}

func hiddenRune(r rune) bool { return hidden(r) }

// TestFindingsNamed: sessions and transfers name the findings about them.
func TestFindingsNamed(t *testing.T) {
	sc := troubled()
	var doc struct {
		Sessions []struct {
			ID        string
			Findings  []string
			Transfers []struct {
				ID       string
				Findings []string
			}
			Needs []struct {
				From  string
				Ports Ports
				Port  *uint16 `json:"from_port"`
			}
		}
		Findings []struct {
			ID        string
			Session   *string
			Withdraws []string
		}
		Summary struct{ Findings Severities }
	}
	text := encoded(t, Builder{}.Document(sc.result.Captures, nil, sc.sessions, sc.result.Said))
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	first := doc.Sessions[0]
	if !slices.Equal(first.Findings, []string{"f2", "f1", "f3"}) || !slices.Equal(first.Transfers[0].Findings, []string{"f2", "f1"}) || !slices.Equal(first.Transfers[1].Findings, []string{"f3"}) {
		t.Errorf("%+v", first)
	}
	if n := first.Needs; len(n) != 2 || n[0].Port != nil || *n[1].Port != 20 || n[1].Ports != (Ports{39123, 39129}) {
		t.Errorf("%+v", n)
	}
	last := doc.Findings[len(doc.Findings)-2]
	if last.Session != nil || !slices.Equal(last.Withdraws, []string{"f7"}) {
		t.Errorf("%+v", last)
	}
	if doc.Summary.Findings != (Severities{Error: 4, Warning: 5, Note: 2}) {
		t.Errorf("%+v", doc.Summary.Findings)
	}
}
