package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// told arranges what there is to say for the text. It is made once: what is
// said of one of many transfers must not cost a walk over all findings.
type told struct {
	standing   []*diagnose.Finding            // not withdrawn, in the order of the sessions, those about captures last
	byID       map[string]*diagnose.Finding   // of them
	ofSession  map[string][]*diagnose.Finding // by id, those about the session as a whole
	ofTransfer map[string][]*diagnose.Finding // by id
	codes      map[string]string              // by id of a session or transfer: equal if the same went wrong
	transfers  map[string]*session.Transfer   // by id
	sights     map[string]string              // by id of a session or transfer: equal if several points saw it alike; nil of one point
}

// tell arranges what a result says.
func tell(res Result) *told {
	d := &told{
		standing:   standing(res.Said.all(res.Sessions)),
		byID:       make(map[string]*diagnose.Finding),
		ofSession:  make(map[string][]*diagnose.Finding),
		ofTransfer: make(map[string][]*diagnose.Finding),
		codes:      make(map[string]string),
		transfers:  make(map[string]*session.Transfer),
	}
	for _, f := range d.standing {
		d.byID[f.ID] = f
		for _, id := range f.Transfers {
			d.ofTransfer[id] = append(d.ofTransfer[id], f)
			d.wrong(id, f)
		}
		if len(f.Transfers) == 0 && f.Session != "" {
			d.ofSession[f.Session] = append(d.ofSession[f.Session], f)
			d.wrong(f.Session, f)
		}
	}
	for _, s := range res.Sessions {
		for _, t := range s.Transfers {
			d.transfers[t.ID] = t
		}
		d.beyond(s.Transfers)
	}
	return d
}

// seen notes what several points saw of a session and its transfers.
func (d *told) seen(s *compare.Session) {
	for _, v := range append([]compare.View{s.Control}, s.Views...) {
		id, key := cmp.Or(v.Transfer, s.ID), fmt.Sprint(disagreed(v))
		for _, one := range v.Points {
			key += fmt.Sprint("|", one.Point, one.Announcement != "", one.Conn != nil, one.Reply != nil)
			switch {
			case lived(one):
				key += "open"
			case one.Answer != nil:
				key += fmt.Sprint(hasSYN(one), one.Answer.Kind)
			default:
				key += fmt.Sprint(hasSYN(one))
			}
		}
		d.sights[id] = key
	}
	for _, one := range s.Stretches {
		d.sights[cmp.Or(one.Transfer, s.ID)] += fmt.Sprint("|", one.Between, one.Packet, one.What)
	}
}

func (d *told) wrong(id string, f *diagnose.Finding) {
	if severityOf(f) >= SeverityWarning {
		d.codes[id] += " " + string(f.Code)
	}
}

// beyond extends findings to what they count and do not list any more: the
// transfers behind those that they list, as long as they go the same way.
func (d *told) beyond(transfers []*session.Transfer) {
	codes, key := "", "" // of the last transfer of a finding that counts more than it lists
	for _, t := range transfers {
		switch own := d.codes[t.ID]; {
		case own != "":
			codes, key = "", ""
			if slices.ContainsFunc(d.ofTransfer[t.ID], func(f *diagnose.Finding) bool { return f.Count > len(f.Transfers) }) {
				codes, key = own, transferKey(t)
			}
		case codes != "" && transferKey(t) == key:
			d.codes[t.ID] = codes
		default:
			codes, key = "", ""
		}
	}
}

// causes are the findings that one follows from, and those that these follow
// from.
func (d *told) causes(f *diagnose.Finding) []*diagnose.Finding {
	var out []*diagnose.Finding
	for next := []*diagnose.Finding{f}; len(next) > 0; next = next[1:] {
		for _, id := range next[0].Because {
			if b := d.byID[id]; b != nil && b != f && !slices.Contains(out, b) {
				out, next = append(out, b), append(next, b)
			}
		}
	}
	return out
}

// under are the ids of the findings that are shown below another one, as its
// cause. Those that are no worse than a severity are not shown themselves.
func (d *told) under(least Severity) map[string]bool {
	out := make(map[string]bool)
	for _, f := range d.standing {
		if severityOf(f) < least {
			continue
		}
		for _, b := range d.causes(f) {
			out[b.ID] = true
		}
	}
	return out
}
