package diagnose

import "fmt"

// nearPorts is how near to each other two ports of one range lie at most, where
// no more than one of each kind was seen.
const nearPorts = 1000

// extendedFailure is that EPSV fails where PASV works, at one server.
type extendedFailure struct {
	failed, worked []*attempt // with EPSV, with PASV; of the same sessions
	sure           Confidence
	refused        bool // RSTs were among the answers
}

// extendedFails compares the passive attempts of one client at one server. It
// returns nil unless all that began with EPSV failed and all that began with PASV
// in the same sessions came up, at the same address, and nothing else than the
// command may well be the reason.
func extendedFails(attempts []*attempt) *extendedFailure {
	if !differ(attempts) {
		return nil
	}
	var x extendedFailure
	worked := make(map[string]int)
	failed := make(map[string]int)
	for _, a := range attempts {
		port, opened := a.passivePort()
		switch {
		case port == 0 || a.secured:
		case a.verb == "EPSV" && opened, a.verb == "PASV" && !opened:
			return nil
		case a.verb == "EPSV":
			failed[a.session]++
			x.failed = append(x.failed, a)
			x.refused = x.refused || a.fate == fateRefused
		case a.verb == "PASV":
			worked[a.session]++
			x.worked = append(x.worked, a)
		}
	}
	pairs := 0
	for id, n := range failed {
		pairs += min(n, worked[id])
	}
	switch {
	case pairs == 0 || x.refused && pairs < 2:
		return nil // one closed port proves nothing
	case pairs == 1:
		p, q := x.port(x.failed), x.port(x.worked)
		if max(p, q)-min(p, q) > nearPorts {
			return nil
		}
		x.sure = Possible
	case x.refused || x.byNumber():
		x.sure = Possible
	default:
		x.sure = Likely
	}
	return &x
}

// port is that of the first attempt.
func (x *extendedFailure) port(of []*attempt) uint16 {
	p, _ := of[0].passivePort()
	return p
}

// byNumber reports whether the number of the port tells the attempts apart as
// well as the command does.
func (x *extendedFailure) byNumber() bool {
	bounds := func(of []*attempt) (low, high uint16) {
		low = x.port(of)
		for _, a := range of {
			p, _ := a.passivePort()
			low, high = min(low, p), max(high, p)
		}
		return low, high
	}
	failedLow, failedHigh := bounds(x.failed)
	workedLow, workedHigh := bounds(x.worked)
	return failedHigh < workedLow || workedHigh < failedLow
}

// epsvNotTracked: after EPSV the data connection fails, after PASV it comes up.
func epsvNotTracked(s *subject) *Finding {
	c, _ := s.compared()
	if c == nil || c.extended == nil || verbOf(s.t) != "EPSV" || !s.accepted() {
		return nil
	}
	f := s.extendedDiffers(c)
	f.Filter = s.dataFilter()
	return f
}

// extendedDiffers says that the command tells which attempts failed.
func (s *subject) extendedDiffers(c *comparison) *Finding {
	x := c.extended
	f := s.finding(EpsvNotTracked, Warning)
	f.Headline = "Data connections fail after EPSV and come up after PASV"
	f.Observation = Statement{fmt.Sprintf("from %s to %s %s after EPSV failed, and %d after PASV came up", c.client, c.server, count(len(x.failed), "data connection"), len(x.worked)), Certain}
	f.Location = s.whereLost(x.failed)
	f.Location.Confidence = atMost(f.Location.Confidence, x.sure)
	f.Cause = Statement{"a firewall on the way that follows FTP understands the reply to PASV, but not that to EPSV", x.sure}
	if x.refused {
		f.Cause.Text = "a firewall on the way does not understand the reply to EPSV, or the server does not listen where that says"
	}
	f.Evidence = append(rangeEvidence(x.failed), rangeEvidence(x.worked)...)
	f.Unknown = []string{"whether other ports would have come up after EPSV too"}
	f.Next = "repeat the transfer with PASV only, and again with EPSV only"
	f.Remedies = s.remedies(fixUsePASV, fixPassiveRange, fixFollowFTP)
	return f
}
