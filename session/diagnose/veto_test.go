package diagnose

import (
	"slices"
	"testing"
)

// TestDoubted wants nobody blamed in a finding that a defect of the capture
// doubts.
func TestDoubted(t *testing.T) {
	capture := Remedy{Who: ForCapture, Text: "Capture again"}
	v := &veto{
		finding: &Finding{Next: "capture again", Remedies: []Remedy{capture}},
		doubts:  []Code{PassiveUnanswered}, doubt: "not to be told", unknown: "whether all was captured",
	}
	passive := Remedy{Who: ForClient, Text: "Use passive mode"}
	f := &Finding{
		Code:     PassiveUnanswered,
		Location: Place{Statement{"behind this point", Likely}, BeyondServer},
		Cause:    Statement{"a firewall that lets port 21 through does not let port 50001 through", Likely},
		Unknown:  []string{"whether a firewall here follows FTP", "whether the server listens"},
		Remedies: []Remedy{passive, {Who: ForServer, Text: "Let the server's own packet filter accept"}, {Who: ForFirewall, Text: "Open"}},
	}
	if !v.touch(f) || f.Location.Confidence != Possible || f.Cause != (Statement{"not to be told", Possible}) || f.Next != "capture again" {
		t.Errorf("%+v", f)
	}
	if want := []string{"whether the server listens", "whether all was captured"}; !slices.Equal(f.Unknown, want) {
		t.Errorf("unknown %q", f.Unknown)
	}
	if want := []Remedy{passive, capture}; !slices.Equal(f.Remedies, want) {
		t.Errorf("remedies %v", f.Remedies)
	}
	if other := (&Finding{Code: ServerSideError, Cause: Statement{"a firewall", Likely}}); v.touch(other) || other.Cause.Text != "a firewall" {
		t.Errorf("%+v is not doubted", other)
	}
}
