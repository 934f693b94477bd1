package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session/compare"
)

// endedOtherwise reports whether a point has a RST in the name of one side that
// another point has not, which followed the connection too: only then it tells
// something how the connection ended.
func (b *viewer) endedOtherwise() bool {
	for side := range 2 {
		var with, without bool
		for _, one := range b.v.Points {
			if followed(one) {
				reset := one.Conn.Half[side].RST.Yes()
				with, without = with || reset, without || !reset
			}
		}
		if with && without {
			return true
		}
	}
	return false
}

// followed reports whether a point knows more of a connection than its SYNs.
func followed(v compare.Sight) bool { return v.Conn != nil && v.Conn.Role != ftp.RoleNone }

// notEnded stands where a point has no end of a connection.
const notEnded = "open"

// end is how the connection ended at a point: by RST, and in whose name, else by
// FIN, else not at all.
func (b *viewer) end(one compare.Sight) piece {
	if !followed(one) {
		return piece{none, b.faint}
	}
	var words []string
	for side, half := range one.Conn.Half {
		if half.RST.Yes() {
			words = append(words, b.sideName(ftp.Side(side))+"#"+strconv.FormatInt(half.RST.Frame, 10))
		}
	}
	switch {
	case len(words) > 0:
		return piece{"RST " + strings.Join(words, ", "), b.bad}
	case slices.ContainsFunc(one.Conn.Half[:], func(h ftp.Half) bool { return h.FIN.Yes() }):
		return piece{"FIN", b.plain}
	}
	return piece{notEnded, b.plain}
}

// sideName is "client " or "server ", or nothing where that is not known.
func (b *viewer) sideName(side ftp.Side) string {
	mode := ftp.ModePassive // the client opens the control connection
	if b.v.Transfer != "" {
		mode = ftp.ModeUnknown
		if t := b.told.transfers[b.v.Transfer]; t != nil {
			mode = t.Mode
		}
	}
	switch {
	case mode == ftp.ModeUnknown:
		return ""
	case (mode == ftp.ModePassive) == (side == ftp.Initiator):
		return "client "
	}
	return "server "
}
