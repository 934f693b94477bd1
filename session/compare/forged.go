package compare

import (
	"fmt"
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// forged finds a RST that nobody sent in whose name it is. Two are more than one: a
// box that ends a connection does so towards both hosts.
func forged(lines []*line) *verdict {
	var found []*forgery
	for _, l := range lines {
		if f := l.forgery(); f != nil {
			found = append(found, f)
		}
	}
	var out *verdict
	for _, f := range found {
		f.copies += len(found) - 1
		switch v := f.verdict(); {
		case v == nil:
		case out == nil:
			out = v
		default:
			out.stretches = append(out.stretches, v.stretches...)
			out.proof.Evidence = append(out.proof.Evidence, v.proof.Evidence...)
			out.proof.Shows += "; and " + v.proof.Shows
		}
	}
	return out
}

// forgery is a RST of the sender of a line at a sight, which a sight nearer to the
// sender has not.
type forgery struct {
	*line
	absence
	at  int // the sight that has it
	rst ftp.Seen
}

// forgery is that of a line; nil if the first sight that has a RST may have it from
// the sender.
func (l *line) forgery() *forgery {
	for k := range l.sights {
		if !l.followed(k) || !l.half(k).RST.Yes() {
			continue
		}
		rst := l.half(k).RST
		for n := k - 1; n >= 0; n-- {
			if !l.followed(n) || l.half(n).RST.Yes() || l.half(n).FalseRST.Yes() || !l.ordered(n, k) {
				continue
			}
			if a, ok := l.tells(n, asked{seen: []ftp.Seen{rst}}); ok {
				if l.goesOn(n, rst) {
					a.copies++
				}
				return &forgery{l, a, k, rst}
			}
		}
		return nil
	}
	return nil
}

// verdict is what comes of it; nil where the capture may as well have missed it.
func (f *forgery) verdict() *verdict {
	before := f.absence.sight
	s := f.stretch(before, f.at, PacketRST, Answered)
	s.Text = fmt.Sprintf("the RST in the name of %s that %s has (%s) never passed %s, which is nearer to %s: somebody between made it", f.owner(), f.name(f.at), frames(f.rst), f.name(before), f.owner())
	s.Evidence = []diagnose.Evidence{evidence(f.rst, "RST in the name of %s", f.sights[f.at].Conn.Ends[f.sender])}
	if f.doubt == "" && slices.ContainsFunc(f.sights[:before], func(v *Sight) bool { return v.Conn != nil }) {
		f.doubt = "it lacks a single packet, so that the RST may have passed it all the same"
	}
	v := f.dropped(s, f.at, f.absence, f.at, "the connection")
	if s.Confidence == diagnose.Possible {
		return nil
	}
	v.proof.Box = true
	v.proof.Place.Text = "a box " + f.p.where(s) + ", in the name of " + f.owner()
	v.proof.Cause = diagnose.Statement{Text: "a firewall or another box " + f.p.where(s) + " cut the connection by a RST of its own", Confidence: diagnose.Likely}
	return v
}

// goesOn reports whether the sender goes on at a sight after a RST in its name that
// another one has: it did not send it. A host that resets says nothing more.
func (l *line) goesOn(k int, rst ftp.Seen) bool {
	const after = 50 * time.Millisecond
	clock := &l.p.clocks[l.sights[k].Point]
	return l.p.when(l.half(k).LastPacket).After(l.p.when(rst).Add(after + clock.spread))
}
