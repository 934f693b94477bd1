package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/cli"
	"github.com/ftpscope/ftpscope/samples"
)

// maxMemory is what reading a damaged file may allocate in all: more than it
// ever holds at once.
const maxMemory = 64 << 20

// TestDamaged cuts captures anywhere and puts hostile numbers into their fields:
// the program must say something clear, in bounded memory, and not panic.
func TestDamaged(t *testing.T) {
	files := []string{"classic-active-blocked", "nat-helper-rewritten", "ftps-explicit-passive"}
	if testing.Short() {
		files = files[:2]
	}
	for _, name := range files {
		whole, err := samples.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name+"/cut", func(t *testing.T) {
			for cut := 0; cut < len(whole); cut += 1 + cut/64 {
				if said := analyzeBytes(t, whole[:cut]); said == "" && !between(whole, cut) {
					t.Errorf("cut at %d: not a word about it", cut)
				}
			}
		})
		t.Run(name+"/fields", func(t *testing.T) {
			for at := 0; at+4 <= min(len(whole), 300); at += 2 {
				for _, v := range []uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x00ffffff} {
					for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
						damaged := bytes.Clone(whole)
						order.PutUint32(damaged[at:], v)
						analyzeBytes(t, damaged)
					}
				}
			}
		})
		t.Run(name+"/noise", func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for range 300 {
				damaged := bytes.Clone(whole)
				for range 1 + r.IntN(20) {
					damaged[r.IntN(len(damaged))] = byte(r.Uint32())
				}
				analyzeBytes(t, damaged)
			}
		})
	}
}

// between reports whether a cut lies between two records of a pcap or pcapng
// file: what is left is a shorter file without a flaw.
func between(file []byte, cut int) bool {
	at, next := 24, func(at int) int { return at + 16 + int(binary.LittleEndian.Uint32(file[at+8:])) }
	if bytes.HasPrefix(file, []byte("\n\r\r\n")) {
		at, next = 0, func(at int) int { return at + int(binary.LittleEndian.Uint32(file[at+4:])) }
	}
	for at < cut {
		at = next(at)
	}
	return at == cut && cut > 0
}

// analyzeBytes analyzes a capture with these bytes. It returns what the report or
// standard error says of damage.
func analyzeBytes(t *testing.T, file []byte) string {
	t.Helper()
	var out, errOut bytes.Buffer
	s := &cli.Streams{In: bytes.NewReader(file), Out: &out, ErrOut: &errOut, Getenv: func(string) string { return "" }}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	status := cli.Main([]string{"analyze", "-"}, s)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > maxMemory {
		t.Errorf("allocates %d MiB", used>>20)
	}
	switch status {
	case 0:
		if out.Len() == 0 {
			t.Error("exit status 0 and no report")
		}
		return damage(out.String())
	case 1:
		if !strings.HasPrefix(errOut.String(), "ftpscope: ") || !strings.Contains(errOut.String(), "standard input") {
			t.Errorf("exit status 1, but standard error says %q", errOut.String())
		}
		return errOut.String()
	}
	t.Error(fmt.Errorf("exit status %d: %s", status, &errOut))
	return ""
}

// damage is the lines of a report that speak of a damaged capture.
func damage(report string) string {
	var lines []string
	for line := range strings.Lines(report) {
		if strings.Contains(line, "capture-truncated") || strings.Contains(line, "capture-damaged") || strings.Contains(line, "cut off") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
