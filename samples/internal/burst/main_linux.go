package main

import (
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/ftpscope/ftpscope/samples/labtest"
)

// The first thread stays where it is: the sender takes another into a namespace.
func init() { runtime.LockOSThread() }

func main() {
	n := flag.Int("n", 1_000_000, "frames to send")
	runs := flag.Int("runs", 1, "how often each receiver is measured")
	program := flag.String("ftpscope", "ftpscope", "the program that is measured")
	only := flag.String("only", "", "measure the receivers whose name begins so")
	flag.Parse()
	if err := run(os.Stdout, *program, *only, *n, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "burst:", err)
		os.Exit(1)
	}
}

// run measures each receiver and writes a table in Markdown.
func run(w io.Writer, program, only string, n, runs int) error {
	if why := labtest.Missing("taskset", "tcpdump"); why != "" {
		return fmt.Errorf("%s", why)
	}
	b, err := makeBurst(n)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d frames, %.0f MB. Processor time is that of the process: a kernel's filter runs on the sender's.\n\n", len(b.frames), float64(b.bytes)/1e6)
	fmt.Fprintln(w, "| receiver | sent | thousand a second | reached the interface | reached user space | share | drops reported | processor, s | of it kernel | transfers completed |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|---|")
	for range runs {
		for _, r := range receivers(program) {
			if !strings.HasPrefix(r.name, only) {
				continue
			}
			line, err := measure(r, b)
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			fmt.Fprintln(w, line)
		}
	}
	return nil
}

// patience is how long anything may take that is not the sending.
const patience = 20 * time.Second

// measure makes a pair of interfaces with the receiver at one end, and sends.
func measure(r receiver, b *burst) (line string, err error) {
	lab, err := labtest.New("from", "to")
	defer func() {
		if closed := lab.Close(); err == nil {
			err = closed
		}
	}()
	if err != nil {
		return "", err
	}
	from, to := lab.Space("from"), lab.Space("to")
	err = labtest.Link(
		labtest.Port{Space: from, Interface: "from0", Addresses: []netip.Prefix{netip.MustParsePrefix("10.78.1.1/24")}},
		labtest.Port{Space: to, Interface: "to0", Addresses: []netip.Prefix{netip.MustParsePrefix("10.78.1.2/24")}})
	if err != nil {
		return "", err
	}
	out, err := os.CreateTemp("", "burst")
	if err != nil {
		return "", err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	p, err := to.Start(out, append([]string{"taskset", "-c", receiverCPU}, r.argv...)...)
	if err != nil {
		return "", err
	}
	if err := p.AwaitCapture(patience); err != nil {
		return "", err
	}
	time.Sleep(300 * time.Millisecond)
	took, err := b.send(from, "from0")
	if err != nil {
		return "", err
	}
	time.Sleep(2 * time.Second) // tcpdump gets what it has not yet within a second
	arrived, err := to.Output(ctx(), "cat", "/sys/class/net/to0/statistics/rx_packets")
	if err != nil {
		return "", err
	}
	if r.ask != 0 {
		if err := p.Signal(r.ask); err != nil {
			return "", err
		}
		time.Sleep(500 * time.Millisecond)
	}
	if err := p.Stop(interrupt, patience); err != nil {
		return "", err
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		return "", err
	}
	got := r.read(text, p.Said())
	user, kernel := p.Processor()
	return fmt.Sprintf("| %s | %d | %.0f | %s | %d | %.2f %% | %s | %.2f | %.2f | %s |", r.name, len(b.frames),
		float64(len(b.frames))/took.Seconds()/1e3, trimmed(arrived), got.packets, 100*float64(got.packets)/float64(len(b.frames)),
		got.drops, (user + kernel).Seconds(), kernel.Seconds(), got.completed), nil
}
