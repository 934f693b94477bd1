package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/session/compare"
)

// stretches writes what happened to a transfer, or to the control connection,
// between points. What was changed is shown as it was and as it came out.
func (r *comparer) stretches(s *compare.Session, v compare.View) {
	changed := make(map[compare.Packet]bool)
	for _, one := range r.stretchesOf[cmp.Or(v.Transfer, s.ID)] {
		if translation(one) && !r.text.Expand && !otherwise(s, v) {
			continue
		}
		shown := r.before(s, v, one)
		if len(shown) == 0 {
			r.stretch(s, one, r.said(s.Session, one.Text))
			continue
		}
		r.stretch(s, one, "the "+changedThing(one))
		if !changed[one.Packet] {
			r.oneBelowOther(shown)
		}
		changed[one.Packet] = true
	}
}

// stretch writes one line about a stretch.
func (r *comparer) stretch(s *compare.Session, one *compare.Stretch, text string) {
	mark, dress := r.stretchStyle(s, one)
	if text != "" {
		text = ": " + text
	}
	text = fmt.Sprintf("%s %s between %s and %s%s%s", mark, one.What, r.name(one.Between[0]), r.name(one.Between[1]), text, sure(one.Confidence))
	code := piece{"", r.strong}
	if f := r.told.byID[one.Finding]; f != nil {
		code.text = string(f.Code)
	}
	r.flow(indentFact, indentFact+2, piece{text, dress}, code)
}

// stretchStyle is how bad a stretch is: as its finding, else as what became of
// the transfer.
func (r *comparer) stretchStyle(s *compare.Session, one *compare.Stretch) (mark string, dress style) {
	if f := r.told.byID[one.Finding]; f != nil && severityOf(f) >= SeverityWarning {
		return r.mark(f), r.findingStyle(f)
	}
	failed := controlFailed(s.State)
	if t := r.told.transfers[one.Transfer]; t != nil {
		failed = Failed(t.Outcome)
	}
	switch {
	case one.What == compare.Changed:
		return "·", r.plain
	case failed:
		return "✗", r.bad
	}
	return "!", r.fair
}

// translation reports whether a stretch says only that a connection has other
// addresses behind it.
func translation(one *compare.Stretch) bool {
	return one.What == compare.Changed && one.Packet == compare.PacketSYN
}

func changedThing(one *compare.Stretch) string {
	if translation(one) {
		return "addresses"
	}
	return "announcement"
}

// version is how something looked at a point.
type version struct {
	point int
	text  string
}

// before are the versions of what a stretch changed; none where it is about
// something else.
func (r *comparer) before(s *compare.Session, v compare.View, one *compare.Stretch) []version {
	var look func(compare.Sight) string
	switch {
	case translation(one):
		look = addresses
	case one.What == compare.Changed && one.Packet == compare.PacketAnnouncement:
		look = func(v compare.Sight) string { return line(r.index(s.Session).masker.said(v.Announcement)) }
	default:
		return nil
	}
	if out := versions(v, look); len(out) > 1 {
		return out
	}
	return nil
}

// versions are those of something, in the order of the points, each where it is
// new.
func versions(v compare.View, look func(compare.Sight) string) []version {
	var out []version
	for _, sight := range v.Points {
		if text := look(sight); text != "" && (len(out) == 0 || out[len(out)-1].text != text) {
			out = append(out, version{sight.Point, text})
		}
	}
	return out
}

// addresses are those of a connection at a point.
func addresses(v compare.Sight) string {
	if v.Source == (netip.AddrPort{}) || v.Destination == (netip.AddrPort{}) {
		return ""
	}
	return pair(v.Source, v.Destination)
}

// oneBelowOther writes versions, each with the name of its point.
func (r *comparer) oneBelowOther(all []version) {
	var names, texts []string
	for _, one := range all {
		names = append(names, elide(r.name(one.point), max(r.width/3, leastName)))
		texts = append(texts, one.text)
	}
	r.beside(strings.Repeat(" ", indentFact+2), names, texts)
}

// happened reports whether something happened to a transfer, or to the control
// connection, between points: more than that addresses are translated as those of
// the whole session are.
func (r *comparer) happened(s *compare.Session, v compare.View) bool {
	return slices.ContainsFunc(r.stretchesOf[cmp.Or(v.Transfer, s.ID)], func(one *compare.Stretch) bool {
		return !translation(one) || otherwise(s, v)
	})
}
