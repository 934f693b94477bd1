package diagnose

import (
	"slices"
	"strconv"

	"github.com/ftpscope/ftpscope/session"
)

// Config says how to explain.
type Config struct {
	// Vantage is where all captures were taken, where the user says so; else it
	// is inferred.
	Vantage Side
}

// Engine makes findings, session by session. It remembers a bounded number of
// earlier attempts, so that sessions of one capture can be held against each
// other. The zero Engine is ready. It is not safe for concurrent use.
type Engine struct {
	config   Config
	memory   memory
	sights   sights
	votes    votes
	wide     wide
	findings int // ids given
}

// New makes an engine.
func New(c Config) *Engine { return &Engine{config: c} }

// Explanation is what there is to say about a session.
type Explanation struct {
	Findings []*Finding // in the order of what they are about
	Vantage  Vantage    // where the session was captured
	Needs    []Need     // what a firewall must let pass for what it tried
}

// Session explains a session that is over, from what is known by now, and from what
// is known by now of the capture that it begins in. It keeps nothing of either.
func (e *Engine) Session(s *session.Session, in *Capture) Explanation {
	e.memory.add(s)
	e.sights.add(s)
	base := e.subject(s, in)
	all := base.judge()
	one := base
	for part := range stretches(s) {
		one.Session = part.session
		for i, t := range part.transfers {
			one.t, one.place = t, part.first+i
			all = append(all, one.judge()...)
		}
	}
	all = merged(all)
	for _, f := range all {
		f.Session = s.ID
	}
	e.number(all)
	e.wide.add(&base, all)
	return Explanation{Findings: all, Vantage: base.vantage, Needs: needs(s)}
}

// subject is the session as a whole, as rules look at it.
func (e *Engine) subject(s *session.Session, in *Capture) subject {
	out := subject{Session: s, memory: &e.memory, sights: &e.sights, lately: lately{session: s}, vantage: e.vantage(s, in), capture: in}
	out.shown = e.wide.look(s, &e.memory)
	return out
}

// Finish makes the findings that need all sessions, and says where each capture
// was taken.
func (e *Engine) Finish(captures []Capture) (findings []*Finding, vantages []Vantage) {
	for i := range captures {
		vantages = append(vantages, e.captureVantage(i))
	}
	findings = merged(e.atEnd(captures, vantages))
	e.number(findings)
	return findings, vantages
}

// number gives findings their ids, and then names their causes by them.
func (e *Engine) number(all []*Finding) {
	for _, f := range all {
		e.findings++
		f.ID = "f" + strconv.Itoa(e.findings)
	}
	for _, f := range all {
		f.link()
	}
}

// link turns the causes into ids, when all findings have one.
func (f *Finding) link() {
	for _, b := range f.because {
		if b.ID != "" && !slices.Contains(f.Because, b.ID) {
			f.Because = append(f.Because, b.ID)
		}
	}
}

// merged makes one finding of those with the same code, key and severity. The
// first keeps its words.
func merged(all []*Finding) []*Finding {
	if len(all) == 0 {
		return nil
	}
	type same struct {
		code     Code
		key      string
		severity Severity
	}
	first := make(map[same]*Finding)
	became := make(map[*Finding]*Finding)
	var out []*Finding
	for _, f := range all {
		k := same{f.Code, f.key, f.Severity}
		into, ok := first[k]
		if !ok {
			first[k] = f
			out = append(out, f)
			continue
		}
		if into == f {
			continue
		}
		became[f] = into
		into.Count += f.Count
		for _, id := range f.Transfers {
			if len(into.Transfers) < MaxTransfers && !slices.Contains(into.Transfers, id) {
				into.Transfers = append(into.Transfers, id)
			}
		}
		for _, ev := range f.Evidence {
			if len(into.Evidence) < MaxEvidence && !slices.Contains(into.Evidence, ev) {
				into.Evidence = append(into.Evidence, ev)
			}
		}
		for _, id := range f.Works {
			if !slices.Contains(into.Works, id) {
				into.Works = append(into.Works, id)
			}
		}
		into.because = append(into.because, f.because...)
	}
	for _, f := range out {
		sortEvidence(f.Evidence)
		for i, b := range f.because {
			if to := became[b]; to != nil {
				f.because[i] = to
			}
		}
	}
	return out
}
