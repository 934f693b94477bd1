package session

import "slices"

// scratch is memory that only sessions under way need: one that is over leaves it
// to the next. Nothing that was emitted lies in it.
type scratch struct {
	sheets [][]Command // empty
	drafts []*draft    // zero
}

// Only so much is kept, and only sheets that are not longer than so many commands.
const (
	maxSheets = 256
	longSheet = 64
	maxDrafts = 1024
)

// sheet is where the commands of a session are written.
func (s *scratch) sheet() []Command {
	if last := len(s.sheets) - 1; last >= 0 {
		sheet := s.sheets[last]
		s.sheets = s.sheets[:last]
		return sheet
	}
	return make([]Command, 0, 2*usual)
}

// fair is a fair copy of a sheet, which is not used any more.
func (s *scratch) fair(sheet []Command) []Command {
	if sheet == nil || cap(sheet) > longSheet || len(s.sheets) >= maxSheets {
		return sheet
	}
	fair := slices.Clone(sheet)
	clear(sheet)
	s.sheets = append(s.sheets, sheet[:0])
	return fair
}

func (s *scratch) draft() *draft {
	if last := len(s.drafts) - 1; last >= 0 {
		x := s.drafts[last]
		s.drafts = s.drafts[:last]
		return x
	}
	return new(draft)
}

// done takes drafts that nothing points to any more.
func (s *scratch) done(drafts []*draft) {
	for _, x := range drafts[:min(len(drafts), maxDrafts-len(s.drafts))] {
		*x = draft{}
		s.drafts = append(s.drafts, x)
	}
}
