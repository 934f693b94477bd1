package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/cli"
	"github.com/ftpscope/ftpscope/samples"
)

// maxMemory is what reading a damaged file may allocate in all: more than it
// ever holds at once.
const maxMemory = 64 << 20

// TestDamaged cuts captures anywhere and puts hostile numbers into their fields:
// the program must print a report or a clear error, in bounded memory, and not
// panic.
func TestDamaged(t *testing.T) {
	files := []string{"classic-active-blocked", "nat-helper-rewritten", "ftps-explicit-passive"}
	if testing.Short() {
		files = files[:2]
	}
	for _, name := range files {
		file, err := samples.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name+"/cut", func(t *testing.T) {
			for cut := 0; cut < len(file); cut += 1 + cut/64 {
				got := analyzeBytes(t, file[:cut])
				got.check(t, fmt.Sprintf("cut at %d", cut))
				said := slices.ContainsFunc(got.warnings(), func(w string) bool { return strings.Contains(w, "the file is cut off: ") })
				if got.status == 0 && said == between(file, cut) {
					t.Errorf("cut at %d: that the file is cut off: %t; it warns %q", cut, said, got.warnings())
				}
			}
		})
		t.Run(name+"/fields", func(t *testing.T) {
			for at := 0; at+4 <= min(len(file), 300); at += 2 {
				for _, v := range []uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x00ffffff} {
					for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
						damaged := bytes.Clone(file)
						order.PutUint32(damaged[at:], v)
						analyzeBytes(t, damaged).check(t, fmt.Sprintf("%#x at %d, %v", v, at, order))
					}
				}
			}
		})
		t.Run(name+"/noise", func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for n := range 300 {
				damaged := bytes.Clone(file)
				for range 1 + r.IntN(20) {
					damaged[r.IntN(len(damaged))] = byte(r.Uint32())
				}
				analyzeBytes(t, damaged).check(t, fmt.Sprint("noise ", n))
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

// analyzed is what the program made of a capture.
type analyzed struct {
	status      int
	out, errOut string
}

// analyzeBytes analyzes a capture with these bytes.
func analyzeBytes(t *testing.T, file []byte, args ...string) analyzed {
	t.Helper()
	var out, errOut bytes.Buffer
	s := &cli.Streams{In: bytes.NewReader(file), Out: &out, ErrOut: &errOut, Getenv: func(string) string { return "" }}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	status := cli.Main(append([]string{"analyze", "-"}, args...), s)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > maxMemory {
		t.Errorf("allocates %d MiB", used>>20)
	}
	return analyzed{status, out.String(), errOut.String()}
}

// whole is the line that ends every report in text.
var whole = regexp.MustCompile(`(?m)^(no FTP session found|[\d,]+ sessions?   [\d,]+ transfers?)`)

// check holds the program to a whole report and status 0, or an error that names
// the input and status 1.
func (a analyzed) check(t *testing.T, what string) {
	t.Helper()
	switch {
	case a.status == 0 && a.errOut == "" && whole.MatchString(a.out):
	case a.status == 1 && a.out == "" && strings.HasPrefix(a.errOut, "ftpscope: standard input: "):
	default:
		t.Errorf("%s: exit status %d, %q, %q", what, a.status, a.out, a.errOut)
	}
}

// warnings are what a report in text says to be wrong with the capture.
func (a analyzed) warnings() []string {
	var found []string
	inside := false
	for line := range strings.Lines(a.out) {
		text, begins := strings.CutPrefix(line, "  warning: ")
		switch {
		case begins:
			found = append(found, strings.TrimSpace(text))
		case inside && strings.HasPrefix(line, "    "): // it goes on
			found[len(found)-1] += " " + strings.TrimSpace(line)
		default:
			inside = false
			continue
		}
		inside = true
	}
	return found
}
