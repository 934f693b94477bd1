package report

import (
	"slices"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// strangers reports whether the captures have nothing in common, so that there is
// nothing to compare; who wants all sees what each of them has by itself.
func (r *comparer) strangers() bool {
	return len(r.points) > 0 && len(r.path.Order) < 2 && !r.text.Expand
}

// apart says that the captures cannot be compared, what each of them holds, and how
// to take some that can.
func (r *comparer) apart() {
	if len(r.points) == 0 {
		return
	}
	r.flow(0, 2, piece{"nothing to compare: no connection is in more than one of the captures", r.bad})
	all := r.Captures
	for i, c := range all {
		r.Captures, r.Stats = all[i:i+1], r.facts[i].Stats
		r.holds(i, c)
	}
	r.Captures = all
	r.flow(2, 4, piece{"capture the same attempts at all points: begin all captures, try, then end them; everything of the host, not only port 21", r.plain})
	r.line("    tcpdump -ni any -s0 -w client.pcap 'host SERVER or icmp or icmp6'")
	r.line("    tcpdump -ni any -s0 -w server.pcap 'host CLIENT or icmp or icmp6'")
	r.flow(2, 4, piece{"each by itself: ftpscope analyze FILE", r.plain})
}

// mostHosts is how many pairs of hosts are named of a capture.
const mostHosts = 2

// holds says what a capture holds, which is the only one of the renderer.
func (r *comparer) holds(i int, c capture.Info) {
	pieces := []piece{{r.name(i) + ": no packet", r.plain}}
	if !c.First.IsZero() {
		pieces[0].text = r.name(i) + ": " + c.First.UTC().Format(time.DateTime) + " to " + c.Last.UTC().Format(time.DateTime) + " UTC"
		sessions := "no FTP session"
		if n := r.facts[i].Sessions; n > 0 {
			sessions = countText(int64(n), "FTP session")
		}
		pieces = append(pieces, piece{sessions, r.plain})
	}
	for n, hosts := range r.hostsAt(i) {
		if n == mostHosts {
			hosts = "…"
		}
		if n <= mostHosts {
			pieces = append(pieces, piece{hosts, r.faint})
		}
	}
	r.flow(2, 4, pieces...)
	for _, p := range c.Problems {
		r.problem(p.Code, p.Message, p.Frame)
	}
	if r.facts[i].Sessions > 0 || c.First.IsZero() {
		return
	}
	for _, why := range r.whyNothing() {
		r.flow(4, 6, piece{why, r.faint})
	}
}

// hostsAt are the clients and servers of a point, each pair once.
func (r *comparer) hostsAt(point int) []string {
	var out []string
	for _, s := range r.path.Sessions {
		if point >= len(s.At) || s.At[point] == nil {
			continue
		}
		if text := s.At[point].Client.Addr().String() + arrow + s.At[point].Server.String(); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}
