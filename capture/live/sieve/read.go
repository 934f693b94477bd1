package sieve

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"
)

// maxLine is the longest line of a file that ReadProgram reads: four numbers of
// ten digits at most, and room for blanks.
const maxLine = 256

// ReadProgram reads a filter as "tcpdump -ddd EXPRESSION" prints it: the number of
// instructions, then one in a line, as four decimal numbers: code, jump if true,
// jump if false, and operand. Empty lines are passed over.
//
// What it returns is a program that the kernel takes: at most 4096 instructions,
// all of them known, jumps that stay inside, no division by zero, a return at the
// end, and some packet that may pass. Errors name the line. Whether it was made for the
// link layer of the interface can't be told from it; see [Cook] for interfaces
// that are captured cooked.
//
// https://www.tcpdump.org/manpages/tcpdump.1.html
func ReadProgram(r io.Reader) ([]bpf.RawInstruction, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, maxLine), maxLine)
	var (
		program []bpf.RawInstruction
		lines   []int // line of each instruction
		want    = -1
		number  int
	)
	for s.Scan() {
		number++
		fields := strings.Fields(s.Text())
		if len(fields) == 0 {
			continue
		}
		if want < 0 {
			n, err := count(fields)
			if err != nil {
				return nil, fmt.Errorf("sieve: line %d: %w", number, err)
			}
			want = n
			continue
		}
		if len(program) == want {
			return nil, fmt.Errorf("sieve: line %d: more than the %d instructions that the first line announces", number, want)
		}
		ins, err := instruction(fields)
		if err != nil {
			return nil, fmt.Errorf("sieve: line %d: %w", number, err)
		}
		program, lines = append(program, ins), append(lines, number)
	}
	switch err := s.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("sieve: line %d: longer than %d bytes: %w", number+1, maxLine, errNotDDD)
	case err != nil:
		return nil, fmt.Errorf("sieve: filter file: %w", err)
	case want < 0:
		return nil, fmt.Errorf("sieve: the filter is empty: %w", errNotDDD)
	case len(program) < want:
		return nil, fmt.Errorf("sieve: %d instructions, and the first line announces %d: the file is cut off", len(program), want)
	}
	if err := valid(program, lines); err != nil {
		return nil, err
	}
	return program, nil
}

// errNotDDD says what the file should have been.
var errNotDDD = errors.New("want the output of tcpdump -ddd")

// count reads the first line.
func count(fields []string) (int, error) {
	n, err := strconv.ParseUint(fields[0], 10, 32)
	switch {
	case err != nil || len(fields) != 1:
		return 0, fmt.Errorf("%q is not a number of instructions: %w (not -d or -dd)", shorten(strings.Join(fields, " ")), errNotDDD)
	case n == 0:
		return 0, errors.New("no instructions")
	case n > maxInstructions:
		return 0, fmt.Errorf("%d instructions, and the kernel takes %d: name nets instead of so many hosts", n, maxInstructions)
	}
	return int(n), nil
}

// instruction reads one of the other lines.
func instruction(fields []string) (bpf.RawInstruction, error) {
	if len(fields) != 4 {
		return bpf.RawInstruction{}, fmt.Errorf("%d numbers, want 4 (code, jump if true, jump if false, operand)", len(fields))
	}
	var n [4]uint64
	for i, size := range [4]int{16, 8, 8, 32} {
		var err error
		if n[i], err = strconv.ParseUint(fields[i], 10, size); err != nil {
			return bpf.RawInstruction{}, fmt.Errorf("%q is not a number of %d bits", shorten(fields[i]), size)
		}
	}
	return bpf.RawInstruction{Op: uint16(n[0]), Jt: uint8(n[1]), Jf: uint8(n[2]), K: uint32(n[3])}, nil
}

// shorten cuts what is quoted in an error.
func shorten(s string) string {
	const most = 40
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
