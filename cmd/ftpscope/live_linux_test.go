package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/samples/labtest"
)

// point is where the lab is captured.
type point struct {
	name  string
	space func(*ftpLab) *labtest.Space
	iface string
	want  func(scenario) []fate // what is true of a scenario there; nil where another point tells

	// vantage is where on the path that is. On one interface sniff knows which
	// packets this machine sent, and tcpdump writes it down for the device any
	// only: so that both know the same, both are told.
	vantage string
}

// analyze is what analyze says of a file that was captured at the point.
func (p point) analyze(t *testing.T, file string) report {
	t.Helper()
	return readReport(t, run(t, append([]string{"analyze", "--format", "ndjson", file}, p.told()...)...))
}

// told is the flags that say where the point is.
func (p point) told() []string {
	if p.vantage == "" {
		return nil
	}
	return []string{"--vantage", p.vantage}
}

var points = []point{
	{"client", func(l *ftpLab) *labtest.Space { return l.client }, "c0", func(s scenario) []fate { return s.client }, "client-host"},
	{"server", func(l *ftpLab) *labtest.Space { return l.server }, "s0", func(s scenario) []fate { return s.server }, "server-host"},
	// Both sides of the firewall at once: most frames come twice.
	{"router", func(l *ftpLab) *labtest.Space { return l.router }, "any", nil, ""},
}

// Real programs, a real server and a real firewall: what is said of the packets is
// what was done, and what sniff says while they pass is what analyze says of
// tcpdump's recording of them.
func TestLive(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	if why := labtest.Missing("nft", "ss", "taskset", "tcpdump", "openssl", "vsftpd", "curl", "lftp"); why != "" {
		t.Skip(why)
	}
	todo := scenarios()
	lab := newFTPLab(t, todo)
	recorders := lab.record(t)
	lab.drive(t, todo)
	for _, r := range recorders {
		r.finish(t)
	}

	for _, p := range points {
		recorded := p.analyze(t, lab.file(p, "tcpdump", ".pcap"))
		if p.want != nil {
			t.Run("what is true at the "+p.name, func(t *testing.T) { checkTruth(t, p, todo, recorded) })
		}
		for _, r := range recorders {
			if r.point.name == p.name && r.check != nil {
				t.Run(r.name+" at the "+p.name, func(t *testing.T) { r.check(t, r, recorded) })
			}
		}
	}
}

// program is the test's own binary, under the name at which it is ftpscope: see
// TestMain.
func program(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("ftpscope")
	ends(t, err)
	return path
}

// file is where something that was recorded at a point goes.
func (l *ftpLab) file(p point, what, ext string) string {
	return filepath.Join(l.dir, p.name+"-"+strings.ReplaceAll(what, " ", "-")+ext)
}

// recorder is a program that watches a point.
type recorder struct {
	name   string
	point  point
	all    []*labtest.Process // the one that captures first, then those that read it
	out    *os.File           // its standard output
	record string             // what it was fate to write
	check  func(*testing.T, *recorder, report)
}

// record starts everything that watches, and returns when all of it does.
func (l *ftpLab) record(t *testing.T) (all []*recorder) {
	t.Helper()
	for _, p := range points {
		all = append(all, l.tcpdump(t, p), l.pipe(t, p))
		all = append(all, l.sniff(t, p)...)
	}
	for _, r := range all {
		ends(t, r.all[0].AwaitCapture(10*time.Second))
	}
	time.Sleep(300 * time.Millisecond) // tcpdump throws away what it got before its filter
	return all
}

// start starts a program that watches a point; its output goes to a file.
func (l *ftpLab) start(t *testing.T, p point, name string, argv ...string) *recorder {
	t.Helper()
	out, err := os.Create(l.file(p, name, ".out"))
	ends(t, err)
	t.Cleanup(func() { out.Close() })
	one, err := p.space(l).Start(out, argv...)
	ends(t, err)
	return &recorder{name: name, point: p, out: out, all: []*labtest.Process{one}}
}

// tcpdumpFlags: packets are written as they come, by root, whose the folder is. Not
// with --immediate-mode, which has room for 256 packets only.
func tcpdumpFlags(p point, file string) []string {
	return []string{"tcpdump", "-i", p.iface, "-n", "-q", "-s", "0", "--nano", "-B", "65536", "-U", "-Z", "root", "-w", file}
}

func (l *ftpLab) tcpdump(t *testing.T, p point) *recorder {
	return l.start(t, p, "tcpdump", tcpdumpFlags(p, l.file(p, "tcpdump", ".pcap"))...)
}

// pipe is: tcpdump -w - | ftpscope analyze -
func (l *ftpLab) pipe(t *testing.T, p point) *recorder {
	t.Helper()
	out, err := os.Create(l.file(p, "pipe", ".out"))
	ends(t, err)
	t.Cleanup(func() { out.Close() })
	r, w, err := os.Pipe()
	ends(t, err)
	defer r.Close()
	defer w.Close() // each has its own copy
	from, err := p.space(l).Start(w, tcpdumpFlags(p, "-")...)
	ends(t, err)
	to, err := p.space(l).Feed(r, out, append([]string{program(t), "analyze", "--format", "ndjson", "-"}, p.told()...)...)
	ends(t, err)
	return &recorder{name: "pipe", point: p, out: out, all: []*labtest.Process{from, to}, check: checkSame}
}

// sniff watches with everything, and with what the kernel lets pass.
func (l *ftpLab) sniff(t *testing.T, p point) []*recorder {
	t.Helper()
	if help, _ := exec.Command(program(t), "sniff", "--help").Output(); !strings.Contains(string(help), "--payload") {
		t.Log("there is no command sniff yet")
		return nil
	}
	written := l.file(p, "written", ".pcapng")
	whole := l.start(t, p, "sniff with payload", append([]string{program(t), "sniff", "-i", p.iface, "--format", "ndjson", "--payload", "-w", written}, p.told()...)...)
	whole.record, whole.check = written, checkSame
	thin := l.start(t, p, "sniff", program(t), "sniff", "-i", p.iface, "--format", "ndjson")
	thin.check = checkThin
	return []*recorder{whole, thin}
}

// finish ends a recorder as a person does, and waits until it has.
func (r *recorder) finish(t *testing.T) {
	t.Helper()
	if err := r.all[0].Stop(syscall.SIGINT, 10*time.Second); err != nil {
		t.Error(err)
	}
	if said := r.all[0].Said(); strings.HasPrefix(r.name, "tcpdump") && !strings.Contains(said, "\n0 packets dropped by kernel") {
		t.Errorf("tcpdump at the %s is no witness: %s", r.point.name, said)
	}
	for _, reader := range r.all[1:] {
		if err := reader.Wait(10 * time.Second); err != nil {
			t.Error(err)
		}
	}
}

// said is what the recorder wrote to its standard output.
func (r *recorder) said(t *testing.T) []byte {
	t.Helper()
	out, err := os.ReadFile(r.out.Name())
	ends(t, err)
	return out
}

// drive has the clients do what the scenarios say, all at once and on one processor,
// so that there is one order of packets for everybody who watches.
func (l *ftpLab) drive(t *testing.T, todo []scenario) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var wait sync.WaitGroup
	for i, s := range todo {
		to := server4
		if s.six {
			to = "[" + server6 + "]"
		}
		words := strings.NewReplacer("CLIENT", s.from(i), "SERVER", to, "DIR", l.dir)
		argv := []string{"taskset", "-c", "0"}
		for _, word := range s.argv {
			argv = append(argv, words.Replace(word))
		}
		wait.Go(func() {
			out, err := l.client.Output(ctx, argv...)
			if failed := err != nil; failed != s.fails {
				t.Errorf("%s: %v, want failure: %v\n%s", s.name, err, s.fails, out)
			}
		})
	}
	wait.Wait()
	time.Sleep(1500 * time.Millisecond) // tcpdump gets what it has not yet within a second
}

// checkTruth holds a report to what was done.
func checkTruth(t *testing.T, p point, todo []scenario, got report) {
	for i, s := range todo {
		t.Run(s.name, func(t *testing.T) {
			var all []fate
			n := 0
			for _, one := range got.sessions {
				if one.Control.Client.Address != s.from(i) {
					continue
				}
				n++
				for _, tr := range one.Transfers {
					all = append(all, tr.fate())
				}
			}
			want := p.want(s)
			if n != 1 || len(all) != len(want) {
				t.Fatalf("%d sessions with the transfers %+v; want %+v", n, all, want)
			}
			for j := range want {
				if want[j].bytes == unknownSize && all[j].bytes > 0 {
					all[j].bytes = unknownSize
				}
				if want[j].direction == "" {
					all[j].direction = ""
				}
				if all[j] != want[j] {
					t.Errorf("transfer %d: %+v; want %+v", j+1, all[j], want[j])
				}
			}
		})
	}
	if len(got.sessions) != len(todo) {
		t.Errorf("%d sessions, want %d", len(got.sessions), len(todo))
	}
}
