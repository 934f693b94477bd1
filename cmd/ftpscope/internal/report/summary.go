package report

import (
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// Add counts a session.
func (s *Summary) Add(one *session.Session) {
	s.Sessions++
	for _, t := range one.Transfers {
		s.Transfers++
		s.Modes.add(t.Mode)
		*s.Outcomes.at(t.Outcome)++
		if t.Data != nil {
			s.Bytes += t.Data.Bytes
		}
	}
}

func (m *Modes) add(mode ftp.Mode) {
	switch mode {
	case ftp.ModeActive:
		m.Active++
	case ftp.ModePassive:
		m.Passive++
	default:
		m.Unknown++
	}
}
