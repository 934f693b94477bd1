package ftp

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestVerbTable(t *testing.T) {
	if len(verbs) < 70 {
		t.Fatalf("only %d verbs", len(verbs))
	}
	longest, total := 0, 0
	for _, group := range [][]Verb{login, parameters, files, transfers, security, extensions, experimental, vendors} {
		total += len(group)
	}
	if total != len(verbs) {
		t.Errorf("%d entries, %d verbs: a name stands twice", total, len(verbs))
	}
	for name, v := range verbs {
		longest = max(longest, len(name))
		if v.Name != name || strings.ToUpper(name) != name {
			t.Errorf("%q: bad name %q", name, v.Name)
		}
		if v.RFC == 0 != (v.Link() == "") {
			t.Errorf("%s: link %q", name, v.Link())
		}
		if v.Mode != ModeUnknown && v.Direction != DirectionNone {
			t.Errorf("%s announces and transfers", name)
		}
		for _, code := range v.marks {
			if !VerbOf(name).Characteristic(code) || !VerbOf(name).Plausible(code) {
				t.Errorf("%s: %d is not characteristic and plausible", name, code)
			}
		}
		for _, code := range []int{421, 500, 501, 502, 503, 504, 530, 550} {
			if !VerbOf(name).Plausible(code) {
				t.Errorf("%s: %d is not plausible", name, code)
			}
		}
	}
	if longest != maxKnownVerb {
		t.Errorf("maxKnownVerb is %d, the longest name has %d", maxKnownVerb, longest)
	}
	if got, want := verbs["PORT"].Link(), "https://www.rfc-editor.org/rfc/rfc959#section-4.1.2"; got != want {
		t.Errorf("Link() = %q, want %q", got, want)
	}
}

func TestLookupVerb(t *testing.T) {
	for _, tt := range []struct{ name, in, want, reason string }{
		{"upper", "RETR", "RETR", "the plain case"},
		{"mixed", "rEtR", "RETR", "case means nothing, RFC 959 section 5.3"},
		{"longest", "xsha512", "XSHA512", "fills the array"},
		{"too long", "XSHA512X", "", "longer than any known verb"},
		{"unknown", "FOO", "", "not in the table"},
		{"empty", "", "", "a line may be empty"},
		{"high bytes", "\xff\xf4\xff\xf2", "", "Telnet bytes are no letters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, ok := LookupVerb([]byte(tt.in))
			if ok != (tt.want != "") || (ok && v.Name != tt.want) {
				t.Errorf("LookupVerb(%q) = %v, %v, want %q: %s", tt.in, v, ok, tt.want, tt.reason)
			}
		})
	}
}

func TestVerbKinds(t *testing.T) {
	for verb, want := range map[string]Direction{
		"RETR": DirectionDownload, "STOR": DirectionUpload, "STOU": DirectionUpload, "APPE": DirectionUpload,
		"LIST": DirectionListing, "NLST": DirectionListing, "MLSD": DirectionListing,
		"MLST": DirectionNone, "STAT": DirectionNone, "FOO": DirectionNone, "": DirectionNone,
	} {
		if got := TransferDirection(verb); got != want || IsTransfer(verb) != (want != DirectionNone) {
			t.Errorf("%s: %v, %v, want %v", verb, got, IsTransfer(verb), want)
		}
	}
	for verb, want := range map[string]Mode{
		"PORT": ModeActive, "EPRT": ModeActive, "LPRT": ModeActive,
		"PASV": ModePassive, "EPSV": ModePassive, "LPSV": ModePassive, "CPSV": ModePassive,
		"RETR": ModeUnknown, "FOO": ModeUnknown,
	} {
		if got := Announces(verb); got != want {
			t.Errorf("Announces(%s) = %v, want %v", verb, got, want)
		}
	}
	if DirectionUpload.Sender() != Initiator || DirectionListing.Sender() != Listener {
		t.Error("Sender")
	}
}

func TestWords(t *testing.T) {
	got, err := json.Marshal([]any{
		ModeUnknown, ModeActive, ModePassive, Mode(9),
		DirectionNone, DirectionDownload, DirectionUpload, DirectionListing,
	})
	want := `["unknown","active","passive","unknown","","download","upload","listing"]`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestPlausible(t *testing.T) {
	for _, tt := range []struct {
		verb                      string
		code                      int
		plausible, characteristic bool
		reason                    string
	}{
		{"RETR", 150, true, true, "preliminary reply of a transfer"},
		{"RETR", 151, true, false, "any 1yz may begin a transfer"},
		{"CWD", 150, false, false, "CWD moves no data"},
		{"FOO", 150, false, false, "nor does an unknown command, for all we know"},
		{"RETR", 250, true, false, "RFC 959 allows 250, but many commands get it"},
		{"RETR", 226, true, true, "the end of a transfer"},
		{"ABOR", 226, true, true, "the answer to ABOR"},
		{"ABOR", 225, true, true, "vsftpd after a plain ABOR"},
		{"ABOR", 426, true, false, "426 belongs to the transfer, whatever the order"},
		{"RETR", 225, false, false, "225 is for ABOR"},
		{"PASV", 227, true, true, ""},
		{"CPSV", 227, true, true, ""},
		{"RETR", 227, false, false, "227 is for PASV"},
		{"EPSV", 229, true, true, ""},
		{"EPSV", 522, true, true, "RFC 2428 section 2"},
		{"EPSV", 200, true, false, "EPSV ALL"},
		{"LPSV", 228, true, true, ""},
		{"PORT", 200, true, false, ""},
		{"PORT", 425, true, false, "pyftpdlib connects when it reads PORT"},
		{"PORT", 421, true, false, "the same"},
		{"NOOP", 425, false, false, "NOOP has no data connection"},
		{"USER", 331, true, true, ""},
		{"USER", 230, true, true, "no password wanted"},
		{"PASS", 230, true, true, ""},
		{"PASS", 331, false, false, "331 asks for PASS"},
		{"QUIT", 221, true, true, ""},
		{"RETR", 221, false, false, "an unsolicited 221 is not the end of a RETR"},
		{"SYST", 215, true, true, ""},
		{"MKD", 257, true, true, ""},
		{"XPWD", 257, true, true, ""},
		{"CWD", 257, false, false, ""},
		{"AUTH", 234, true, true, ""},
		{"AUTH", 334, true, true, ""},
		{"REST", 350, true, true, ""},
		{"SITE", 350, true, false, "ProFTPD: SITE CPFR"},
		{"FEAT", 211, true, true, ""},
		{"CWD", 211, false, false, "a known verb that has no 211"},
		{"FOO", 211, true, false, "an unknown verb may have it"},
		{"SIZE", 213, true, true, ""},
		{"MIC", 227, true, false, "MIC carries another command"},
		{"RETR", 631, true, false, "a protected reply can answer anything"},
		{Greeting, 220, true, true, ""},
		{Greeting, 120, true, true, ""},
		{Greeting, 421, true, false, "too many connections"},
		{Greeting, 530, true, false, ""},
		{Greeting, 200, false, false, "that is NNTP"},
		{Greeting, 426, false, false, ""},
		{"HOST", 220, true, true, "RFC 7151"},
		{"REIN", 120, true, true, ""},
		{"RETR", 0, false, false, "no code"},
		{"RETR", 99, false, false, "no code"},
		{"RETR", 700, false, false, "no code"},
	} {
		if got := VerbOf(tt.verb).Plausible(tt.code); got != tt.plausible {
			t.Errorf("Plausible(%q, %d) = %v: %s", tt.verb, tt.code, got, tt.reason)
		}
		if got := VerbOf(tt.verb).Characteristic(tt.code); got != tt.characteristic {
			t.Errorf("Characteristic(%q, %d) = %v: %s", tt.verb, tt.code, got, tt.reason)
		}
	}
}
