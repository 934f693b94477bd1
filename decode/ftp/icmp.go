package ftp

// icmpKind is the type and code of an ICMP message.
type icmpKind struct{ typ, code uint8 }

// The names of errors, in the words of
// https://www.iana.org/assignments/icmp-parameters and icmpv6-parameters.
var (
	icmpNames = map[icmpKind]string{
		{3, 0}: "network unreachable", {3, 1}: "host unreachable", {3, 2}: "protocol unreachable", {3, 3}: "port unreachable",
		{3, 4}: "fragmentation needed", {3, 6}: "network unknown", {3, 7}: "host unknown", {3, 9}: "network prohibited",
		{3, 10}: "host prohibited", {3, 13}: "communication prohibited", {11, 0}: "time to live exceeded",
	}
	icmpv6Names = map[icmpKind]string{
		{1, 0}: "no route", {1, 1}: "administratively prohibited", {1, 2}: "beyond scope of source", {1, 3}: "address unreachable",
		{1, 4}: "port unreachable", {1, 5}: "source address failed policy", {1, 6}: "reject route", {2, 0}: "packet too big",
		{3, 0}: "hop limit exceeded",
	}
)

// V6 reports whether an answer is an ICMPv6 error rather than an ICMP one.
func (a Answer) V6() bool { return a.From.Is6() && !a.From.Is4In6() }

// ICMPName is what an ICMP error says, or empty where its type and code have no
// name.
func (a Answer) ICMPName() string {
	if a.V6() {
		return icmpv6Names[icmpKind{a.Type, a.Code}]
	}
	return icmpNames[icmpKind{a.Type, a.Code}]
}
