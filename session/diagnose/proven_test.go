package diagnose_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// provable is a sample whose sessions an engine has explained.
type provable struct {
	engine   *diagnose.Engine
	sessions []*session.Session
	captures []diagnose.Capture
	said     []*diagnose.Finding
}

func explained(t *testing.T, sample string) provable {
	t.Helper()
	pcap, err := samples.Open(sample)
	if err != nil {
		t.Fatal(err)
	}
	c := read(t, pcap)
	p := provable{engine: diagnose.New(diagnose.Config{}), captures: c.captures}
	tracker := session.New(session.Config{})
	decoder := decode.New(decode.Config{}, tracker)
	emit := func(s *session.Session) {
		p.captures[0].CaptureFacts = decoder.Captures()[0]
		p.sessions = append(p.sessions, s)
		p.said = append(p.said, p.engine.Session(s, &p.captures[0]).Findings...)
	}
	handle := func(ev *ftp.Event) { tracker.Handle(ev, emit) }
	for _, f := range c.frames {
		decoder.Decode(&f, handle)
	}
	decoder.Finish(handle)
	tracker.Finish(emit)
	return p
}

func codesOf(all []*diagnose.Finding) []string {
	var out []string
	for _, f := range all {
		out = append(out, string(f.Code)+" "+strings.Join(f.Transfers, " "))
	}
	return out
}

// TestProvenOnly: Proven judges what it is asked for, and says without a proof what
// Session said.
func TestProvenOnly(t *testing.T) {
	p := explained(t, "many-transfers-mixed")
	s := p.sessions[0]
	if len(s.Transfers) < 3 {
		t.Fatalf("%d transfers", len(s.Transfers))
	}
	if got := p.engine.Proven(s, &p.captures[0], nil); len(got) != 0 {
		t.Errorf("asked for nothing: %q", codesOf(got))
	}
	if got := p.engine.Proven(s, &p.captures[0], map[string]*diagnose.Proof{"s9.t9": {}}); len(got) != 0 {
		t.Errorf("asked for what is not there: %q", codesOf(got))
	}
	all := map[string]*diagnose.Proof{"": {}}
	for _, tr := range s.Transfers {
		all[tr.ID] = &diagnose.Proof{}
		for _, f := range p.engine.Proven(s, &p.captures[0], map[string]*diagnose.Proof{tr.ID: {}}) {
			if len(f.Transfers) > 0 && !slices.Contains(f.Transfers, tr.ID) {
				t.Errorf("asked for %s: %s is about %v", tr.ID, f.Code, f.Transfers)
			}
		}
	}
	var said []*diagnose.Finding
	for _, f := range p.said {
		if f.Session == s.ID {
			said = append(said, f)
		}
	}
	got := p.engine.Proven(s, &p.captures[0], all)
	if !slices.Equal(codesOf(got), codesOf(said)) {
		t.Errorf("with empty proofs %q, at first %q", codesOf(got), codesOf(said))
	}
	for _, f := range got {
		if f.ID != "" {
			t.Errorf("%s has the id %s before Number", f.Code, f.ID)
		}
	}
}

// TestProvenPlace: the finding of the sample says where the proof says, and no more
// that the hosts' own filters did it.
func TestProvenPlace(t *testing.T) {
	p := explained(t, "classic-passive-blocked")
	proof := &diagnose.Proof{
		Shows: "the SYN never reached server.pcap",
		Place: diagnose.Place{Statement: diagnose.Statement{Text: "between client.pcap and server.pcap", Confidence: diagnose.Certain}, Where: diagnose.Middle},
		Cause: diagnose.Statement{Text: "a firewall between them", Confidence: diagnose.Likely}, Unknown: []string{"which box"},
	}
	all := p.engine.Proven(p.sessions[0], &p.captures[0], map[string]*diagnose.Proof{"s1.t1": proof})
	diagnose.Number(all)
	i := slices.IndexFunc(all, func(f *diagnose.Finding) bool { return f.Code == diagnose.PassiveUnanswered })
	if i < 0 {
		t.Fatalf("%q", codesOf(all))
	}
	f := all[i]
	if f.Location != proof.Place || !strings.Contains(f.Observation.Text, proof.Shows) || !proof.Explains(f) {
		t.Errorf("%+v", f)
	}
	for _, r := range f.Remedies {
		if r.Who == diagnose.ForServer && strings.Contains(r.Text, "packet filter") {
			t.Errorf("the server's own filter is to be changed: %q", r.Text)
		}
	}
	if before := p.said[0]; before.Location == proof.Place {
		t.Error("what was said before is changed")
	}
}

// TestProvenChange: an announcement that is known to have been rewritten.
func TestProvenChange(t *testing.T) {
	p := explained(t, "classic-active-blocked")
	tr := p.sessions[0].Transfers[0]
	change := &diagnose.Change{
		Before: netip.MustParseAddrPort("10.0.0.7:1030"), After: tr.Announcement.Endpoint, BeforeSeen: tr.Announcement.Seen, AfterSeen: tr.Announcement.Seen,
		Header: p.sessions[0].Client.Addr(), Shows: "PORT at a is another PORT at b",
		Place: diagnose.Place{Statement: diagnose.Statement{Text: "between a and b", Confidence: diagnose.Certain}, Where: diagnose.Middle},
	}
	for _, tt := range []struct {
		name   string
		header netip.Addr
		wrong  bool
	}{
		{"as it should be", change.Header, false},
		{"to an address that is not that of the packets", netip.MustParseAddr("203.0.113.9"), true},
	} {
		one := *change
		one.Header = tt.header
		all := p.engine.Proven(p.sessions[0], &p.captures[0], map[string]*diagnose.Proof{tr.ID: {Change: &one}})
		i := slices.IndexFunc(all, func(f *diagnose.Finding) bool { return f.Code == diagnose.AnnouncementRewritten })
		if i < 0 {
			t.Errorf("%s: %q", tt.name, codesOf(all))
			continue
		}
		if f := all[i]; (f.Severity != diagnose.Note) != tt.wrong || f.Location != one.Place || !strings.Contains(f.Observation.Text, one.Shows) {
			t.Errorf("%s: %s, %+v", tt.name, f.Severity, f)
		}
	}
}

// TestNumber: ids in order, and causes by them.
func TestNumber(t *testing.T) {
	p := explained(t, "many-transfers-mixed")
	proofs := map[string]*diagnose.Proof{"": {}}
	for _, tr := range p.sessions[0].Transfers {
		proofs[tr.ID] = &diagnose.Proof{}
	}
	all := append(p.engine.Proven(p.sessions[0], &p.captures[0], proofs), p.engine.Proven(p.sessions[0], &p.captures[0], proofs)...)
	diagnose.Number(all)
	ids := make(map[string]bool)
	for i, f := range all {
		if want := "f" + string(rune('1'+i)); i < 9 && f.ID != want {
			t.Errorf("%s has the id %s, want %s", f.Code, f.ID, want)
		}
		ids[f.ID] = true
	}
	if len(ids) != len(all) {
		t.Errorf("%d ids for %d findings", len(ids), len(all))
	}
	for _, f := range all {
		for _, id := range f.Because {
			if !ids[id] {
				t.Errorf("%s is because of %s", f.ID, id)
			}
		}
	}
	diagnose.Number(nil)
}
