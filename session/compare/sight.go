package compare

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// sights are what the points of a path saw of a transfer.
func (p *path) sights(s *Session, ts *traces, r *row) []Sight {
	t := r.traceOf(ts, s.Order)
	var out []Sight
	for _, i := range s.Order {
		v := Sight{Point: i, Transfer: r.at[i]}
		if t != nil {
			v.Conn = t.at[i]
		}
		if d := v.Transfer; v.Conn == nil && d != nil && d.Data != nil && ts.of[d.Data.Conn].alone() {
			v.Conn = d.Data.Conn // every number of it was rewritten
			v.doubt = "the data connection has other numbers and ports there"
		}
		if v.Transfer != nil {
			v.Announcement, v.Announced = announced(s.At[i], v.Transfer.Announcement)
			v.Reply = v.Transfer.Reply
		}
		v.look()
		out = append(out, v)
	}
	return out
}

// traceOf is the data connection of the row: that which counts at the point that
// the initiator is nearest to.
func (r *row) traceOf(ts *traces, order []int) *trace {
	var out *trace
	for _, i := range order {
		t := r.at[i]
		if t == nil || t.Data == nil {
			continue
		}
		if c := ts.of[t.Data.Conn]; out == nil || t.Mode == ftp.ModeActive || c.points() > out.points() {
			out = c
		}
	}
	return out
}

// controlSights are what the points saw of the control connection.
func (p *path) controlSights(s *Session, ts *traces) []Sight {
	var t *trace
	for _, one := range s.At {
		if one != nil {
			t = ts.of[one.Control]
			break
		}
	}
	var out []Sight
	for _, i := range s.Order {
		v := Sight{Point: i, Conn: t.at[i]}
		v.look()
		out = append(out, v)
	}
	return out
}

// look takes from the connection what the rows of a table show.
func (v *Sight) look() {
	c := v.Conn
	if c == nil {
		return
	}
	v.Source, v.Destination = c.Ends[ftp.Initiator], c.Ends[ftp.Listener]
	if a, ok := c.Answered(); ok {
		v.Answer = &a
	}
	v.Bytes = c.Half[0].Bytes + c.Half[1].Bytes
	if v.Transfer != nil && v.Transfer.Data != nil && v.Transfer.Data.Conn == c {
		v.Bytes = v.Transfer.Data.Bytes
	}
}

// announced is the line that carries the endpoint, and its frame.
func announced(s *session.Session, a *session.Announcement) (string, ftp.Seen) {
	if a == nil || s == nil {
		return "", ftp.Seen{}
	}
	switch a.Verb {
	case "PORT", "EPRT", "LPRT":
		for i := range s.Commands {
			if c := &s.Commands[i]; c.Seen == a.Seen && c.Verb == a.Verb && !c.Cut {
				return c.Verb + " " + c.Argument, a.Seen
			}
		}
		return "", ftp.Seen{}
	}
	if r := a.Reply; r != nil {
		first, _, _ := strings.Cut(r.Text, "\n")
		return fmt.Sprintf("%d %s", r.Code, first), r.Seen
	}
	return "", ftp.Seen{}
}
