package diagnose

import (
	"cmp"
	"fmt"
	"slices"
)

// portSplit is a server's passive ports, told apart by their number: those at
// which connections came up and those at which none did.
type portSplit struct {
	open, shut []uint16 // sorted, each once
	sure       Confidence
}

// How likely it may be that chance alone would part as many ports so.
const (
	chanceLikely   = 0.05
	chancePossible = 0.2
)

// separateRange tells the ports of passive attempts at one server apart. It
// returns nil unless the number of the port explains, better than time and than
// chance, which of them failed: all ports that are open, or all that are not,
// lie in one range without any of the others.
func separateRange(attempts []*attempt) *portSplit {
	if !differ(attempts) {
		return nil
	}
	byTime, byStart := attempts, func(a, b *attempt) int { return a.start.Compare(b.start) }
	if !slices.IsSortedFunc(byTime, byStart) {
		byTime = slices.Clone(byTime)
		slices.SortStableFunc(byTime, byStart)
	}
	type trial struct {
		port   uint16
		opened bool
	}
	ports, order := make([]trial, 0, len(byTime)), make([]bool, 0, len(byTime))
	for _, a := range byTime {
		if port, opened := a.passivePort(); port != 0 {
			ports, order = append(ports, trial{port, opened}), append(order, opened)
		}
	}
	slices.SortFunc(ports, func(a, b trial) int { return cmp.Compare(a.port, b.port) })
	ports = slices.Compact(ports)
	var split portSplit
	along := make([]bool, 0, len(ports))
	for i, p := range ports {
		if i > 0 && ports[i-1].port == p.port {
			return nil // the same port did both
		}
		along = append(along, p.opened)
		if p.opened {
			split.open = append(split.open, p.port)
		} else {
			split.shut = append(split.shut, p.port)
		}
	}
	n, pieces := len(ports), runs(along)
	if len(split.open) == 0 || len(split.shut) == 0 || pieces > 3 || pieces >= runs(order) {
		return nil
	}
	chance := 2 / choose(n, len(split.open))
	if pieces == 3 {
		between := len(split.open)
		if along[0] {
			between = len(split.shut)
		}
		chance = float64(n-between+1) / choose(n, between)
	}
	switch {
	case chance <= chanceLikely:
		split.sure = Likely
	case chance <= chancePossible:
		split.sure = Possible
	default:
		return nil
	}
	return &split
}

// differ reports whether some attempts came up and others did not.
func differ(attempts []*attempt) bool {
	open, shut := false, false
	for _, a := range attempts {
		port, opened := a.passivePort()
		open, shut = open || port != 0 && opened, shut || port != 0 && !opened
	}
	return open && shut
}

// runs counts the stretches of equal values.
func runs(values []bool) int {
	n := 0
	for i, v := range values {
		if i == 0 || v != values[i-1] {
			n++
		}
	}
	return n
}

// choose is how many ways there are to take k of n.
func choose(n, k int) float64 {
	ways := 1.0
	for i := 1; i <= k; i++ {
		ways *= float64(n-k+i) / float64(i)
	}
	return ways
}

// text says which ports are open and which are not.
func (p *portSplit) text() string {
	return fmt.Sprintf("%s (%s) came up, %s (%s) did not", count(len(p.open), "port"), portSpan(p.open), count(len(p.shut), "port"), portSpan(p.shut))
}

// portSpan is the lowest and the highest of sorted ports.
func portSpan(ports []uint16) string {
	if len(ports) == 1 {
		return fmt.Sprint(ports[0])
	}
	return fmt.Sprintf("%d to %d", ports[0], ports[len(ports)-1])
}

// passivePortRange: some passive ports of the server get through and others do
// not, and their number tells which.
func passivePortRange(s *subject) *Finding {
	c, port := s.compared()
	if c == nil || c.split == nil || !slices.Contains(c.split.shut, port) {
		return nil
	}
	f := s.rangeDiffers(c)
	f.Filter = s.dataFilter()
	return f
}

// rangeDiffers says that the number of the port tells which attempts failed.
func (s *subject) rangeDiffers(c *comparison) *Finding {
	f := s.finding(PassivePortRange, Warning) // of what failed at these ports
	f.Headline = fmt.Sprintf("The server's ports %s get through, its ports %s do not", portSpan(c.split.open), portSpan(c.split.shut))
	f.Observation = Statement{fmt.Sprintf("in %s from %s to %s, %s", count(len(c.attempts), "passive attempt"), c.client, c.server, c.split.text()), Certain}
	f.Location = s.whereLost(c.attempts)
	f.Cause = Statement{"the range of ports that is opened or forwarded is not the range that the server uses", c.split.sure}
	f.Evidence = rangeEvidence(c.attempts)
	f.Unknown = []string{"which ports between these get through"}
	f.Next = "compare the range in the server's settings with that in the rules of each firewall and NAT in front of it"
	f.Remedies = s.remedies(fixPassiveRange)
	return f
}

// rangeEvidence is a packet of each attempt that says something about a port.
func rangeEvidence(group []*attempt) []Evidence {
	var out []Evidence
	for i := range group {
		switch port, opened := group[i].passivePort(); {
		case port == 0 || !group[i].seen.Yes():
		case opened:
			out = append(out, Evidence{group[i].seen, fmt.Sprintf("port %d: the connection came up", port)})
		default:
			out = append(out, Evidence{group[i].seen, fmt.Sprintf("port %d: no connection", port)})
		}
	}
	sortEvidence(out)
	return shortened(out)
}
