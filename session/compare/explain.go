package compare

import (
	"slices"

	"github.com/ftpscope/ftpscope/session/diagnose"
)

// explain makes the findings: of each session and transfer at the point that
// tells most of it, with what the others prove.
func (p *path) explain(out *Result) {
	verdicts := make([]judged, len(out.Sessions))
	for i, s := range out.Sessions {
		verdicts[i] = p.judge(s)
	}
	captures := make([]diagnose.Capture, len(p.points))
	for i := range p.points {
		captures[i] = p.points[i].Capture
	}
	out.Vantages = make([]diagnose.Vantage, len(p.points))
	var atEnd []*diagnose.Finding
	for point := range p.points {
		e := diagnose.New(diagnose.Config{})
		for _, s := range out.Sessions {
			if at := s.At[point]; at != nil {
				s.explained(e.Session(at, &captures[at.First.Capture]), point)
			}
		}
		for i, s := range out.Sessions {
			if at := s.At[point]; at != nil {
				found := e.Proven(at, &captures[at.First.Capture], verdicts[i].proofs(s, point))
				s.Said.Findings = append(s.Said.Findings, found...)
			}
		}
		end, vantages := e.Finish(captures)
		out.Vantages[point] = vantages[point]
		for _, f := range end {
			f.ID, f.Withdraws = "", nil
			atEnd = append(atEnd, f)
		}
	}
	var all []*diagnose.Finding
	for i, s := range out.Sessions {
		s.Stretches = verdicts[i].stretches()
		all = append(all, s.Said.Findings...)
	}
	out.Findings = atEnd
	diagnose.Number(append(all, atEnd...))
	for i, s := range out.Sessions {
		verdicts[i].link(s)
	}
}

// explained keeps what one capture tells of a session as a whole: the first point
// from the client that has it.
func (s *Session) explained(said diagnose.Explanation, point int) {
	if s.nearestPoint() == point {
		s.Said.Vantage, s.Said.Needs = said.Vantage, said.Needs
	}
}

// proofs are those of the transfers of a session that a point tells most of, by
// id; that of the session as a whole has the empty id.
func (j *judged) proofs(s *Session, point int) map[string]*diagnose.Proof {
	out := make(map[string]*diagnose.Proof)
	for i, v := range j.transfers {
		if v.point == point {
			out[s.Transfers[i].ID] = v.proof
		}
	}
	switch {
	case j.control != nil && j.control.point == point:
		out[""] = j.control.proof
	case j.control == nil && s.nearestPoint() == point:
		out[""] = &diagnose.Proof{}
	}
	return out
}

// stretches are all of a session.
func (j *judged) stretches() []*Stretch {
	var out []*Stretch
	if j.control != nil {
		out = append(out, j.control.stretches...)
	}
	for _, v := range j.transfers {
		out = append(out, v.stretches...)
	}
	return out
}

// link names the finding of each stretch.
func (j *judged) link(s *Session) {
	if j.control != nil {
		j.control.link(s, "")
	}
	for i, v := range j.transfers {
		v.link(s, s.Transfers[i].ID)
	}
}

// link finds the finding that was made of a verdict: it has its place.
func (v *verdict) link(s *Session, transfer string) {
	for _, st := range v.stretches {
		for _, f := range s.Said.Findings {
			about := transfer == "" || slices.Contains(f.Transfers, transfer)
			switch {
			case !about || st.Finding != "":
			case st.What == Changed && st.Packet == PacketAnnouncement:
				if f.Code == diagnose.AnnouncementRewritten {
					st.Finding = f.ID
				}
			case st.What != Changed && v.proof.Explains(f):
				st.Finding = f.ID
			}
		}
	}
}
