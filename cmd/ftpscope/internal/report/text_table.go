package report

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// The columns of the table of transfers.
const (
	colNumber = iota
	colMode
	colAnnounced
	colData
	colCommand
	colBytes
	colTime
	colRate
	colOutcome
	columns
)

var columnNames = [columns]string{"#", "mode", "announced", "data connection", "command", "bytes", "time", "rate", "outcome"}

// rightAligned are the columns of numbers.
var rightAligned = [columns]bool{colNumber: true, colBytes: true, colTime: true, colRate: true}

// Where lines start: a table's rows, and the facts below a row.
const (
	indentRow  = 2
	indentFact = 4
)

// leastCommand is the width below which the command is not cut to keep others.
const leastCommand = 18

type row [columns]piece

// table writes the transfers of a session, with what is known of those that
// failed.
func (r *renderer) table(s *session.Session) {
	rows := make([]row, len(s.Transfers))
	for i, t := range s.Transfers {
		rows[i] = r.row(s, t)
	}
	widths := r.columnWidths(rows)
	if widths[colData] == 0 { // room is short: the command as it was sent will do
		for i, t := range s.Transfers {
			rows[i][colCommand].text = sentText(t)
		}
		widths = r.columnWidths(rows)
	}
	var head row
	for i, name := range columnNames {
		head[i] = piece{name, r.faint}
	}
	r.tableLine(head, widths)
	below := indentRow + widths[colNumber] + 2
	for i := 0; i < len(rows); {
		n := r.run(s.Transfers[i:])
		for j := range n {
			if n > leastRun && j >= runHead && j < n-1 {
				continue
			}
			if n > leastRun && j == n-1 {
				r.more(below, s.Transfers[i+runHead:i+j])
			}
			r.tableLine(rows[i+j], widths)
			if n <= leastRun || j == 0 {
				r.transferFacts(below, s, s.Transfers[i+j])
			}
		}
		i += n
	}
}

func (r *renderer) tableLine(line row, widths [columns]int) {
	var cells []string
	for i, p := range line {
		if widths[i] == 0 {
			continue
		}
		switch i {
		case colCommand:
			p.text = elideCommand(p.text, widths[i])
		case colAnnounced:
			p.text = elideEndpoint(p.text, widths[i])
		}
		cells = append(cells, pad(p, widths[i], rightAligned[i]))
	}
	r.line(strings.Repeat(" ", indentRow) + strings.Join(cells, "  "))
}

// columnWidths gives each column what it needs, and where the line is too
// short takes it back from the columns that tell least.
func (r *renderer) columnWidths(rows []row) [columns]int {
	var widths [columns]int
	for i, name := range columnNames {
		widths[i] = lipgloss.Width(name)
		for _, line := range rows {
			widths[i] = max(widths[i], lipgloss.Width(line[i].text))
		}
	}
	over := func() int {
		total := indentRow - 2
		for _, w := range widths {
			if w > 0 {
				total += w + 2
			}
		}
		return total - r.width
	}
	squeeze := func(column, least int) {
		if o := over(); o > 0 && widths[column] > least {
			widths[column] = max(least, widths[column]-o)
		}
	}
	if over() > widths[colCommand]-leastCommand {
		widths[colData] = 0
	}
	whole := widths[colCommand]
	squeeze(colCommand, leastCommand)
	if over() > 0 {
		widths[colRate], widths[colCommand] = 0, whole
		squeeze(colCommand, leastCommand)
	}
	squeeze(colAnnounced, leastAnnounced)
	squeeze(colCommand, 12)
	squeeze(colAnnounced, 16)
	squeeze(colCommand, 8)
	return widths
}

// leastAnnounced is the width up to which an announcement is shown whole: any
// over IPv4 fits.
const leastAnnounced = len("PORT 255.255.255.255:65535")

// elideEndpoint shortens an announcement, its port never.
func elideEndpoint(text string, width int) string {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 || lipgloss.Width(text) <= width {
		return shorten(text, width)
	}
	host, port := text[:colon], text[colon:]
	return shorten(strings.Trim(strings.Replace(host, "[", "", 1), "]"), max(width-len(port), 1)) + port
}

// elideCommand shortens a command, the verb last.
func elideCommand(text string, width int) string {
	verb, path, ok := strings.Cut(text, " ")
	if !ok || lipgloss.Width(text) <= width {
		return shorten(text, width)
	}
	return verb + " " + elide(path, max(width-lipgloss.Width(verb)-1, 2))
}

// row says what became of a transfer.
func (r *renderer) row(s *session.Session, t *session.Transfer) row {
	n := number(t.ID)
	line := row{
		colNumber:    {strconv.Itoa(n), r.faint},
		colMode:      {t.Mode.String(), r.plain},
		colAnnounced: {announcedText(s, t), r.plain},
		colData:      {dataText(s, t), r.plain},
		colCommand:   {commandText(t), r.plain},
		colBytes:     {none, r.plain},
		colTime:      {none, r.plain},
		colRate:      {none, r.plain},
		colOutcome:   {string(t.Outcome), r.outcome(t.Outcome)},
	}
	moved := t.Data != nil && (t.Data.Bytes > 0 || t.Outcome == session.OutcomeCompleted)
	d := r.transferTime(s, t)
	if moved {
		line[colBytes].text = bytesText(t.Data.Bytes)
		if t.Outcome != session.OutcomeStalled && t.Outcome != session.OutcomeAborted {
			line[colRate].text = rateText(t.Data.Bytes, d)
		}
	}
	if d > 0 {
		line[colTime].text = durationText(d)
	}
	return line
}

// announcedText is the announcement: verb and endpoint, "…" for the address
// that one expects there.
func announcedText(s *session.Session, t *session.Transfer) string {
	a := t.Announcement
	switch {
	case a == nil && t.Data != nil:
		return "seen " + endpointText(t.Data.Destination, expectedHost(s, t))
	case a == nil:
		return none
	case !a.Endpoint.IsValid() && a.Accepted == nil:
		return a.Verb + " " + none
	case !a.Endpoint.IsValid() && !*a.Accepted:
		return a.Verb + " refused"
	case !a.Endpoint.IsValid():
		return a.Verb + " ?"
	}
	return a.Verb + " " + endpointText(a.Endpoint, expectedHost(s, t))
}

// expectedHost is the address of whom one expects to listen.
func expectedHost(s *session.Session, t *session.Transfer) netip.Addr {
	if t.Mode == ftp.ModeActive {
		return s.Client.Addr()
	}
	return s.Server.Addr()
}

func endpointText(e netip.AddrPort, expected netip.Addr) string {
	if e.Addr() == expected {
		return "…:" + strconv.Itoa(int(e.Port()))
	}
	return e.String()
}

// dataText is the data connection, from whoever opened it, with the two hosts
// of the control connection by name.
func dataText(s *session.Session, t *session.Transfer) string {
	if t.Data == nil {
		return none
	}
	from, to := hostText(s, t.Data.Source), hostText(s, t.Data.Destination)
	if s.Client.Addr() == s.Server.Addr() { // only who opened it tells them apart
		switch t.Data.Initiator {
		case session.InitiatorClient:
			from, to = portText("client", t.Data.Source), portText("server", t.Data.Destination)
		case session.InitiatorServer:
			from, to = portText("server", t.Data.Source), portText("client", t.Data.Destination)
		}
	}
	text := from + arrow + to
	if t.Data.TLS {
		text += " TLS"
	}
	return text
}

func hostText(s *session.Session, e netip.AddrPort) string {
	switch e.Addr() {
	case s.Client.Addr():
		return portText("client", e)
	case s.Server.Addr():
		return portText("server", e)
	}
	return e.String()
}

func portText(host string, e netip.AddrPort) string {
	return host + ":" + strconv.Itoa(int(e.Port()))
}

// commandText is the transfer command with the path it means, if that is
// known.
func commandText(t *session.Transfer) string {
	c := t.Command
	if c == nil || !t.HasPath || !strings.HasSuffix(t.Path, c.Argument) && c.Verb != "STOU" {
		return sentText(t)
	}
	return strings.TrimRight(Escape(c.Verb)+" "+Escape(t.Path), " ") + offsetText(t)
}

// offsetText says where in the file a transfer was to begin.
func offsetText(t *session.Transfer) string {
	if t.Offset <= 0 {
		return ""
	}
	return " from " + numberText(t.Offset)
}

// sentText is the transfer command as it was sent; of STOU the name that the
// server chose.
func sentText(t *session.Transfer) string {
	c := t.Command
	if c == nil {
		return none
	}
	text := c.Argument
	if t.HasPath && c.Verb == "STOU" {
		text = t.Path
	}
	return strings.TrimRight(Escape(c.Verb)+" "+Escape(text), " ") + offsetText(t)
}

// transferTime is how long a transfer took: the data connection where one was
// open, up to the end of the wait where it stalled; else the wait until the
// server gave up; 0 where that is not known.
func (r *renderer) transferTime(s *session.Session, t *session.Transfer) time.Duration {
	d := t.Data
	if d != nil && d.Conn != nil && t.Outcome == session.OutcomeStalled && d.First.Yes() {
		return max(r.dataEnd(s, t).Sub(d.First.Time), 0)
	}
	if d != nil && !controlFailed(d.State) {
		return max(span(d.First, d.Last), 0)
	}
	var from, to ftp.Seen
	switch {
	case d != nil:
		from, to = d.First, d.Last
	case t.Command != nil:
		from = t.Command.Seen
	}
	if t.Command != nil && from.Yes() && t.Command.Seen.Time.Before(from.Time) {
		from = t.Command.Seen
	}
	if t.Reply != nil {
		to = t.Reply.Seen
	}
	return max(span(from, to), 0)
}
