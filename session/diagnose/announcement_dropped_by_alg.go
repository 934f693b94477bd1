package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// announcementDropped: the packet with the announcement is sent again and again
// and never acknowledged, or never passes at all though what is behind it does.
// Firewalls that read FTP hold back an announcement that they cannot make out, as
// one that comes in pieces.
func announcementDropped(s *subject) *Finding {
	if s.Control == nil || s.completed() {
		return nil
	}
	var f *Finding
	if s.t == nil {
		f = s.pieceMissing()
	} else {
		f = s.announcementStuck()
	}
	if f == nil {
		return nil
	}
	f.Filter = s.controlFilter()
	return f
}

// The size up to which a packet is one that a small MTU does not explain, and how
// often and how long it must have been repeated in vain.
const (
	smallPacket = 500
	vainRepeats = 3
)

// announcementStuck: the announcement passed here, and was never acknowledged.
func (s *subject) announcementStuck() *Finding {
	a := s.t.Announcement
	if a == nil {
		return nil
	}
	from := announcer(s.t.Mode)
	h := &s.Control.Half[from]
	st := &h.Stuck
	switch {
	case !st.First.Yes() || st.First.Ref != a.Seen.Ref && !s.pieceOf(st.First):
		return nil
	case st.Repeats < vainRepeats || st.Length == 0 || st.Length > smallPacket || st.Offset == 0:
		return nil
	case from == client && a.Reply != nil || s.windowClosed(from.Other(), st.First):
		return nil // it arrived, or there was no room for it
	}
	if _, miscounted := s.miscounted(from); miscounted {
		return nil // it arrived, and is acknowledged wrongly
	}
	if silent := st.First.Time.Sub(s.latestBefore(st.First).Time); silent >= forgotten {
		return nil // a connection that was forgotten looks like this, too
	}
	last := st.Repeated[len(st.Repeated)-1]
	to := from.Other()
	f := s.finding(AnnouncementDropped, Error)
	f.key = a.Verb
	what := a.Verb
	if from == server {
		what = "the answer to " + a.Verb
	}
	f.Headline = fmt.Sprintf("%s does not get through to %s", capital(what), name(to))
	f.Observation = Statement{fmt.Sprintf("a packet of %d bytes with %s was sent %s in %s and never acknowledged", st.Length, what, times(st.Repeats+1), Duration(last.Time.Sub(st.First.Time))), Certain}
	f.Location = s.beyond(to)
	f.Cause = Statement{"a firewall that reads FTP holds this packet back", Possible}
	f.Evidence = []Evidence{{st.First, fmt.Sprintf("%s, %d bytes, never acknowledged", what, st.Length)}}
	for _, r := range st.Repeated {
		f.Evidence = append(f.Evidence, Evidence{r, "the same once more"})
	}
	f.Evidence = shortened(f.Evidence)
	if spot := s.helperLost(); spot != nil && spot.Dropped {
		f.Cause = Statement{"a firewall that reads FTP as Linux does holds this packet back: " + spot.Why, Likely}
		f.Evidence = append(f.Evidence, Evidence{spot.At, "where such a firewall stumbles"})
	}
	if alive, text := s.aliveMeanwhile(from, st); alive.Yes() {
		f.Observation.Text += "; " + text
		f.Evidence = append(f.Evidence, Evidence{alive, text})
		f.Cause.Confidence = Likely
	} else {
		f.Cause.Text += "; or the way broke just then"
		f.Unknown = append(f.Unknown, "whether anything else still got through by then: nothing else was sent")
	}
	f.Unknown = append(f.Unknown, fmt.Sprintf("whether the packet did not reach %s or its acknowledgment was lost", name(to)))
	f.Next = s.captureAtOther(to)
	f.Remedies = s.remedies(s.dropFixes(a.Cast.Pieces)...)
	return f
}

func (s *subject) dropFixes(pieces int) []fix {
	if pieces > 1 {
		return []fix{fixSegments, s.otherForm(), fixHelperOff, fixStaticRange}
	}
	return []fix{s.otherForm(), fixHelperOff, fixStaticRange, fixSegments}
}

// pieceOf reports whether a packet of the announcer is the first part of the
// announcement, which came in several segments: the line counts as seen where it
// was complete.
func (s *subject) pieceOf(first ftp.Seen) bool {
	a := s.t.Announcement
	if a.Cast.Pieces < 2 || !sooner(first, a.Seen) {
		return false
	}
	if announcer(s.t.Mode) == server {
		return sooner(a.Asked, first)
	}
	for _, c := range s.Commands {
		if sooner(c.Seen, a.Seen) && !sooner(c.Seen, first) {
			return false
		}
	}
	return true
}

// windowClosed reports whether a side had no room when a packet came to it.
func (s *subject) windowClosed(side ftp.Side, at ftp.Seen) bool {
	c := s.Control.Half[side].Closed
	return c.First.Yes() && !sooner(at, c.First) && !sooner(c.Last, at)
}

// aliveMeanwhile is a packet of the other side that came while the announcement
// was repeated: the way as such was up.
func (s *subject) aliveMeanwhile(from ftp.Side, st *ftp.Stuck) (ftp.Seen, string) {
	other := name(from.Other())
	at := s.Control.Half[from.Other()].LastPacket
	switch {
	case !at.Yes():
	case at.Time.Sub(st.First.Time) > max(cutWithin, 2*s.roundTrip()):
		return at, fmt.Sprintf("%s still sent packets %s later", other, Duration(at.Time.Sub(st.First.Time)))
	case st.Beyond > 0 && s.t.Announcement.Cast.Pieces > 1 && sooner(s.t.Announcement.Seen, at):
		return at, fmt.Sprintf("%s received the rest of the line and still waits for this packet", other)
	}
	return ftp.Seen{}, ""
}

// pieceMissing: later bytes of the client or of the server passed here, and a
// small piece before them never did; the other side waits for it.
func (s *subject) pieceMissing() *Finding {
	for _, from := range []ftp.Side{client, server} {
		h := &s.Control.Half[from]
		if st := &h.Stuck; st.First.Yes() || st.Beyond == 0 || st.Offset == 0 || h.Missing <= 0 || h.Missing > smallPacket {
			continue
		}
		waited := s.Now.Sub(h.Progress.Time)
		if end := s.parted(); end.Yes() {
			waited = end.Time.Sub(h.Progress.Time)
		}
		if waited < leastWait || s.encryptedBy(h.Progress) {
			continue
		}
		f := s.finding(AnnouncementDropped, Error)
		f.key = "hole " + name(from)
		f.Headline = fmt.Sprintf("A small piece of what %s said never arrives, and the session stands still", name(from))
		f.Observation = Statement{fmt.Sprintf("%s of %s never passed here, what is behind did; %s waited for it for %s", count(int(h.Missing), "byte"), name(from), name(from.Other()), Duration(waited)), Certain}
		f.Location = s.before(from)
		f.Cause = Statement{"a firewall that reads FTP holds a packet back, as one with the first part of PORT or of a 227", Possible}
		f.Evidence = []Evidence{{h.Progress, "bytes from behind the missing piece"}}
		if h.Confirmed.Yes() {
			f.Evidence = append(f.Evidence, Evidence{h.Confirmed, name(from.Other()) + " acknowledges up to the missing piece"})
		}
		f.Unknown = []string{"what the missing piece says: only its sender's side shows it"}
		f.Next = s.captureAtOther(from)
		f.Remedies = s.remedies(s.dropFixes(2)...)
		return f
	}
	return nil
}

// encryptedBy reports whether the control connection was encrypted by then: a box
// cannot tell announcements from other bytes then.
func (s *subject) encryptedBy(at ftp.Seen) bool {
	return s.Secured.Yes() && sooner(s.Secured, at)
}
