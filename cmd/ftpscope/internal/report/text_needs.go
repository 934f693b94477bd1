package report

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// needs writes what a firewall must let pass for what a session tried, if
// a connection of it did not open.
func (r *renderer) needs(s *session.Session) {
	all := r.Said.Sessions[s.ID].Needs
	if len(all) == 0 || !notOpened(s) {
		return
	}
	r.flow(indentFact, indentFact+2, piece{"a firewall must let pass:", r.faint})
	for _, line := range needLines(all, r.width-indentFact-2) {
		r.line(strings.Repeat(" ", indentFact+2) + r.faint(line))
	}
}

// notOpened reports whether a connection of a session was wanted and did not open:
// the control connection, or that of a transfer.
func notOpened(s *session.Session) bool {
	return controlFailed(s.State) || slices.ContainsFunc(s.Transfers, dataNotOpened)
}

// dataNotOpened reports so of the data connection of a transfer.
func dataNotOpened(t *session.Transfer) bool {
	const cannotOpen = 425
	switch t.Outcome {
	case session.OutcomeBlocked, session.OutcomeRefused, session.OutcomeUnseen:
		return true
	case session.OutcomeRejected:
		return t.Reply != nil && t.Reply.Code == cannotOpen
	}
	return t.Data != nil && controlFailed(t.Data.State)
}

// needLines has a line for each need: who connects to whom, and for what. What
// does not fit on one goes on the next.
func needLines(all []diagnose.Need, width int) []string {
	ways := make([]string, len(all))
	widest := 0
	for i, n := range all {
		ways[i] = wayText(n)
		widest = max(widest, lipgloss.Width(ways[i]))
	}
	var out []string
	for i, n := range all {
		line := ways[i] + strings.Repeat(" ", widest-lipgloss.Width(ways[i])) + gap + n.What
		if lipgloss.Width(line) > width {
			out, line = append(out, ways[i]), "  "+n.What
		}
		note := needNote(n)
		if whole := line + " " + note; note != "" && lipgloss.Width(whole) <= width {
			line, note = whole, ""
		}
		if out = append(out, line); note != "" {
			for _, part := range wrapped(note, width-2, width-2) {
				out = append(out, "  "+part)
			}
		}
	}
	return out
}

// needNote says what a need leaves out: which ports come next is the server's
// choice.
func needNote(n diagnose.Need) string {
	switch {
	case !strings.HasSuffix(n.What, "passive"):
		return ""
	case n.Instead.IsValid():
		return "(once the server announces this address, not " + n.Instead.String() + "; open its whole range)"
	}
	return "(seen; open the server's whole range)"
}

// wayText is who opens a connection to whom.
func wayText(n diagnose.Need) string {
	from := n.From.String()
	if n.FromPort != 0 {
		from = netip.AddrPortFrom(n.From, n.FromPort).String()
	}
	to := netip.AddrPortFrom(n.To, n.Low).String()
	if n.High != n.Low {
		to += "–" + strconv.Itoa(int(n.High))
	}
	return from + arrow + to
}
