package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// sequenceDamage: from the announcement on one side counts bytes of the other that
// the other did not send, or does not count some that it sent. A NAT that rewrites
// an announcement changes its length, and must correct all later sequence and
// acknowledgment numbers.
//
// https://www.rfc-editor.org/rfc/rfc2663#section-7.1
func sequenceDamage(s *subject) *Finding {
	if s.t == nil || s.t.Announcement == nil || s.Control == nil || s.completed() || s.encryptedBy(s.t.Announcement.Seen) {
		return nil
	}
	from := announcer(s.t.Mode)
	d, ok := s.miscounted(from)
	if !ok {
		return nil
	}
	a := s.t.Announcement
	f := s.finding(SequenceDamage, Error)
	f.key = a.Verb
	f.Headline = fmt.Sprintf("From %s on client and server count the bytes of the connection differently", a.Verb)
	f.Observation = Statement{d.text, Certain}
	f.Location = s.beyond(from.Other())
	f.Cause = Statement{fmt.Sprintf("a NAT rewrote the address in %s, which changed its length, and does not correct the numbers of later packets", a.Verb), Possible}
	f.Evidence = append([]Evidence{{a.Seen, "the line with the announcement"}}, d.evidence...)
	f.Unknown = []string{"whether the text was rewritten, and how: only a capture on the other side shows it"}
	f.Next = s.captureAtOther(from.Other())
	f.Remedies = s.remedies(s.otherForm(), fixHelperOff)
	f.Filter = s.controlFilter()
	return f
}

// discrepancy is what two sides count differently.
type discrepancy struct {
	text     string
	evidence []Evidence
}

// miscounted looks for a discrepancy about what the announcer sent.
func (s *subject) miscounted(from ftp.Side) (d discrepancy, ok bool) {
	if d, ok = s.countedTooFar(from); !ok {
		d, ok = s.countedTooShort(from)
	}
	return d, ok
}

// rewriting is by how much the length of an announcement can change when an
// address and a port in it are replaced.
const rewriting = 20

// countedTooFar: the other side acknowledges more than the announcer sent, by the
// same number of bytes each time, while the announcer repeats itself.
func (s *subject) countedTooFar(from ftp.Side) (d discrepancy, ok bool) {
	to := from.Other()
	u := s.Control.Half[to].Unsent
	st := s.Control.Half[from].Stuck
	if u.Count < 2 || !u.Constant || u.Delta <= 0 || u.Delta > rewriting || sooner(u.First, s.t.Announcement.Seen) || st.Repeats == 0 {
		return d, false
	}
	d.text = fmt.Sprintf("%s acknowledged %s more than %s had sent, %s, always as many; %s repeats what it sent", name(to), count(int(u.Delta), "byte"), name(from), times(u.Count), name(from))
	d.evidence = []Evidence{
		{u.First, fmt.Sprintf("%s acknowledges %s too many", name(to), count(int(u.Delta), "byte"))},
		{u.Last, "the same for the last time"},
	}
	for _, r := range st.Repeated {
		d.evidence = append(d.evidence, Evidence{r, name(from) + " repeats what it sent"})
	}
	return d, true
}

// countedTooShort: the announcement was answered, so that it had arrived, and yet
// its last bytes are not acknowledged, however often they are repeated.
func (s *subject) countedTooShort(from ftp.Side) (d discrepancy, ok bool) {
	a := s.t.Announcement
	h := &s.Control.Half[from]
	st := &h.Stuck
	answer := s.answerTo(from)
	lacking := h.Bytes - h.Acked
	if !answer.Yes() || st.Repeats < 2 || !st.First.Yes() || lacking <= 0 || sooner(answer, st.First) {
		return d, false
	}
	if st.First.Ref != a.Seen.Ref || !sooner(answer, st.Repeated[len(st.Repeated)-1]) || st.Length > rewriting {
		return d, false
	}
	to := name(from.Other())
	d.text = fmt.Sprintf("%s answered the line, but never acknowledged its last %s; %s repeats them", to, count(st.Length, "byte"), name(from))
	d.evidence = []Evidence{{answer, to + " answers the line"}}
	for _, r := range st.Repeated {
		d.evidence = append(d.evidence, Evidence{r, "sent once more, and not acknowledged"})
	}
	return d, true
}

// answerTo is what shows that the announcement was read: a reply to PORT, which
// is taken for one that answers nothing if it does not acknowledge the whole line,
// or the transfer command behind a 227.
func (s *subject) answerTo(from ftp.Side) ftp.Seen {
	a := s.t.Announcement
	if from == server {
		if s.t.Command != nil && sooner(a.Seen, s.t.Command.Seen) {
			return s.t.Command.Seen
		}
		return ftp.Seen{}
	}
	if a.Reply != nil {
		return a.Reply.Seen
	}
	for _, r := range s.Unsolicited {
		if r.Code == 200 && sooner(a.Seen, r.Seen) && (!s.t.Next.Yes() || sooner(r.Seen, s.t.Next)) {
			return r.Seen
		}
	}
	return ftp.Seen{}
}
