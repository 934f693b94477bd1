package diagnose

import (
	"fmt"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// experiment is a proposal with the commands that carry it out. They travel as
// further lines of one text until polish puts them where they belong, so that a
// rule can say both at once.
func experiment(text string, commands ...string) string {
	return strings.Join(append([]string{text}, commands...), "\n")
}

// takeCommand splits what experiment put together.
func (f *Finding) takeCommand() {
	if text, command, ok := strings.Cut(f.Next, "\n"); ok {
		f.Next, f.NextCommand = text, command
	}
}

// captureAtOther proposes a second capture at a host of the session, during the
// next attempt, and says what its results would mean; where this capture was taken
// there, a look at that host's own packet filter.
func (s *subject) captureAtOther(of ftp.Side) string {
	if s.on(of) {
		return s.lookAtFilter(of)
	}
	other := s.host(of.Other()).Addr().Unmap()
	what, nat := "host "+other.String()+" or icmp or icmp6", ""
	switch {
	case natBetween(other, s.host(of).Addr().Unmap()):
		what, nat = "tcp or icmp or icmp6", fmt.Sprintf(" (%s may have another address there, behind NAT)", name(of.Other()))
	case routable(other):
		nat = fmt.Sprintf(" (behind NAT, put the address that %s has there)", name(of.Other()))
	}
	file, near, on := "client.pcap", NearClient, ClientHost
	if of == server {
		file, near, on = "server.pcap", NearServer, ServerHost
	}
	text := fmt.Sprintf("capture at %s too during the next attempt%s", name(of), nat)
	if s.takenAt(near) {
		text = fmt.Sprintf("if this was captured on %s itself, --vantage %s tells more; else %s", name(of), on, text)
	}
	if meaning := s.meaningOfCapture(of); meaning != "" {
		text += ": " + meaning
	} else {
		text += ", then compare the two: it shows between which points a packet was lost or changed"
	}
	return experiment(text, fmt.Sprintf("tcpdump -ni any -s0 -w %s '%s'", file, what), "ftpscope compare client.pcap server.pcap")
}

// meaningOfCapture is what a capture at a host would tell of a SYN that nobody
// answered, that was turned down, or that did not pass here; empty where it is about something else.
func (s *subject) meaningOfCapture(of ftp.Side) string {
	c := s.Control
	toHost := of == server
	if s.t != nil {
		c, toHost = s.conn(), s.listens() == of
	}
	syn := "SYN"
	if c != nil && c.First.Yes() {
		syn = fmt.Sprintf("SYN (here frame %d)", c.First.Frame)
	}
	switch {
	case c == nil && s.t != nil && !toHost && s.t.Data == nil && s.announced().Port() != 0:
		return fmt.Sprintf("if a SYN to port %d is in it, it was lost on its way here; if not, %s did not send it, or its own filter held it back", s.announced().Port(), name(of))
	case c == nil || c.SYNCount == 0 || c.Established.Yes() || !toHost:
		return ""
	case len(c.Answers) > 0 && c.Answers[len(c.Answers)-1].Kind != ftp.AnswerSYNACK:
		return fmt.Sprintf("if %s and answer are in it, %s's own host gave that; if neither is, a box on the way did", syn, name(of))
	case len(c.Answers) > 0:
		return ""
	}
	return fmt.Sprintf("if %s and answer are in it, the answer was lost on its way back; if only the SYN, %s's own filter dropped it; if none, it was lost on its way there", syn, name(of))
}

// lookAtFilter proposes a look at the packet filter of a host: what comes in
// where it listens, what goes out where it connects.
func (s *subject) lookAtFilter(of ftp.Side) string {
	chain := "INPUT"
	if s.t != nil && s.listens() != of || s.t == nil && of == client {
		chain = "OUTPUT"
	}
	return experiment(
		fmt.Sprintf("look at the counters of the packet filter on %s before and after the next attempt: a rule that drops or rejects, and whose counter grew, did it (nftables counts only where a rule says \"counter\")", name(of)),
		"nft list ruleset", fmt.Sprintf("%s -L %s -v -n", s.iptables(), chain))
}

// pings compares a packet of full size with a small one, both from the host that
// sends the data.
func (s *subject) pings(f flow) string {
	_, to := f.to()
	return experiment(
		fmt.Sprintf("on %s, compare two pings: only the first answered, the path is too narrow; both answered, it is not; none answered, ping is filtered and tells nothing", s.called(f.from)),
		fmt.Sprintf("ping -c 3 -M do -s 500 %s", to), fmt.Sprintf("ping -c 3 -M do -s %d %s", pingSize(to), to))
}
