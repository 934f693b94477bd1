package compare

import (
	"fmt"

	"github.com/ftpscope/ftpscope/session/diagnose"
)

// verdict is what the points show together of a connection.
type verdict struct {
	stretches []*Stretch
	point     int             // whose capture tells most: the finding is made of it
	proof     *diagnose.Proof // what the others add
}

// dropped is the verdict of a packet that was lost behind the sight from, as its
// absence at another tells: the finding is made of the sight that tells most,
// and says where. What is only possible does not take the place of what the
// finding says itself.
func (l *line) dropped(s *Stretch, from int, a absence, most int, what string) *verdict {
	s.Confidence = l.sure(from, a)
	p := &diagnose.Proof{Shows: s.Text, Evidence: s.Evidence}
	v := &verdict{stretches: []*Stretch{s}, point: l.sights[most].Point, proof: p}
	doubt := ""
	if a.doubt != "" {
		doubt = fmt.Sprintf("whether %s holds all that passed there: %s", l.name(a.sight), a.doubt)
	}
	if s.Confidence == diagnose.Possible {
		p.Shows = ""
		p.Doubt = fmt.Sprintf("whether it happened %s: %s; but it is open %s", l.p.where(s), s.Text, doubt)
		return v
	}
	p.Place = diagnose.Place{Statement: diagnose.Statement{Text: l.p.where(s), Confidence: s.Confidence}, Where: diagnose.Middle}
	p.Cause = diagnose.Statement{
		Text:       fmt.Sprintf("a firewall, a NAT or a router %s discards or misdirects %s", l.p.where(s), what),
		Confidence: diagnose.Likely,
	}
	p.Unknown = []string{"which box between these points it is, and which of its rules"}
	if doubt != "" {
		p.Unknown = append(p.Unknown, doubt)
	}
	p.Next, p.Command = l.p.lookBetween(s)
	return v
}

// lookBetween is what to do when it is known between which points it is.
func (p *path) lookBetween(s *Stretch) (text, command string) {
	return fmt.Sprintf("on each box %s, look at the counters of its packet filter before and after the next attempt: the rule whose counter grew did it; with several boxes, capture between them and compare again", p.where(s)),
		"nft list ruleset\niptables -L FORWARD -v -n"
}

// beyond is the verdict where nothing happened between the points: what lies
// behind the last one did it.
func (l *line) beyond(last int, shows string) *verdict {
	p := &diagnose.Proof{Evidence: l.passed(last)}
	v := &verdict{point: l.sights[last].Point, proof: p}
	if l.holders() < 2 {
		for n := last + 1; n < len(l.sights) && p.Shows == ""; n++ {
			if one := l.sights[n]; one.Conn == nil && one.Blind != "" {
				p.Shows = fmt.Sprintf("%s cannot tell whether the SYN came so far: %s", l.name(n), one.Blind)
			}
		}
		return v
	}
	p.Shows = fmt.Sprintf("the SYN passed %s; %s", l.namesUpTo(last), shows)
	p.Next, p.Command = l.lookAtHost()
	return v
}

// silence is where nobody answers behind the last point: nothing between the
// points did it.
func (l *line) silence(last int) *verdict {
	const least = 2
	v := l.beyond(last, "no answer to it is in any of the captures")
	if l.holders() < 2 {
		return v
	}
	host, where := l.far()
	sure := diagnose.Certain
	if len(l.sights[last].Conn.SYNs) < least || !l.sights[last].heard {
		sure = diagnose.Likely
	}
	v.proof.Place = diagnose.Place{
		Statement: diagnose.Statement{Text: fmt.Sprintf("not between the captures: behind %s, at %s or right before it", l.name(last), host), Confidence: sure},
		Where:     where,
	}
	v.proof.Unknown = []string{
		fmt.Sprintf("whether the packet filter of %s's own host drops the SYN, or a box between it and %s; a capture on a host holds what comes in before its packet filter sees it", host, l.name(last)),
		fmt.Sprintf("whether anything on %s listens on that port", host),
	}
	return v
}

// far is the host that the packets of the line go to.
func (l *line) far() (host string, where diagnose.Where) {
	if l.toServer {
		return "the server", diagnose.BeyondServer
	}
	return "the client", diagnose.BeyondClient
}

// lookAtHost is what to do when it is known that a packet came as far as the last
// point before a host.
func (l *line) lookAtHost() (text, command string) {
	host, _ := l.far()
	return fmt.Sprintf("on %s, look at the counters of its packet filter before and after the next attempt, and whether anything listens on the port meanwhile", host),
		"nft list ruleset\niptables -L INPUT -v -n\nss -ltn"
}
