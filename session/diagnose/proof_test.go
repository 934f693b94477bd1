package diagnose

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// provenFinding is what a rule inferred from one capture.
func provenFinding(code Code) *Finding {
	return &Finding{
		Code: code, key: "k",
		Observation: Statement{"no answer to the SYN", Certain},
		Location:    Place{Statement{"between here and the server", Likely}, BeyondServer},
		Cause:       Statement{"a firewall before the server's host, or on it", Likely},
		Evidence:    []Evidence{{ftp.Seen{Ref: ftp.Ref{Frame: 17}}, "SYN"}},
		Unknown:     []string{"whether the SYN arrived"},
		Next:        "capture at the server\ntcpdump -w server.pcap",
	}
}

// wholeProof says all that a proof can say.
func wholeProof() *Proof {
	return &Proof{
		Shows:    "the SYN never reached b",
		Place:    Place{Statement{"between a and b", Certain}, Middle},
		Cause:    Statement{"a box between a and b discards it", Likely},
		Evidence: []Evidence{{ftp.Seen{Ref: ftp.Ref{Capture: 1, Frame: 9}}, "the last packet at b"}},
		Unknown:  []string{"which box"},
		Next:     "look between", Command: "nft list ruleset",
	}
}

func TestProofApply(t *testing.T) {
	f, p := provenFinding(PassiveUnanswered), wholeProof()
	p.apply(f)
	if f.Observation.Text != "no answer to the SYN; the SYN never reached b" || f.Observation.Confidence != Certain {
		t.Errorf("observation %+v", f.Observation)
	}
	if f.Location != p.Place || f.Cause != p.Cause || !slices.Equal(f.Unknown, p.Unknown) || f.Next != p.Next || f.NextCommand != p.Command {
		t.Errorf("%+v", f)
	}
	if len(f.Evidence) != 2 || f.Evidence[1] != p.Evidence[0] {
		t.Errorf("evidence %+v", f.Evidence)
	}
	if !p.Explains(f) {
		t.Error("the proof does not explain the finding that it went into")
	}
	if p.Explains(provenFinding(PassiveUnanswered)) {
		t.Error("it explains a finding that is about another place")
	}
	other := provenFinding(PassiveUnanswered)
	if f.key == other.key {
		t.Error("findings about different places are one")
	}
}

// TestProofLeaves: what a proof does not know is left to the rule.
func TestProofLeaves(t *testing.T) {
	for name, p := range map[string]*Proof{"none": nil, "the zero one": {}} {
		f := provenFinding(PassiveUnanswered)
		p.apply(f)
		if !reflect.DeepEqual(f, provenFinding(PassiveUnanswered)) {
			t.Errorf("%s: %+v", name, f)
		}
	}
	f := provenFinding(PassiveUnanswered)
	(&Proof{Shows: "the SYN passed a and b", Cause: Statement{"nothing", Certain}, Unknown: []string{"x"}, Next: "y"}).apply(f)
	want := provenFinding(PassiveUnanswered)
	want.Observation.Text += "; the SYN passed a and b"
	want.Next = "y" // in place of a further capture
	if !reflect.DeepEqual(f, want) {
		t.Errorf("without a place: %+v", f)
	}
	f = provenFinding(PassiveUnanswered)
	(&Proof{Place: Place{Statement{"between a and b", Likely}, Middle}}).apply(f)
	want = provenFinding(PassiveUnanswered)
	if f.Location.Text != "between a and b" || f.Cause != want.Cause || !slices.Equal(f.Unknown, want.Unknown) || f.Next != want.Next || f.NextCommand != want.NextCommand {
		t.Errorf("a place alone: %+v", f)
	}
}

// TestProofDoubt: what is only possible takes nobody's place.
func TestProofDoubt(t *testing.T) {
	f := provenFinding(PassiveUnanswered)
	(&Proof{Doubt: "whether it happened between a and b"}).apply(f)
	want := provenFinding(PassiveUnanswered)
	if f.Location != want.Location || f.Cause != want.Cause || f.Observation != want.Observation || !slices.Contains(f.Unknown, "whether it happened between a and b") || len(f.Unknown) != 2 {
		t.Errorf("%+v", f)
	}
}

// TestProofConcerns: a proof about data connections says nothing of the control
// connection, and the other way round.
func TestProofConcerns(t *testing.T) {
	for _, tt := range []struct {
		code    Code
		control bool
		want    bool
	}{
		{PassiveUnanswered, false, true},
		{PassiveUnanswered, true, false},
		{ActiveUnanswered, false, true},
		{DataSilence, false, true},
		{DataReset, false, true},
		{HandshakeNotCompleted, false, true},
		{ControlUnreachable, true, true},
		{ControlUnreachable, false, false},
		{ControlReset, true, true},
		{AnnouncementDropped, true, true},
		{AnnouncementDropped, false, false},
		{PasvPrivateAddress, false, false},
		{PasvPrivateAddress, true, false},
		{ServerSideError, false, false},
		{ServerSideError, true, false},
	} {
		p := wholeProof()
		p.Control = tt.control
		f := provenFinding(tt.code)
		p.apply(f)
		if applied := f.Location == p.Place; applied != tt.want || p.Explains(f) != tt.want {
			t.Errorf("%s, control %t: applied %t, explains %t", tt.code, tt.control, applied, p.Explains(f))
		}
	}
}

// TestProofCause: a cause that a rule is sure of, and that blames no host, is worth
// more than that something between did it.
func TestProofCause(t *testing.T) {
	known := Statement{"the NAT forgot the idle connection", Likely}
	for _, tt := range []struct {
		name  string
		cause Statement
		box   bool
		taken bool
	}{
		{"one that blames a host", provenFinding(PassiveUnanswered).Cause, false, true},
		{"one that is only possible", Statement{"a NAT", Possible}, false, true},
		{"one that knows better", known, false, false},
		{"one that knows better, but a box spoke", known, true, true},
	} {
		f, p := provenFinding(DataSilence), wholeProof()
		f.Cause, p.Box = tt.cause, tt.box
		p.apply(f)
		if taken := f.Cause == p.Cause; taken != tt.taken {
			t.Errorf("%s: %+v", tt.name, f.Cause)
		}
	}
}

func TestProofNAT(t *testing.T) {
	const nat = "between a and b the addresses are translated"
	for code, want := range map[Code]bool{ActivePrivateAddress: true, PasvPrivateAddress: true, PasvAddressMismatch: true, PassiveUnanswered: false} {
		f := provenFinding(code)
		(&Proof{NAT: nat}).translated(f)
		if got := strings.HasSuffix(f.Observation.Text, "; "+nat); got != want {
			t.Errorf("%s: %q", code, f.Observation.Text)
		}
	}
	f := provenFinding(PasvPrivateAddress)
	(*Proof)(nil).translated(f)
	new(Proof).translated(f)
	if f.Observation.Text != "no answer to the SYN" {
		t.Errorf("%q", f.Observation.Text)
	}
}

// TestAcquitted: what is proven to happen between the hosts is no work for their
// own packet filters.
func TestAcquitted(t *testing.T) {
	for _, tt := range []struct {
		name  string
		proof *Proof
		kept  bool
	}{
		{"no proof", nil, true},
		{"a proof without a place", &Proof{Shows: "x"}, true},
		{"at the server", &Proof{Place: Place{Statement{"at the server", Certain}, AtServer}}, true},
		{"between", wholeProof(), false},
	} {
		s := passiveSubject("192.0.2.10:40112", "198.51.100.20:21", "", "198.51.100.20:40022")
		before := s.remedies(hostFilters...)
		s.proof = tt.proof
		if len(before) == 0 {
			t.Fatal("there is no advice to withhold")
		}
		want := 0
		if tt.kept {
			want = len(before)
		}
		if got := s.remedies(hostFilters...); len(got) != want {
			t.Errorf("%s: %d remedies of %d", tt.name, len(got), len(before))
		}
		if got := s.remedies(fixPassiveRange); len(got) == 0 {
			t.Errorf("%s: others are withheld too", tt.name)
		}
	}
}

// TestAnsweredByBox: a proven box is who answered, whatever TTL and time say.
func TestAnsweredByBox(t *testing.T) {
	c, a := knock("198.51.100.20:40022", ftp.Answer{Kind: ftp.AnswerRST, TTL: 57}, 0)
	s := testSubject()
	if w := s.answered(c, a, server); w.box {
		t.Fatal("a box without a proof")
	}
	s.proof = wholeProof()
	if w := s.answered(c, a, server); w.box {
		t.Errorf("a proof of loss makes a box: %+v", w)
	}
	s.proof.Box = true
	if w := s.answered(c, a, server); !w.box || w.Place != s.proof.Place {
		t.Errorf("%+v", w)
	}
}
