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
		if v.Conn == nil && ts.loosely(s.Session.Control) {
			v.Conn = ts.loner(v.Transfer)
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

// loner is the data connection of a transfer if no other point has it: where a
// device rewrites every number, only its transfer tells which it is.
func (t *traces) loner(of *session.Transfer) *ftp.Conn {
	if of == nil || of.Data == nil {
		return nil
	}
	if one := t.of[of.Data.Conn]; one == nil || !one.alone() {
		return nil
	}
	return of.Data.Conn
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
		if c := ts.of[t.Data.Conn]; c != nil && (out == nil || t.Mode == ftp.ModeActive || c.points() > out.points()) {
			out = c
		}
	}
	return out
}

// controlSights are what the points saw of the control connection.
func (p *path) controlSights(s *Session, ts *traces) []Sight {
	t := ts.of[s.Session.Control]
	var out []Sight
	for _, i := range s.Order {
		v := Sight{Point: i}
		if t != nil {
			v.Conn = t.at[i]
		}
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
	if a == nil || s == nil || !a.Endpoint.IsValid() { // absent, or cut: what is not whole is not compared
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
	if r := a.Reply; r != nil && (r.Code == 227 || r.Code == 228 || r.Code == 229) {
		first, _, _ := strings.Cut(r.Text, "\n")
		return fmt.Sprintf("%d %s", r.Code, first), r.Seen
	}
	return "", ftp.Seen{}
}
