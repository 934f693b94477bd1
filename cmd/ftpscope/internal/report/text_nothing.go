package report

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/decode"
)

// nothing says that there is no session, and what the packets tell about why.
func (r *renderer) nothing() {
	switch {
	case r.Passed > 0:
		r.flow(0, 2, piece{"nothing failed: " + countText(int64(r.Passed), "session") + ", " + countText(int64(r.PassedTransfers), "transfer"), r.good})
		return
	case r.LeftOut > 0:
		r.flow(0, 2, piece{"nothing to show: " + countText(int64(r.LeftOut), "session") + " left out by --session", r.strong})
		return
	}
	r.noSession("no FTP session found")
}

// noSession says that there is no session, and why that may be.
func (r *renderer) noSession(text string) {
	r.flow(0, 2, piece{text, r.strong})
	for _, why := range r.whyNothing() {
		r.flow(2, 4, piece{why, r.plain})
	}
}

// whyNothing lists what may be the reason for a report without sessions, the
// most telling first.
func (r *renderer) whyNothing() []string {
	st := r.Stats
	var packets, truncated int64
	snap := 0
	var filters []string
	for _, c := range r.Captures {
		packets += c.Packets
		if cutsOff(c) {
			truncated += c.Truncated
		}
		if c.SnapLength > 0 && (snap == 0 || c.SnapLength < snap) {
			snap = c.SnapLength
		}
		filters = append(filters, c.Filters...)
	}
	var why []string
	add := func(format string, args ...any) { why = append(why, fmt.Sprintf(format, args...)) }
	switch {
	case packets == 0:
		add("there is no packet in it")
		return why
	case st.Frames == 0 && !r.Interrupted:
		add("no packet is %s: they are from %s to %s (UTC)", r.bounds(), r.start.Std().Format(boundLayout), r.end.Std().Format(boundLayout))
		return why
	}
	if n := st.OtherLink; n > 0 {
		add("%s without IP, or of a link type that ftpscope does not read: %s", countText(n, "packet"), r.linkTypes())
	}
	if n := st.Unreadable; n > 0 {
		add("%s could not be read", countText(n, "packet"))
	}
	if st.OtherLink+st.Unreadable < st.Frames {
		r.whyNoDialogue(st, add)
	}
	if truncated > 0 {
		text := ""
		if snap > 0 && snap < 65535 {
			text = fmt.Sprintf(" (the snap length is %d)", snap)
		}
		add("%s of %s are cut%s, and what was said is not in them: capture whole packets with tcpdump -s 0",
			countText(truncated, "packet"), countText(packets, "packet"), text)
	}
	if len(filters) > 0 {
		add("it was captured with a filter: %s", Escape(strings.Join(filters, ", ")))
	}
	return why
}

// whyNoDialogue explains by what the packets carry.
func (r *renderer) whyNoDialogue(st decode.Stats, add func(string, ...any)) {
	towards, from := st.ControlPort[0], st.ControlPort[1]
	switch {
	case st.TCP == 0:
		add("there is no TCP in it, and FTP runs over TCP")
	case towards > 0 && from == 0:
		add("one direction only: %s to a control port, none back", countText(towards, "packet"))
	case from > 0 && towards == 0:
		add("one direction only: %s from a control port, none to it", countText(from, "packet"))
	case towards > 0:
		add("%s to and from a control port, but no connection among them that could be followed", countText(towards+from, "packet"))
	}
	if st.SSH > 0 {
		add("%s to or from port 22: SFTP runs inside SSH and is another protocol than FTP", countText(st.SSH, "packet"))
	}
	if st.TFTP > 0 {
		add("%s to or from UDP port 69: TFTP is another protocol than FTP", countText(st.TFTP, "packet"))
	}
	if rest := st.TCP - st.SSH; rest > 0 && towards+from == 0 {
		add("%s of TCP, none to or from port 21 and none that begins as FTP does: if the server listens on another port, name it with --port; it may also be that the capture began after the dialogue",
			countText(rest, "packet"))
	}
}

func (r *renderer) linkTypes() string {
	var names []string
	for _, c := range r.Captures {
		for _, l := range c.LinkTypes {
			if name := l.String(); !strings.Contains(strings.Join(names, " "), name) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, ", ")
}
