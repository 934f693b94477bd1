package report

import (
	"slices"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
)

// Comparison is what captures of several points came to.
type Comparison struct {
	Captures    []capture.Info
	Notices     []Notice
	Path        *compare.Result // with the sessions that Filter lets pass
	Points      []PointFacts    // by index of the capture
	Filter      Filter
	LeftOut     int // sessions that Filter does not name
	Interrupted bool
}

// PointFacts is what is known of a capture by itself.
type PointFacts struct {
	Name     string // what texts call it
	Sessions int    // in it
	Stats    decode.Stats
}

// Path returns a comparison with the sessions that the filter names, and how
// many it leaves out. What is given is not changed.
func (f Filter) Path(res *compare.Result) (shown *compare.Result, leftOut int) {
	only := *res
	only.Sessions = slices.DeleteFunc(slices.Clone(res.Sessions), func(s *compare.Session) bool { return !f.Names(s.Session) })
	return &only, len(res.Sessions) - len(only.Sessions)
}

// Worst is how bad the worst is of what a comparison shows.
func (c *Comparison) Worst() Severity {
	worst, tally := SeverityNone, Tally{}
	for _, s := range c.Path.Sessions {
		worst = max(worst, SeverityOf(s.Session))
	}
	said := c.said()
	for _, f := range said.all(c.sessions()) {
		tally.Add(f)
	}
	return max(worst, tally.Worst())
}

// sessions are those of the path, each as all points together have it.
func (c *Comparison) sessions() []*session.Session {
	out := make([]*session.Session, len(c.Path.Sessions))
	for i, s := range c.Path.Sessions {
		out[i] = s.Session
	}
	return out
}

// said is what there is to say about them.
func (c *Comparison) said() Explanations {
	said := Explanations{Captures: c.Path.Findings, Vantages: c.Path.Vantages}
	for _, s := range c.Path.Sessions {
		said.Add(s.ID, s.Said)
	}
	return said
}

// witnesses are the sessions as each point has them, by id: a password that one
// of them missed another may know.
func (c *Comparison) witnesses() map[string][]*session.Session {
	out := make(map[string][]*session.Session, len(c.Path.Sessions))
	for _, s := range c.Path.Sessions {
		for _, one := range s.At {
			if one != nil {
				out[s.ID] = append(out[s.ID], one)
			}
		}
	}
	return out
}
