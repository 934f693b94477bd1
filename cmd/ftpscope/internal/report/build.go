package report

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// Builder turns what the tracker knows into the parts of a document.
type Builder struct {
	Version     string // of the program
	ShowSecrets bool

	witnesses map[string][]*session.Session // by id, where several points have it
}

// masker knows the secrets of a session.
func (b Builder) masker(s *session.Session) *masker {
	return newMasker(s, !b.ShowSecrets, b.witnesses[s.ID]...)
}

// Notice is something that the decoder or the tracker has to say about a
// capture.
type Notice struct {
	Seen    ftp.Seen // where; the capture always, the frame if there is one
	Session string   // id of the session it is about, or empty
	ftp.Notice
}

// Document puts the whole report together. The sessions may come in any order.
func (b Builder) Document(captures []capture.Info, notices []Notice, sessions []*session.Session, said Explanations) *Document {
	d := &Document{
		Schema:   SchemaName,
		Tool:     Tool{Name: "ftpscope", Version: b.Version},
		Captures: b.Captures(captures, notices, said.Vantages),
		Sessions: make([]*Session, 0, len(sessions)),
		Findings: []*Finding{},
	}
	sessions = InOrder(sessions)
	for _, s := range sessions {
		d.Sessions = append(d.Sessions, b.Session(s, said.Sessions[s.ID]))
		d.Findings = append(d.Findings, b.Findings(s, said.Sessions[s.ID].Findings)...)
		d.Summary.Add(s)
	}
	d.Findings = append(d.Findings, b.Findings(nil, said.Captures)...)
	var tally Tally
	for _, f := range said.all(sessions) {
		tally.Add(f)
	}
	d.Summary.Findings = tally.counts()
	return d
}

// InOrder sorts sessions as the report has them: in order of first packet,
// which is that of the numbers in their ids.
func InOrder(sessions []*session.Session) []*session.Session {
	return slices.SortedStableFunc(slices.Values(sessions), func(a, b *session.Session) int {
		return cmp.Compare(number(a.ID), number(b.ID))
	})
}

// number is the last number of an id: 2 of "s1.t2".
func number(id string) int {
	n, _ := strconv.Atoi(id[strings.LastIndexFunc(id, notDigit)+1:])
	return n
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

// Captures describes the captures, with the notices about each and where it was
// taken.
func (b Builder) Captures(infos []capture.Info, notices []Notice, vantages []diagnose.Vantage) []*Capture {
	out := make([]*Capture, len(infos))
	for i, info := range infos {
		out[i] = b.capture(info)
		if i < len(vantages) {
			out[i].Vantage = vantage(vantages[i])
		}
	}
	for _, n := range notices {
		if n.Seen.Capture < 0 || n.Seen.Capture >= len(out) {
			continue
		}
		p := Problem{Code: n.Code, Message: UTF8(n.Message), Frame: frame(n.Seen.Frame)}
		if n.Session != "" {
			p.Message = n.Session + ": " + p.Message
		}
		c := out[n.Seen.Capture]
		c.Problems = append(c.Problems, p)
	}
	return out
}

func (b Builder) capture(info capture.Info) *Capture {
	c := &Capture{
		Name:      UTF8(info.Name),
		Format:    info.Format,
		LinkTypes: make([]string, 0, len(info.LinkTypes)),
		Packets:   info.Packets,
		Bytes:     info.Bytes,
		First:     timeOf(info.First),
		Last:      timeOf(info.Last),
		Complete:  info.Complete,
		Problems:  make([]Problem, 0, len(info.Problems)),
	}
	if info.Compression != "" {
		c.Compression = &info.Compression
	}
	if info.Drops > 0 || info.Drops == 0 && info.Format == "live" {
		c.Drops = &info.Drops
	}
	for _, l := range info.LinkTypes {
		c.LinkTypes = append(c.LinkTypes, l.String())
	}
	for _, p := range info.Problems {
		c.Problems = append(c.Problems, Problem{Code: p.Code, Message: UTF8(p.Message), Frame: frame(p.Frame)})
	}
	return c
}

// frame is nil for frame 0: there is none.
func frame(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// Session describes a session and names what there is to say about it.
func (b Builder) Session(s *session.Session, said diagnose.Explanation) *Session {
	m, at := b.masker(s), s.First.Capture
	out := &Session{
		ID:        s.ID,
		Capture:   s.First.Capture,
		Control:   control(s),
		Login:     string(s.Login),
		Security:  string(s.Security),
		Commands:  make([]Command, 0, len(s.Commands)),
		Transfers: make([]*Transfer, 0, len(s.Transfers)),
		Findings:  []string{},

		Unsolicited: make([]CommandReply, 0, len(s.Unsolicited)),
	}
	if s.HasBanner {
		out.Banner = new(UTF8(s.Banner))
	}
	if s.HasUser {
		out.User = new(UTF8(s.User))
	}
	for _, c := range s.Commands {
		out.Commands = append(out.Commands, command(c, m, at))
	}
	for _, t := range s.Transfers {
		out.Transfers = append(out.Transfers, transfer(t, m, at))
	}
	for _, r := range s.Unsolicited {
		out.Unsolicited = append(out.Unsolicited, commandReply(r, m, at))
	}
	out.explain(said)
	return out
}

func control(s *session.Session) Control {
	return Control{
		Client:     endpoint(s.Client),
		Server:     endpoint(s.Server),
		State:      string(s.State),
		FirstFrame: s.First.Frame,
		LastFrame:  s.Last.Frame,
		Start:      moment(s.First.Time),
		End:        moment(s.Last.Time),
	}
}

func command(c session.Command, m *masker, at int) Command {
	out := Command{
		Frame:    c.Seen.Frame,
		Time:     moment(c.Seen.Time),
		Verb:     UTF8(c.Verb),
		Argument: UTF8(m.argument(c.Verb, c.Argument)),
		Capture:  elsewhere(c.Seen, at),
		Replies:  make([]CommandReply, 0, len(c.Replies)),
	}
	for _, r := range c.Replies {
		out.Replies = append(out.Replies, commandReply(r, m, at))
	}
	return out
}

func commandReply(r session.Reply, m *masker, at int) CommandReply {
	return CommandReply{Frame: r.Seen.Frame, Time: moment(r.Seen.Time), Code: r.Code, Text: UTF8(m.reply(r.Text)), Capture: elsewhere(r.Seen, at)}
}

// elsewhere is the capture of a frame that is not in the one at hand.
func elsewhere(seen ftp.Seen, at int) *int {
	if !seen.Yes() || seen.Capture == at {
		return nil
	}
	return &seen.Capture
}

func transfer(t *session.Transfer, m *masker, at int) *Transfer {
	out := &Transfer{
		ID:           t.ID,
		Mode:         t.Mode.String(),
		Announcement: announcement(t.Announcement, at),
		Data:         data(t.Data, at),
		Correlation:  string(t.Correlation),
		Outcome:      string(t.Outcome),
		Findings:     []string{},
		Offset:       t.Offset,
	}
	if strings.IndexByte(representations, t.Type) >= 0 {
		out.Type = new(string(rune(t.Type)))
	}
	if c := t.Command; c != nil {
		out.Command = &TransferCommand{Verb: UTF8(c.Verb), Argument: UTF8(c.Argument), Frame: c.Seen.Frame, Time: moment(c.Seen.Time), Capture: elsewhere(c.Seen, at)}
	}
	if t.HasPath {
		out.Path = new(UTF8(t.Path))
	}
	if d := t.Direction.String(); d != "" {
		out.Direction = &d
	}
	if r := t.Reply; r != nil {
		out.Reply = &FinalReply{Code: r.Code, Text: UTF8(m.reply(r.Text)), Frame: r.Seen.Frame, Capture: elsewhere(r.Seen, at)}
	}
	return out
}

// representations are the letters of TYPE that are known (RFC 959 section 3.1.1).
const representations = "AIEL"

func announcement(a *session.Announcement, at int) *Announcement {
	if a == nil {
		return nil
	}
	out := &Announcement{Verb: a.Verb, Frame: a.Seen.Frame, Time: moment(a.Seen.Time), Accepted: a.Accepted, Capture: elsewhere(a.Seen, at)}
	if a.Endpoint.IsValid() {
		out.Endpoint = new(endpoint(a.Endpoint))
	}
	return out
}

func data(d *session.Data, at int) *Data {
	if d == nil {
		return nil
	}
	return &Data{
		Initiator:       string(d.Initiator),
		Source:          endpoint(d.Source),
		Destination:     endpoint(d.Destination),
		State:           string(d.State),
		TLS:             d.TLS,
		FirstFrame:      d.First.Frame,
		LastFrame:       d.Last.Frame,
		Start:           moment(d.First.Time),
		End:             moment(d.Last.Time),
		Bytes:           d.Bytes,
		MissingBytes:    d.MissingBytes,
		Packets:         d.Packets,
		Retransmissions: d.Retransmissions,
		Capture:         elsewhere(d.First, at),
	}
}

func endpoint(a netip.AddrPort) Endpoint {
	return Endpoint{Address: a.Addr().String(), Port: a.Port()}
}
