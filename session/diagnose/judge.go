package diagnose

import (
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// judge asks the rules about the subject, and the vetoes if a rule fires.
func (s *subject) judge() []*Finding {
	s.vetoes = nil
	headline, silenced := s.headline()
	var out []*Finding
	if headline == nil && silenced != nil {
		headline = silenced
	}
	if headline == nil {
		headline = s.unexplained()
	}
	if headline != nil {
		s.proof.apply(headline)
		s.preferWhatWorks(headline)
		causes := s.causes(headline)
		headline.because = append(headline.because, causes...)
		out = append(append(out, headline), causes...)
	}
	out = append(out, s.remarks(headline)...)
	if len(out) == 0 {
		return nil
	}
	out = append(out, s.touched(out)...)
	for _, f := range out {
		s.proof.translated(f)
		s.polish(f)
	}
	return out
}

// headline is what the first rule says that fires. silenced is what is said in
// its place if a veto keeps it from being said.
func (s *subject) headline() (headline, silenced *Finding) {
	for _, r := range s.rules().headlines {
		f := r.match(s)
		if f == nil {
			continue
		}
		if v := s.vetoed(f.Code); v != nil {
			if silenced == nil {
				silenced = v.finding
			}
			continue
		}
		return f, silenced
	}
	return s.refusedEarlier(), silenced
}

// refusedEarlier is the headline of the announcement right before a transfer command
// that was refused for want of one: both are one fault.
func (s *subject) refusedEarlier() *Finding {
	if s.t == nil || s.t.Outcome != session.OutcomeRejected || s.t.Announcement != nil || !connectionFailed(s.t.Reply) {
		return nil
	}
	i := slices.Index(s.Transfers, s.t) - 1
	if i < 0 || s.Transfers[i].Outcome != session.OutcomeRejected || s.Transfers[i].Command != nil || s.Transfers[i].Announcement == nil {
		return nil
	}
	earlier := *s
	earlier.t, earlier.vetoes = s.Transfers[i], s.applying()
	f, _ := earlier.headline()
	if f == nil {
		return nil
	}
	f.Transfers = []string{s.t.ID}
	f.Evidence = append(f.Evidence, Evidence{s.t.Reply.Seen, "to the transfer command it replies " + said(s.t.Reply)})
	return f
}

// preferWhatWorks notes which transfers of the session went well in another way, and
// makes that way the first advice: it costs least.
func (s *subject) preferWhatWorks(f *Finding) {
	if s.t == nil || !slices.Contains(ofMode, f.Code) {
		return
	}
	f.Works = s.works()
	if f.Severity == Note {
		return
	}
	var first []Remedy
	for _, t := range s.Transfers {
		if !slices.Contains(f.Works, t.ID) {
			continue
		}
		for _, r := range s.remedies(wayOf(t, s.t)...) {
			same := func(o Remedy) bool { return o.Who == r.Who && o.Example == r.Example }
			f.Remedies = slices.DeleteFunc(f.Remedies, same)
			if i := slices.IndexFunc(first, same); i >= 0 {
				first[i].Text += ", " + t.ID
				continue
			}
			r.Text, _, _ = strings.Cut(r.Text, ":")
			r.Text = strings.Replace(r.Text, "Try ", "Use ", 1) + ": it worked here, " + t.ID
			first = append(first, r)
		}
	}
	f.Remedies = append(first, f.Remedies...)
}

// wayOf is the advice to do as one transfer did, given to another that went by
// another mode or announcement.
func wayOf(good, bad *session.Transfer) []fix {
	switch {
	case good.Mode != bad.Mode && good.Mode == ftp.ModePassive:
		return []fix{fixUsePassive}
	case good.Mode != bad.Mode:
		return []fix{fixUseActive}
	case verbOf(good) == "PASV":
		return []fix{fixUsePASV}
	case verbOf(good) == "EPSV":
		return []fix{fixUseEPSV}
	}
	return nil
}

// unused reports whether nobody wanted the transfer: what was only announced has
// a headline if that went wrong, and no other.
func (s *subject) unused() bool {
	return s.t != nil && s.t.Outcome == session.OutcomeUnused
}

// causes are what attaches to the headline. The fault has one error, the headline, so
// none of them is one; and what is only possible gives way to what is more.
func (s *subject) causes(headline *Finding) []*Finding {
	var out []*Finding
	for _, r := range s.rules().causes {
		if !slices.Contains(r.of, headline.Code) {
			continue
		}
		if f := r.match(s); f != nil && s.vetoed(f.Code) == nil && !s.proof.excludes(f.Code) {
			if f.Severity == Error && headline.Severity == Error {
				f.Severity = Warning
				f.key += " cause" // not to be merged with what was a warning before
			}
			out = append(out, f)
		}
	}
	weak := func(f *Finding) bool { return f.Cause.Confidence == Possible }
	if !slices.ContainsFunc(out, func(f *Finding) bool { return !weak(f) }) {
		return out
	}
	return slices.DeleteFunc(out, weak)
}

// remarks are what is said whatever the headline is, and of transfers that went
// well.
func (s *subject) remarks(headline *Finding) []*Finding {
	var out []*Finding
	for _, r := range s.rules().remarks {
		if f := r.match(s); f != nil && s.vetoed(f.Code) == nil && (headline == nil || headline.Code != f.Code) {
			out = append(out, f)
		}
	}
	return out
}

// vetoed is the veto that keeps a diagnosis from being made, or nil.
func (s *subject) vetoed(code Code) *veto {
	for _, v := range s.applying() {
		if v.silences(code) {
			return v
		}
	}
	return nil
}

// unexplained is what is said of a transfer of which nothing is known: a veto
// that applies says why.
func (s *subject) unexplained() *Finding {
	if s.t == nil || s.t.Outcome != session.OutcomeUnknown && s.t.Outcome != session.OutcomeIncomplete && s.t.Outcome != session.OutcomeUnseen {
		return nil
	}
	for _, v := range s.applying() {
		if v.finding != nil {
			return v.finding
		}
	}
	return nil
}

// polish holds every finding to the rules that hold for all: what went well has
// no error, what is guessed is said to be, evidence is bounded and in order.
func (s *subject) polish(f *Finding) {
	if s.elsewhere() {
		f.Unknown = append(f.Unknown, "whether this connection belongs to the session at all: that is taken from its time, right after words of the server that cannot be read")
	}
	if s.completed() && f.Severity == Error {
		f.Severity = Warning
	}
	f.takeCommand()
	s.thin(f)
	sortEvidence(f.Evidence)
	if len(f.Evidence) > MaxEvidence {
		f.Evidence = shortened(f.Evidence)
	}
}

// elsewhere reports whether the data connection goes to neither host of the session,
// and nothing that can be read announced it.
func (s *subject) elsewhere() bool {
	if s.t == nil || s.t.Correlation != session.CorrelationInferred || s.t.Data == nil {
		return false
	}
	to := s.t.Data.Destination.Addr()
	return to != s.Client.Addr() && to != s.Server.Addr()
}
