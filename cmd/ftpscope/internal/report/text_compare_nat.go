package report

import (
	"net/netip"
	"slices"

	"github.com/ftpscope/ftpscope/session/compare"
)

// translation writes once for a session which addresses it has where: "addresses:
// a.pcap …, from b.pcap on …". What is translated at no point takes no line.
func (r *comparer) translation(v compare.View) {
	all := versions(v, addresses)
	if len(all) < 2 {
		return
	}
	var pieces []piece
	for i, one := range all {
		name := elide(r.name(one.point), max(r.width/3, leastName))
		lead := "from " + name + " on "
		if i == 0 {
			lead = "· addresses: " + name + " "
		}
		pieces = append(pieces, piece{lead + one.text, r.plain})
	}
	r.flow(indentFact, indentFact+2, pieces...)
}

// translated reports whether the control connection has other addresses at one
// point than at another.
func translated(s *compare.Session) bool { return len(versions(s.Control, addresses)) > 1 }

// otherwise reports whether the addresses of a data connection are translated in
// another way than those of the control connection; what ports become does not
// matter then.
func otherwise(s *compare.Session, v compare.View) bool {
	if v.Transfer == "" {
		return false
	}
	if !translated(s) {
		return true
	}
	for _, one := range v.Points {
		i := slices.IndexFunc(s.Control.Points, func(c compare.Sight) bool { return c.Point == one.Point })
		if i < 0 || addresses(one) == "" || addresses(s.Control.Points[i]) == "" {
			continue
		}
		if hostsOf(one) != hostsOf(s.Control.Points[i]) {
			return true
		}
	}
	return false
}

// hostsOf are the two hosts of a connection, whoever of them opened it.
func hostsOf(v compare.Sight) [2]netip.Addr {
	a, b := v.Source.Addr().Unmap(), v.Destination.Addr().Unmap()
	if b.Less(a) {
		a, b = b, a
	}
	return [2]netip.Addr{a, b}
}
