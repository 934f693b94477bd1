package session

import "slices"

// sheets are scratch paper: memory for the commands of sessions under way. A
// session that is over keeps a fair copy, and the next one writes on its sheet.
type sheets [][]Command

// Only so many sheets are kept, and only those that are not longer than so many
// commands.
const (
	maxSheets = 256
	longSheet = 64
)

// take is an empty sheet.
func (s *sheets) take() []Command {
	last := len(*s) - 1
	if last < 0 {
		return make([]Command, 0, 2*usual)
	}
	sheet := (*s)[last]
	*s = (*s)[:last]
	return sheet
}

// fair is a copy of what is on a sheet, which is not used any more.
func (s *sheets) fair(sheet []Command) []Command {
	if sheet == nil || cap(sheet) > longSheet || len(*s) >= maxSheets {
		return sheet
	}
	fair := slices.Clone(sheet)
	clear(sheet)
	*s = append(*s, sheet[:0])
	return fair
}
