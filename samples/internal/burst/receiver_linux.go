package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// The receiver and the sender have a processor each.
const (
	receiverCPU = "0"
	senderCPU   = 1
)

// interrupt is what ends a receiver.
const interrupt = syscall.SIGINT

func ctx() context.Context { return context.Background() }

func trimmed(b []byte) string { return string(bytes.TrimSpace(b)) }

// receiver is a program that captures on to0.
type receiver struct {
	name string
	argv []string
	ask  syscall.Signal // that has it say its state, drops included; 0 for none
	read func(out []byte, said string) result
}

// result is what a receiver says that it got.
type result struct {
	packets   int64
	drops     string
	completed string // transfers, of all
}

// receivers are those that are compared.
func receivers(program string) []receiver {
	sniff := []string{program, "sniff", "-i", "to0", "--format", "ndjson"}
	tcpdump := []string{"tcpdump", "-i", "to0", "-n", "-w", "/dev/null", "-Z", "root"}
	return []receiver{
		{"ftpscope sniff", sniff, syscall.SIGUSR1, readSniff},
		{"ftpscope sniff --payload", append(sniff[:len(sniff):len(sniff)], "--payload"), syscall.SIGUSR1, readSniff},
		{"tcpdump -w /dev/null", tcpdump, 0, readTcpdump},
		{"tcpdump -B 32768 -w /dev/null", append(tcpdump[:len(tcpdump):len(tcpdump)], "-B", "32768"), 0, readTcpdump},
	}
}

// number finds a number before a word, like "12,345 drops".
func number(text, words string) (int64, bool) {
	m := regexp.MustCompile(`(?:^|\D)(\d[\d,]*) ` + words).FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
	return n, err == nil
}

func readTcpdump(_ []byte, said string) (r result) {
	r.packets, _ = number(said, "packets? captured")
	r.drops, r.completed = "?", "–"
	if n, ok := number(said, "packets? dropped by kernel"); ok {
		r.drops = fmt.Sprint(n)
	}
	return r
}

// readSniff reads the lines capture and summary, and what was said to a person.
func readSniff(out []byte, said string) (r result) {
	r.drops, r.completed = "?", "?"
	if n, ok := number(said, "(?:packets? )?(?:drops?|dropped)\\b"); ok {
		r.drops = fmt.Sprint(n)
	}
	for text := range bytes.Lines(out) {
		var line struct {
			Type      string
			Packets   int64
			Drops     *int64
			Transfers json.RawMessage
			Outcomes  map[string]int
		}
		if json.Unmarshal(text, &line) != nil {
			continue // the line of a person, or one that was cut off
		}
		switch line.Type {
		case "capture":
			r.packets = line.Packets
			if line.Drops != nil {
				r.drops = fmt.Sprint(*line.Drops)
			}
		case "summary":
			r.completed = fmt.Sprintf("%d of %s", line.Outcomes["completed"], line.Transfers)
		}
	}
	return r
}
