package diagnose

import (
	"strconv"

	"github.com/ftpscope/ftpscope/session"
)

// Preview explains one transfer of a session that is not over, or, where it is nil,
// the session itself: what can be said by now. Session says more, as it knows what
// came of it, and of the whole session how its packets looked. The ids of the
// findings hold only among themselves. The engine remembers nothing of it. place is
// that of the transfer in the whole session, of which s may have only the latest.
func (e *Engine) Preview(s *session.Session, t *session.Transfer, place int, in *Capture) Explanation {
	own := new(sights)
	own.add(s)
	one := subject{Session: s, t: t, place: place, memory: &e.memory, sights: own, lately: lately{session: s}, capture: in}
	one.shown = new(wide).look(s, &e.memory)
	if one.vantage = e.told(); e.config.Vantage == "" {
		v := own.view(s, in)
		one.vantage = v.infer()
	}
	all := merged(one.judge())
	for i, f := range all {
		f.Session, f.ID = s.ID, "f"+strconv.Itoa(i+1)
	}
	for _, f := range all {
		f.link()
	}
	return Explanation{Findings: all, Vantage: one.vantage, Needs: needs(s)}
}
