package diagnose

import "slices"

// veto is a defect of the capture that keeps diagnoses from being made of a
// subject, or makes them less sure: what the capture cannot show, nobody may
// claim.
type veto struct {
	finding *Finding // says what the defect is; about the same subject
	codes   []Code   // diagnoses that it silences
	doubts  []Code   // diagnoses whose place and cause are no more than possible because of it
	doubt   string   // why nobody is to blame for these, in place of a cause that blames somebody
	unknown string   // what it keeps from being known: said in those of doubts and remarks
	remarks []Code   // diagnoses that are as sure as ever, but have an unknown more
	beside  bool     // the finding is also given beside diagnoses that are not silenced, but touched
}

func (v *veto) silences(code Code) bool { return slices.Contains(v.codes, code) }

// touch tells a finding what a veto that does not silence it keeps from being
// known, and reports whether there was such a thing.
func (v *veto) touch(f *Finding) bool {
	doubted := slices.Contains(v.doubts, f.Code)
	if !doubted && !slices.Contains(v.remarks, f.Code) {
		return false
	}
	if doubted {
		f.Location.Confidence = atMost(f.Location.Confidence, Possible)
		f.Cause.Confidence = atMost(f.Cause.Confidence, Possible)
		v.acquit(f)
	}
	if v.unknown != "" && !slices.Contains(f.Unknown, v.unknown) {
		f.Unknown = append(f.Unknown, v.unknown)
	}
	return true
}

// acquit takes out of a doubted finding what blames a firewall: a better capture
// comes first.
func (v *veto) acquit(f *Finding) {
	if blames(f.Cause.Text) {
		f.Cause.Text = v.doubt
	}
	f.Unknown = slices.DeleteFunc(f.Unknown, blames)
	f.Remedies = slices.DeleteFunc(f.Remedies, func(r Remedy) bool { return r.Who == ForFirewall || blames(r.Text) })
	f.Next = v.finding.Next
	for _, r := range v.finding.Remedies {
		if !slices.Contains(f.Remedies, r) {
			f.Remedies = append(f.Remedies, r)
		}
	}
}

// blames reports whether a text speaks of a firewall that lets something not pass.
func blames(text string) bool {
	return containsAny(text, "firewall", "packet filter", "stateful filter", "blocked", "drop")
}

// touched applies the vetoes to what they do not silence, and returns what they
// add to it.
func (s *subject) touched(all []*Finding) []*Finding {
	var out []*Finding
	for _, v := range s.applying() {
		by := false
		for _, f := range all {
			by = v.touch(f) || by
		}
		if by && v.beside && v.finding != nil {
			out = append(out, v.finding)
		}
	}
	return out
}

// Diagnoses that rest on something that was not seen.
var (
	// unseenPassive claim that the client did not connect past this point, and
	// unseenActive that the server did not.
	unseenPassive = []Code{PassiveNoAttempt, PassivePortRange, EpsvNotTracked, ALGNotAttached, TLSBlinds}
	unseenActive  = []Code{ActiveNeverSeen, ActivePrivateAddress, ActiveSourcePort, ALGNotAttached, TLSBlinds}
	// noAnswer claim that nobody answered.
	noAnswer = []Code{PassiveUnanswered, ActiveUnanswered, HandshakeNotCompleted}
	// halfSeen rest on what one side sent and the other did not take notice of.
	halfSeen = []Code{ControlUnreachable, GreetingMissing, AnnouncementDropped, SequenceDamage, SYNProxy, MTUBlackhole, ZeroWindowStall, DataSilence, ControlLost}
	// absentAny are all of them.
	absentAny = slices.Concat(unseenPassive, unseenActive, noAnswer, halfSeen)
)

// applying are the vetoes that apply to the subject. They are found out when the
// first is asked for: most subjects went well, and nobody asks.
func (s *subject) applying() []*veto {
	if s.vetoes == nil {
		s.vetoes = make([]*veto, 0, 1)
		for _, rule := range vetoRules {
			if v := rule(s); v != nil {
				s.vetoes = append(s.vetoes, v)
			}
		}
	}
	return s.vetoes
}

// vetoRules are asked in this order: the most fundamental defect first.
var vetoRules = []func(*subject) *veto{
	captureOneDirection,
	captureControlOnly,
	captureFTPPortsOnly,
	captureEndsEarly,
	captureTruncated,
	captureStartsLate,
	captureLossy,
	captureClock,
	captureOffload,
	captureNoICMP,
}

// defect begins a finding about the capture that says why little can be said of
// the subject.
func (s *subject) defect(code Code) *Finding {
	f := s.finding(code, Warning)
	f.key = ""
	f.Location = Place{Statement{"in the capture itself, not in the network", Certain}, InCapture}
	f.Evidence = []Evidence{{s.First, "the first packet of the control connection"}}
	if s.t != nil && s.t.Announcement != nil {
		f.Evidence = []Evidence{announces(s.t.Announcement)}
	}
	if r := s.reply(); r != nil {
		f.Evidence = append(f.Evidence, replied(r))
	}
	f.Filter = s.dataFilter()
	return f
}
