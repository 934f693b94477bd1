package report

import (
	"slices"
	"strings"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// session puts a line with a session and names what there is to say about it.
func (e *encoder) session(s *session.Session, said diagnose.Explanation) {
	e.capture = s.First.Capture
	e.note(said.Findings)
	e.put(`{"type":"session"`)
	e.text(`,"id":`, s.ID)
	e.int(`,"capture":`, int64(s.First.Capture))
	e.control(`,"control":`, s)
	e.textIf(s.HasBanner, `,"banner":`, s.Banner)
	e.textIf(s.HasUser, `,"user":`, s.User)
	e.text(`,"login":`, string(s.Login))
	e.text(`,"security":`, string(s.Security))
	list(e, `,"commands":`, s.Commands, (*encoder).command)
	list(e, `,"transfers":`, s.Transfers, (*encoder).transfer)
	list(e, `,"findings":`, said.Findings, (*encoder).findingID)
	list(e, `,"unsolicited":`, s.Unsolicited, (*encoder).commandReply)
	list(e, `,"needs":`, said.Needs, (*encoder).need)
	e.put("}\n")
}

func (e *encoder) control(key string, s *session.Session) {
	e.put(key)
	e.endpoint(`{"client":`, s.Client)
	e.endpoint(`,"server":`, s.Server)
	e.text(`,"state":`, string(s.State))
	e.int(`,"first_frame":`, s.First.Frame)
	e.int(`,"last_frame":`, s.Last.Frame)
	e.time(`,"start":`, s.First.Time)
	e.time(`,"end":`, s.Last.Time)
	e.put(`}`)
}

func (e *encoder) command(c session.Command) {
	e.int(`{"frame":`, c.Seen.Frame)
	e.time(`,"time":`, c.Seen.Time)
	e.text(`,"verb":`, c.Verb)
	e.text(`,"argument":`, e.masker.argument(c.Verb, c.Argument))
	list(e, `,"replies":`, c.Replies, (*encoder).commandReply)
	e.elsewhere(c.Seen)
	e.put(`}`)
}

func (e *encoder) commandReply(r session.Reply) {
	e.int(`{"frame":`, r.Seen.Frame)
	e.time(`,"time":`, r.Seen.Time)
	e.int(`,"code":`, int64(r.Code))
	e.text(`,"text":`, e.masker.reply(r.Text))
	e.elsewhere(r.Seen)
	e.put(`}`)
}

func (e *encoder) need(n diagnose.Need) {
	e.text(`{"what":`, n.What)
	e.addr(`,"from":`, n.From)
	if n.FromPort == 0 {
		e.null(`,"from_port":`)
	} else {
		e.int(`,"from_port":`, int64(n.FromPort))
	}
	e.addr(`,"to":`, n.To)
	e.int(`,"ports":{"low":`, int64(n.Low))
	e.int(`,"high":`, int64(n.High))
	e.int(`},"count":`, int64(n.Count))
	list(e, `,"transfers":`, n.Transfers, (*encoder).id)
	list(e, `,"frames":`, n.Frames, (*encoder).frame)
	e.put(`}`)
}

// mention says that a finding is about a transfer.
type mention struct{ transfer, finding string } // ids

// note notes which transfers of a session its findings are about, in order of
// transfers, and for each in order of findings.
func (e *encoder) note(findings []*diagnose.Finding) {
	e.mentions = e.mentions[:0]
	for _, f := range findings {
		for _, id := range f.Transfers {
			e.mentions = append(e.mentions, mention{id, f.ID})
		}
	}
	slices.SortStableFunc(e.mentions, func(a, b mention) int { return strings.Compare(a.transfer, b.transfer) })
	e.mentions = slices.Compact(e.mentions)
}

// mentionsOf are those of a transfer.
func (e *encoder) mentionsOf(transfer string) []mention {
	from, _ := slices.BinarySearchFunc(e.mentions, transfer, func(m mention, id string) int { return strings.Compare(m.transfer, id) })
	to := from
	for to < len(e.mentions) && e.mentions[to].transfer == transfer {
		to++
	}
	return e.mentions[from:to]
}

func (e *encoder) mention(m mention)             { e.id(m.finding) }
func (e *encoder) findingID(f *diagnose.Finding) { e.id(f.ID) }
