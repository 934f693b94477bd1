package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/ftpscope/ftpscope/samples/labtest"
)

func main() {
	minutes := flag.Float64("minutes", 30, "how long")
	rate := flag.Int("rate", 200, "sessions a second")
	program := flag.String("ftpscope", "ftpscope", "the program that is watched")
	role := flag.String("role", "", "of the processes that it starts of itself: server or client")
	flag.Parse()
	span := time.Duration(*minutes * float64(time.Minute))
	var err error
	switch *role {
	case "server":
		err = serve()
	case "client":
		err = call(os.Stdout, *rate, span)
	default:
		err = run(os.Stdout, *program, *rate, span)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// The two ends of the wire.
const (
	serverAddr = "10.79.0.1"
	clients    = 64 // addresses of the client: 10.79.1.1 and so on
)

// patience is how long anything may take that should be done at once.
const patience = 20 * time.Second

// run makes the network, starts everything and prints a table in Markdown.
func run(w io.Writer, program string, rate int, span time.Duration) (err error) {
	if why := labtest.Missing("nft"); why != "" {
		return errors.New(why)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	lab, err := labtest.New("client", "server")
	defer func() { err = errors.Join(err, lab.Close()) }()
	if err != nil {
		return err
	}
	client, server := lab.Space("client"), lab.Space("server")
	if err := connect(client, server); err != nil {
		return err
	}
	count := newCounter()
	sniff, err := server.Start(count, program, "sniff", "-i", "s0", "--format", "ndjson")
	if err != nil {
		return err
	}
	if err := sniff.AwaitCapture(patience); err != nil {
		return err
	}
	if _, err := server.Start(nil, self, "-role", "server"); err != nil {
		return err
	}
	var truth bytes.Buffer // read when the client has ended
	load, err := client.Start(&truth, self, "-role", "client", "-rate", fmt.Sprint(rate), "-minutes", fmt.Sprint(span.Minutes()))
	if err != nil {
		return err
	}
	if err := watch(w, sniff, load, count, span); err != nil {
		return err
	}
	if err := load.Wait(patience); err != nil {
		return err
	}
	time.Sleep(2 * time.Second) // the last packets are read
	if err := sniff.Stop(syscall.SIGINT, patience); err != nil {
		return err
	}
	user, kernel := sniff.Processor()
	var made tally
	if err := json.Unmarshal(truth.Bytes(), &made); err != nil {
		return fmt.Errorf("the client says %q: %w", truth.Bytes(), err)
	}
	seen := count.tally()
	fmt.Fprintf(w, "\n| | sessions | completed | blocked |\n|---|---|---|---|\n")
	fmt.Fprintf(w, "| made | %d | %d | %d |\n| seen | %d | %d | %d |\n", made.Sessions, made.Completed, made.Blocked, seen.Sessions, seen.Completed, seen.Blocked)
	fmt.Fprintf(w, "\nProcessor: %.1f s, of it kernel %.1f s, in %v. At the end it said: %s\n", (user + kernel).Seconds(), kernel.Seconds(), span, sniff.Said())
	if made != seen {
		return fmt.Errorf("made were %+v, and %+v seen", made, seen)
	}
	return nil
}

// connect joins client and server; the server's packet filter drops what comes to
// the blocked ports.
func connect(client, server *labtest.Space) error {
	var from []netip.Prefix
	for i := range clients {
		from = append(from, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 79, 1, byte(1 + i)}), 16))
	}
	err := labtest.Link(
		labtest.Port{Space: client, Interface: "c0", Addresses: from},
		labtest.Port{Space: server, Interface: "s0", Addresses: []netip.Prefix{netip.MustParsePrefix(serverAddr + "/16")}})
	if err != nil {
		return err
	}
	return server.Do("nft", fmt.Sprintf("table ip soak { chain in { type filter hook input priority 0; tcp dport %d-%d drop; }; }", blockedPorts.low, blockedPorts.high))
}

// watch prints a line each minute until the client has ended.
func watch(w io.Writer, sniff, load *labtest.Process, count *counter, span time.Duration) error {
	fmt.Fprintln(w, "| minute | sessions reported | resident, MiB | peak, MiB | processor, s |")
	fmt.Fprintln(w, "|---|---|---|---|---|")
	began := time.Now()
	// The first line soon: what it takes at the beginning is not what grows.
	next := began.Add(min(10*time.Second, span/2))
	for {
		select {
		case <-sniff.Ended():
			return fmt.Errorf("sniff ended: %w", sniff.Wait(0))
		case <-load.Ended():
		case <-time.After(time.Until(next)):
		}
		m, err := memoryOf(sniff.PID())
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %.1f | %d | %.1f | %.1f | %.1f |\n", time.Since(began).Minutes(), count.tally().Sessions, m.now, m.peak, m.processor)
		if time.Since(began) > span {
			return nil
		}
		select {
		case <-load.Ended():
			return load.Wait(patience)
		default:
		}
		next = began.Add(time.Since(began).Truncate(time.Minute) + time.Minute)
	}
}
