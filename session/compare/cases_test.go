package compare

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/session/diagnose"
)

// The cases are scenes in testdata, whose comments say what is to be found:
//
//	# want none                  no stretch at all
//	# want A B PACKET WHAT to-server|to-client CONFIDENCE s1.t1
//	                             this stretch, and no others than those that are wanted; s1 is
//	                             the control connection
//	# order a b c                the path
//	# aside c                    what is not on it
//	# blind POINT s1.t1          absence there proves nothing
//	# finds CODE WHERE CONFIDENCE [TRANSFER…]
//	                             a finding, its location and how sure that is
//	# not CODE
//	# says CODE TEXT             part of one of its texts
//	# never TEXT                 part of no text
//
// The points are compared in every order in which they may be given.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.ftp")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".ftp"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			runCase(t, parseScene(t, filepath.Base(file), string(text)))
		})
	}
}

func runCase(t *testing.T, s *scene) {
	t.Helper()
	if !slices.ContainsFunc(s.rest, func(l string) bool { return strings.HasPrefix(l, "want ") }) {
		t.Fatal("nothing is wanted")
	}
	all := s.take(t)
	permutations(len(all), func(order []int) {
		if t.Failed() {
			return // the other orders would say the same
		}
		o := compareTaken(inOrderOf(all, order))
		checkResult(t, &o)
		s.check(t, &o)
		if t.Failed() {
			t.Logf("given as %s, order %q, aside %q\nstretches:\n  %s\nfindings:\n  %s", strings.Join(o.names, " "), o.order(o.Order), o.order(o.Aside),
				strings.Join(o.told(), "\n  "), strings.Join(o.found(), "\n  "))
		}
	})
}

// check holds a result to what the comments want.
func (s *scene) check(t *testing.T, o *outcome) {
	t.Helper()
	var want []string
	for _, line := range s.rest {
		what, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		words := strings.Fields(rest)
		switch what {
		case "want":
			if rest != "none" {
				want = append(want, rest)
			}
		case "order":
			if got := o.order(o.Order); got != rest {
				t.Errorf("order %q, want %q", got, rest)
			}
		case "aside":
			if got := o.order(o.Aside); got != rest {
				t.Errorf("aside %q, want %q", got, rest)
			}
		case "blind":
			if v := o.sight(words[0], words[1]); v == nil || v.Blind == "" {
				t.Errorf("%s tells by absence of %s: %+v", words[0], words[1], v)
			}
		case "finds":
			if !slices.ContainsFunc(o.found(), func(f string) bool { return f == rest || len(words) == 3 && strings.HasPrefix(f, rest+" ") }) {
				t.Errorf("not found: %s", rest)
			}
		case "not":
			if slices.ContainsFunc(o.findings(), func(f *diagnose.Finding) bool { return string(f.Code) == rest }) {
				t.Errorf("%s is not to be found", rest)
			}
		case "says":
			code, part, _ := strings.Cut(rest, " ")
			if !slices.ContainsFunc(o.findings(), func(f *diagnose.Finding) bool {
				return string(f.Code) == code && strings.Contains(strings.Join(textsOf(f), "\n"), part)
			}) {
				t.Errorf("%s does not say %q", code, part)
			}
		case "never":
			for _, f := range o.findings() {
				for _, text := range textsOf(f) {
					if strings.Contains(text, rest) {
						t.Errorf("%s says %q: %s", f.Code, rest, text)
					}
				}
			}
		}
	}
	slices.Sort(want)
	if got := o.stretches(); !slices.Equal(got, want) {
		t.Errorf("stretches\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	if len(want) == 0 {
		for _, f := range o.findings() {
			for i, a := range o.names {
				for _, b := range o.names[i+1:] {
					if blames(f, a, b) || blames(f, b, a) {
						t.Errorf("%s says where: %s (%s)", f.Code, f.Location.Text, f.Location.Confidence)
					}
				}
			}
		}
	}
}

func blames(f *diagnose.Finding, a, b string) bool {
	return strings.Contains(f.Location.Text, "between "+a+".pcap and "+b+".pcap")
}

// sight is what a point saw of a transfer, or of a session's control connection.
func (o *outcome) sight(point, id string) *Sight {
	for _, s := range o.Sessions {
		views := append([]View{s.Control}, s.Views...)
		for i := range views {
			if views[i].Transfer != id && (views[i].Transfer != "" || s.ID != id) {
				continue
			}
			for k := range views[i].Points {
				if v := &views[i].Points[k]; o.names[v.Point] == point {
					return v
				}
			}
		}
	}
	return nil
}

// found are "code where confidence transfers".
func (o *outcome) found() []string {
	var out []string
	for _, f := range o.findings() {
		fields := []string{string(f.Code), string(f.Location.Where), string(f.Location.Confidence)}
		out = append(out, strings.Join(append(fields, f.Transfers...), " "))
	}
	return out
}

// told are the stretches with their texts.
func (o *outcome) told() []string {
	var out []string
	for _, s := range o.Sessions {
		for _, st := range s.Stretches {
			out = append(out, strings.Join(o.fieldsOf(s, st), " ")+": "+st.Text)
		}
	}
	return out
}

func textsOf(f *diagnose.Finding) []string {
	out := append([]string{f.Headline, f.Observation.Text, f.Location.Text, f.Cause.Text, f.Next, f.Filter}, f.Unknown...)
	for _, ev := range f.Evidence {
		out = append(out, ev.Text)
	}
	for _, r := range f.Remedies {
		out = append(out, r.Text)
	}
	return out
}

// checkResult holds a result to what every result must be.
func checkResult(t *testing.T, o *outcome) {
	t.Helper()
	if n := len(o.Order) + len(o.Aside); n != len(o.points) {
		t.Errorf("%d points on the path and aside, of %d", n, len(o.points))
	}
	if n := len(o.Because); len(o.Order) > 0 && n < len(o.Order)-1 {
		t.Errorf("%d reasons for the order of %d", n, len(o.Order))
	}
	if len(o.Vantages) != len(o.points) {
		t.Errorf("%d vantages of %d points", len(o.Vantages), len(o.points))
	}
	ids, byID := make(map[string]bool), make(map[string]*diagnose.Finding)
	for _, f := range o.findings() {
		if f.ID == "" || byID[f.ID] != nil {
			t.Errorf("%s: id %q", f.Code, f.ID)
		}
		byID[f.ID] = f
		checkFinding(t, o, f)
	}
	for _, s := range o.Sessions {
		if ids[s.ID] || len(s.Views) != len(s.Transfers) || len(s.At) != len(o.points) {
			t.Errorf("session %s: %d views of %d transfers, %d points", s.ID, len(s.Views), len(s.Transfers), len(s.At))
		}
		ids[s.ID] = true
		for i, tr := range s.Transfers {
			if ids[tr.ID] || s.Views[i].Transfer != tr.ID {
				t.Errorf("transfer %q, view %q", tr.ID, s.Views[i].Transfer)
			}
			ids[tr.ID] = true
		}
		for _, st := range s.Stretches {
			checkStretch(t, o, s, st, byID)
		}
	}
	for _, f := range o.findings() {
		for _, id := range append(slices.Clone(f.Because), f.Withdraws...) {
			if byID[id] == nil {
				t.Errorf("%s: no finding %s", f.Code, id)
			}
		}
		for _, id := range f.Transfers {
			if !ids[id] {
				t.Errorf("%s: no transfer %s", f.Code, id)
			}
		}
	}
}

func checkStretch(t *testing.T, o *outcome, s *Session, st *Stretch, findings map[string]*diagnose.Finding) {
	t.Helper()
	near, far := slices.Index(s.Order, st.Between[0]), slices.Index(s.Order, st.Between[1])
	if near < 0 || far <= near {
		t.Errorf("a stretch between %v on the path %v", st.Between, s.Order)
	}
	if st.Text == "" || strings.HasSuffix(st.Text, ".") || strings.Contains(st.Text, "%!") || st.Confidence == "" {
		t.Errorf("a stretch says %q (%q)", st.Text, st.Confidence)
	}
	for _, ev := range st.Evidence {
		if ev.Frame == 0 || ev.Capture >= len(o.points) || ev.Text == "" {
			t.Errorf("evidence of a stretch: %+v", ev)
		}
	}
	if st.Finding != "" && findings[st.Finding] == nil {
		t.Errorf("a stretch is explained by %q, which is not there", st.Finding)
	}
	for k := near + 1; k < far; k++ {
		view := s.Control
		for _, v := range s.Views {
			if v.Transfer == st.Transfer {
				view = v
			}
		}
		if v := view.Points[k]; st.What == Lost && st.Packet == PacketSYN && v.Conn != nil {
			t.Errorf("a SYN is lost between %s and %s, and %s between them has it", o.names[st.Between[0]], o.names[st.Between[1]], o.names[v.Point])
		}
	}
}

func checkFinding(t *testing.T, o *outcome, f *diagnose.Finding) {
	t.Helper()
	for _, text := range []string{f.Headline, f.Observation.Text, f.Location.Text, f.Cause.Text} {
		if text == "" || strings.HasSuffix(text, ".") || strings.Contains(text, "%!") {
			t.Errorf("%s says %q", f.Code, text)
		}
	}
	if len(f.Headline) > 100 {
		t.Errorf("%s: the headline is %d characters long: %q", f.Code, len(f.Headline), f.Headline)
	}
	if f.Session != "" && len(f.Evidence) == 0 {
		t.Errorf("%s: no evidence", f.Code)
	}
	for _, ev := range f.Evidence {
		if ev.Frame == 0 || ev.Capture >= len(o.points) || ev.Text == "" {
			t.Errorf("%s: evidence %+v", f.Code, ev)
		}
	}
}
