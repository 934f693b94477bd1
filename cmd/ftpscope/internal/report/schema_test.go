package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compiled compiles a schema that encode wrote.
func compiled(t *testing.T, write func(io.Writer) error) *jsonschema.Schema {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(schemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func documentSchema(t *testing.T) *jsonschema.Schema {
	return compiled(t, func(w io.Writer) error { return EncodeSchema(w, Schema()) })
}

func valid(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return s.Validate(v)
}

// full is a document in which nothing is left out.
func full() *Document {
	d := Builder{Version: "devel"}.Document(failures().result.Captures, []Notice{{Session: "s1"}}, failures().sessions, Explanations{})
	d.Captures[0].Vantage = &Vantage{Side: "middle", Confidence: "likely", Because: []string{"x"}}
	d.Findings = append(d.Findings, &Finding{
		ID: "f1", Code: "active-syn-unanswered", Severity: "error", Session: new("s1"), Transfers: []string{"s1.t1"}, Count: 1,
		Observation: Statement{"x", "certain"}, Location: Place{"x", "likely", "beyond-client"}, Cause: Statement{"x", "possible"},
		Evidence: []Evidence{{Frame: 18, Time: timeOf(dawn), Text: "SYN"}}, Unknown: []string{}, Because: []string{}, Remedies: []Remedy{{"client", "x", "y"}}, Works: []string{"s1.t2"}, NextCommand: new("tcpdump"), Filter: new("tcp.port == 20"),
	})
	return d
}

func encoded(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSchema(t *testing.T) {
	s := documentSchema(t)
	for name, scene := range scenes {
		res := scene().result
		d := Builder{Version: "devel"}.Document(res.Captures, nil, res.Sessions, res.Said)
		if err := valid(t, s, encoded(t, d)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	text := encoded(t, full())
	if err := valid(t, s, text); err != nil {
		t.Errorf("full: %v", err)
	}
	for _, wrong := range []struct{ name, old, new string }{
		{"a word that is not in the contract", `"outcome": "refused"`, `"outcome": "sad"`},
		{"a key is missing", `"correlation": "announced",`, ``},
		{"null where it may not be", `"banner": "(vsFTPd 3.0.3)"`, `"verb": null, "banner": 5`},
		{"too few digits of a second", `"start": "2026-11-22T06:49:54.000000001Z"`, `"start": "2026-11-22T06:49:54Z"`},
		{"null in place of a list", `"link_types": [`, `"findings": null, "link_types": null, "x": [`},
	} {
		if !strings.Contains(text, wrong.old) {
			t.Fatalf("%s: nothing to replace", wrong.name)
		}
		if valid(t, s, strings.Replace(text, wrong.old, wrong.new, 1)) == nil {
			t.Errorf("%s: the schema lets it pass", wrong.name)
		}
	}
}

func TestLineSchema(t *testing.T) {
	s := compiled(t, func(w io.Writer) error { return EncodeSchema(w, LineSchema()) })
	var b bytes.Buffer
	stream := NewStream(&b, Builder{Version: "devel"})
	sc := troubled()
	for _, s := range sc.sessions {
		stream.Session(s, sc.result.Said.Sessions[s.ID])
	}
	stream.line(findingLine{"finding", full().Findings[0]})
	if err := stream.Finish(sc.result.Captures, nil, sc.result.Said); err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(b.String()) {
		n++
		if err := valid(t, s, line); err != nil {
			t.Errorf("%v in %s", err, line)
		}
		if !strings.HasPrefix(line, `{"type":"`) {
			t.Errorf("type does not come first: %s", line)
		}
	}
	if n != 20 { // 5 sessions, 12 findings and that one, a capture and the summary
		t.Errorf("%d lines, want 20", n)
	}
	if valid(t, s, `{"type":"summary"}`) == nil {
		t.Error("an empty summary passes")
	}
}

// TestNoNullLists: lists are never null, whatever is missing.
func TestNoNullLists(t *testing.T) {
	var v any
	d := Builder{}.Document(nil, nil, nil, Explanations{})
	if err := json.Unmarshal([]byte(encoded(t, d)), &v); err != nil {
		t.Fatal(err)
	}
	if err := valid(t, documentSchema(t), encoded(t, d)); err != nil {
		t.Error(err)
	}
}
