package report

import (
	"math"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/compare"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Comparison puts the report about several points together.
func (b Builder) Comparison(c Comparison) *Document {
	b.witnesses = c.witnesses()
	d := b.Document(c.Captures, c.Notices, c.sessions(), c.said())
	d.Path = b.path(c.Path)
	return d
}

func (b Builder) path(res *compare.Result) *Path {
	out := &Path{
		Points:    append([]int{}, res.Order...),
		Clocks:    make([]Clock, 0, len(res.Clocks)),
		Views:     []View{},
		Controls:  []View{},
		Stretches: []Stretch{},
		Because:   make([]string, 0, len(res.Because)),
		Aside:     append([]int{}, res.Aside...),
	}
	for _, why := range res.Because {
		out.Because = append(out.Because, UTF8(why))
	}
	for _, one := range res.Clocks {
		out.Clocks = append(out.Clocks, clockOf(one, len(res.Order) > 0 && one.Point == res.Order[0]))
	}
	for _, s := range res.Sessions {
		m := b.masker(s.Session)
		out.Controls = append(out.Controls, view(s, s.Control, m))
		for _, v := range s.Views {
			out.Views = append(out.Views, view(s, v, m))
		}
		for _, one := range s.Stretches {
			out.Stretches = append(out.Stretches, stretch(s, one, m))
		}
	}
	return out
}

// clockOf describes a clock; the first is the one that the others are held
// against.
func clockOf(c compare.Clock, first bool) Clock {
	out := Clock{Capture: c.Point, Bounded: c.Bounded, Pairs: c.Pairs, DriftPPM: math.Round(c.Drift*1000) / 1000, Unsteady: c.Unsteady}
	if c.Pairs > 0 || first {
		out.Offset = new(rounded(c.Offset).String())
		if c.Bounded {
			out.Spread = new(rounded(c.Spread).String())
		}
	}
	return out
}

// rounded is a time without what is below a microsecond, if it is longer.
func rounded(d time.Duration) time.Duration {
	if d.Abs() < time.Microsecond {
		return d
	}
	return d.Round(time.Microsecond)
}

func view(s *compare.Session, v compare.View, m *masker) View {
	out := View{Transfer: idOf(v.Transfer), Session: s.ID, Points: make([]ViewPoint, 0, len(v.Points))}
	for _, one := range v.Points {
		out.Points = append(out.Points, viewPoint(one, m))
	}
	return out
}

func viewPoint(v compare.Sight, m *masker) ViewPoint {
	out := ViewPoint{Capture: v.Point, Answer: viewAnswer(v.Answer), Bytes: v.Bytes}
	if v.Announcement != "" {
		out.Announcement = &ViewText{Text: UTF8(m.said(v.Announcement)), Frame: v.Announced.Frame}
	}
	if frames := synFrames(v.Conn); len(frames) > 0 {
		out.SYN = &ViewSYN{Source: v.Source.String(), Destination: v.Destination.String()}
		for _, ref := range frames {
			out.SYN.Frames = append(out.SYN.Frames, ref.Frame)
		}
	}
	if v.Reply != nil {
		out.Reply = &FinalReply{Code: v.Reply.Code, Text: UTF8(m.reply(v.Reply.Text)), Frame: v.Reply.Seen.Frame}
	}
	if v.Blind != "" {
		out.Blind = new(UTF8(m.said(v.Blind)))
	}
	return out
}

// synFrames are the SYNs of a connection, of which there may be none.
func synFrames(c *ftp.Conn) []ftp.Ref {
	if c == nil {
		return nil
	}
	refs := make([]ftp.Ref, len(c.SYNs))
	for i, syn := range c.SYNs {
		refs[i] = syn.Ref
	}
	return refs
}

var answerKinds = map[ftp.AnswerKind]string{ftp.AnswerSYNACK: "syn-ack", ftp.AnswerRST: "rst", ftp.AnswerICMP: "icmp"}

func viewAnswer(a *ftp.Answer) ViewAnswer {
	if a == nil || a.Kind == ftp.AnswerNone {
		return ViewAnswer{}
	}
	out := ViewAnswer{Kind: new(answerKinds[a.Kind]), Frame: frame(a.Frame)}
	if a.From != (netip.Addr{}) {
		out.From = new(a.From.String())
	}
	return out
}

func stretch(s *compare.Session, one *compare.Stretch, m *masker) Stretch {
	out := Stretch{
		Transfer: idOf(one.Transfer), Session: s.ID, Between: one.Between, Packet: string(one.Packet), Direction: "to-client",
		What: string(one.What), Finding: idOf(one.Finding), Text: UTF8(m.said(one.Text)), Confidence: string(one.Confidence),
		Evidence: evidence(one.Evidence, m),
	}
	if one.ToServer {
		out.Direction = "to-server"
	}
	return out
}

func evidence(all []diagnose.Evidence, m *masker) []Evidence {
	out := make([]Evidence, 0, len(all))
	for _, e := range all {
		out = append(out, Evidence{e.Capture, e.Frame, moment(e.Time), UTF8(m.said(e.Text))})
	}
	return out
}

// idOf is nil for the id of nothing.
func idOf(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}
