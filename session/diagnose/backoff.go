package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// clock is how a system repeats a SYN that nobody answers.
type clock struct {
	systems string
	gaps    []time.Duration // between one SYN and the next
}

// clocks of unanswered SYNs. The first of Linux 6.5 and later is that of
// tcp_syn_linear_timeouts = 4, which the BSDs have had for long.
//
// https://docs.kernel.org/networking/ip-sysctl.html
var clocks = []clock{
	{"Linux 6.5 or later, macOS or BSD", seconds(1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64)},
	{"Linux before 6.5", seconds(1, 2, 4, 8, 16, 32, 64)},
	{"older Windows", seconds(3, 6, 12)},
}

// refusedClock is how Windows repeats a SYN that was refused.
var refusedClock = clock{"Windows", []time.Duration{500 * time.Millisecond, 500 * time.Millisecond, 500 * time.Millisecond}}

func seconds(n ...int) []time.Duration {
	out := make([]time.Duration, len(n))
	for i, s := range n {
		out[i] = time.Duration(s) * time.Second
	}
	return out
}

// repeats names the systems whose clock of SYN repetitions fits that of a
// connection: "Linux before 6.5"; empty if none does or too few were seen.
func repeats(c *ftp.Conn) string {
	if len(c.SYNs) < leastSYNs || c.SYNCount > len(c.SYNs) {
		return ""
	}
	gaps := make([]time.Duration, 0, len(c.SYNs)-1)
	for i, syn := range c.SYNs[1:] {
		if syn.ISN != c.SYNs[i].ISN {
			return "" // another attempt
		}
		gaps = append(gaps, syn.Time.Sub(c.SYNs[i].Time))
	}
	if a, ok := c.Answered(); ok {
		if a.Kind == ftp.AnswerRST && refusedClock.fits(gaps) {
			return refusedClock.systems
		}
		return ""
	}
	for _, k := range clocks {
		if k.fits(gaps) {
			return k.systems
		}
	}
	return ""
}

// clocked adds to the evidence of the last SYN of a connection whose clock its
// repetitions follow.
func clocked(ev []Evidence, c *ftp.Conn) []Evidence {
	if clock := repeats(c); clock != "" {
		for i := range ev {
			if ev[i].Seen == c.SYNs[len(c.SYNs)-1].Seen {
				ev[i].Text += fmt.Sprintf(", repeated as %s does", clock)
			}
		}
	}
	return ev
}

// fits reports whether gaps are those of the clock, give or take 15 %.
func (k clock) fits(gaps []time.Duration) bool {
	if len(gaps) > len(k.gaps) {
		return false
	}
	for i, g := range gaps {
		if off := (g - k.gaps[i]).Abs(); off > k.gaps[i]*15/100 {
			return false
		}
	}
	return true
}
