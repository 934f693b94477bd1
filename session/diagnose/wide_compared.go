package diagnose

import (
	"fmt"
	"net/netip"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// comparedAtEnd holds the passive attempts of all sessions against each other.
// Most such findings were made when the last failing session ended; what shows
// only by sessions that went well after it is left.
func (e *Engine) comparedAtEnd(captures []Capture, vantages []Vantage) []*Finding {
	var out []*Finding
	seen := make(map[pair]bool)
	for i := range e.memory.attempts {
		a := &e.memory.attempts[i]
		p := pair{a.capture, a.client, a.server}
		if a.mode != ftp.ModePassive || a.capture >= len(captures) || seen[p] {
			continue
		}
		seen[p] = true
		base := subject{
			Session: &session.Session{Client: netip.AddrPortFrom(p.client, 0), Server: netip.AddrPortFrom(p.server, a.control)},
			memory:  &e.memory, sights: &e.sights, capture: &captures[p.capture], vantage: vantages[p.capture],
		}
		add := func(f *Finding, failed []*attempt) {
			f.Transfers, f.Count = failing(failed)
			f.key = fmt.Sprint(p)
			out = append(out, f)
		}
		said, c := e.wide.of(p.capture).said, e.memory.compared(p)
		if c.split != nil && !said[told{PassivePortRange, p.server}] {
			add(base.rangeDiffers(c), c.attempts)
		}
		if c.extended != nil && !said[told{EpsvNotTracked, p.server}] {
			add(base.extendedDiffers(c), c.extended.failed)
		}
	}
	return out
}

// failing are the transfers of those attempts that did not come up.
func failing(group []*attempt) (ids []string, n int) {
	for i := range group {
		if port, opened := group[i].passivePort(); port != 0 && !opened {
			if n++; len(ids) < MaxTransfers {
				ids = append(ids, group[i].transfer)
			}
		}
	}
	return ids, n
}
