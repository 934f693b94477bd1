package diagnose_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/samples/samplestest"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// downloads is a session between two hosts of its own, as a .ftp text: transfers
// that go well, the last of them blocked if that is wanted.
func downloads(host, transfers int, blocked bool) string {
	var out strings.Builder
	server := fmt.Sprintf("198.51.100.%d", host)
	fmt.Fprintf(&out, "# Downloads in passive mode.\n\nhost client 192.0.2.%d ttl 64 delay 20us\nhost server %s ttl 57 delay 9ms\n", host, server)
	out.WriteString("open ctl client:1028 > server:21\nS< 220 (vsFTPd 3.0.3)\n")
	out.WriteString("C> USER anonymous\nS< 331 Please specify the password.\nC> PASS guest@example.com\nS< 230 Login successful.\n")
	for i := range transfers {
		fmt.Fprintf(&out, "C> PASV\nS< 227 Entering Passive Mode (%s,7,%d).\n", strings.ReplaceAll(server, ".", ","), i)
		if blocked && i == transfers-1 {
			fmt.Fprintf(&out, "syn d%d client:%d > server:%d linux 4\nwait 4s\n", i, 2000+i, 7*256+i)
			continue
		}
		fmt.Fprintf(&out, "open d%d client:%d > server:%d\nC> RETR file\nS< 150 Here it comes.\nsend d%d server \"some bytes\\r\\n\"\nfin d%d server\nS< 226 Done.\n", i, 2000+i, 7*256+i, i, i)
	}
	out.WriteString("C> QUIT\nS< 221 Goodbye.\nfin ctl server\n")
	return out.String()
}

// finished is a session that is over, with what is known of its capture.
type finished struct {
	*session.Session
	captures []diagnose.Capture
}

// sessionsOf are such sessions, each between hosts of its own.
func sessionsOf(t testing.TB, hosts, transfers int, blocked bool) []finished {
	t.Helper()
	var out []finished
	for host := range hosts {
		pcap, err := samplestest.Compile("cost.ftp", downloads(host+1, transfers, blocked))
		if err != nil {
			t.Fatal(err)
		}
		r := read(t, pcap).explain(diagnose.Config{})
		if len(r.sessions) != 1 || len(r.sessions[0].Transfers) != transfers || (len(r.findings) > 0) != blocked {
			t.Fatalf("sessions %d, findings %d", len(r.sessions), len(r.findings))
		}
		out = append(out, finished{r.sessions[0], r.captures})
	}
	return out
}

// explainer explains one of some sessions at each call, as if it were another one
// each time. The memory of its engine is full.
func explainer(all []finished) func() {
	e, next, names := diagnose.New(diagnose.Config{}), 0, make([]string, 4*diagnose.MaxContacts)
	for i := range names {
		names[i] = fmt.Sprint("s", i)
	}
	explain := func() {
		s := all[next%len(all)]
		s.ID = names[next%len(names)]
		s.Control.SYNs[0].ISN = uint32(next)
		e.Session(s.Session, &s.captures[0])
		next++
	}
	for range 2 * max(diagnose.MaxAttempts, diagnose.MaxContacts) {
		explain()
	}
	return explain
}

// BenchmarkSession explains sessions of five transfers. The engine's memory is
// full: of attempts of other hosts, or of these two alone.
func BenchmarkSession(b *testing.B) {
	for _, bench := range []struct {
		name    string
		hosts   int
		blocked bool
	}{
		{"well", 64, false},
		{"blocked", 64, true},
		{"well, memory of the same hosts", 1, false},
		{"blocked, memory of the same hosts", 1, true},
	} {
		b.Run(bench.name, func(b *testing.B) {
			explain := explainer(sessionsOf(b, bench.hosts, 5, bench.blocked))
			b.ReportAllocs()
			for b.Loop() {
				explain()
			}
		})
	}
}

// BenchmarkLongSession explains one session with thousands of transfers that
// nobody answered.
func BenchmarkLongSession(b *testing.B) {
	const transfers = 20_000
	one := sessionsOf(b, 1, 1, true)[0]
	long := *one.Session
	long.Transfers = nil
	for range transfers {
		long.Transfers = append(long.Transfers, one.Transfers[0])
	}
	b.ReportAllocs()
	for b.Loop() {
		diagnose.New(diagnose.Config{}).Session(&long, &one.captures[0])
	}
}

// TestLittleForTheWell: most sessions go well, and next to nothing is made for
// them: what they need of firewalls, and what rules look at.
func TestLittleForTheWell(t *testing.T) {
	const most = 8
	if n := testing.AllocsPerRun(1000, explainer(sessionsOf(t, 64, 5, false))); n > most {
		t.Errorf("%.0f allocations for a session of which nothing is to be said, at most %d before", n, most)
	}
}
