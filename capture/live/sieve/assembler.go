package sieve

import (
	"fmt"

	"golang.org/x/net/bpf"
)

// maxInstructions is the length of the longest program that Linux takes
// (BPF_MAXINSNS).
const maxInstructions = 4096

// A label is a place in a program that is jumped to. The zero label is the
// instruction that follows.
type label int

// next is the label of what follows.
const next label = 0

// line is an instruction, or a jump with the labels it goes to.
type line struct {
	ins     bpf.Instruction // bpf.JumpIf without its distances for a jump, nil for one without a condition
	yes, no label

	longYes, longNo bool // that label is out of reach of the instruction, and a jump without a condition behind it leads there
}

// assembler collects a program in which jumps go to labels. All of them go
// forward.
type assembler struct {
	lines []line
	marks []int // line at which a label is, by label
}

// label returns a new label.
func (a *assembler) label() label {
	if len(a.marks) == 0 {
		a.marks = append(a.marks, 0) // next is no place
	}
	a.marks = append(a.marks, -1)
	return label(len(a.marks) - 1)
}

// mark puts l here.
func (a *assembler) mark(l label) { a.marks[l] = len(a.lines) }

// do adds an instruction.
func (a *assembler) do(ins bpf.Instruction) { a.lines = append(a.lines, line{ins: ins}) }

// jump goes to yes where A fulfils the condition, else to no.
func (a *assembler) jump(cond bpf.JumpTest, value uint32, yes, no label) {
	a.lines = append(a.lines, line{ins: bpf.JumpIf{Cond: cond, Val: value}, yes: yes, no: no})
}

// equal goes to yes where A is value, else on.
func (a *assembler) equal(value uint32, yes label) { a.jump(bpf.JumpEqual, value, yes, next) }

// anyOf goes to yes where A is one of the values, else on.
func (a *assembler) anyOf(values []uint32, yes label) {
	const group = 128 // each group has its own way out, within reach of its jumps
	for ; len(values) > group; values = values[group:] {
		found, rest := a.label(), a.label()
		for _, v := range values[:group] {
			a.equal(v, found)
		}
		a.to(rest)
		a.mark(found)
		a.to(yes)
		a.mark(rest)
	}
	for _, v := range values {
		a.equal(v, yes)
	}
}

// to goes to l.
func (a *assembler) to(l label) { a.lines = append(a.lines, line{yes: l}) }

// end returns n: the number of bytes that pass.
func (a *assembler) end(n uint32) { a.do(bpf.RetConstant{Val: n}) }

// size is the number of instructions of a line.
func (l *line) size() int {
	n := 1
	if l.longYes {
		n++
	}
	if l.longNo {
		n++
	}
	return n
}

// isJump reports whether l has a condition.
func (l *line) isJump() bool {
	_, ok := l.ins.(bpf.JumpIf)
	return ok
}

// assemble returns the program. The distance of a jump with a condition is a byte;
// where that is not enough, a jump without one is put behind it, which has 32
// bits.
func (a *assembler) assemble() ([]bpf.Instruction, error) {
	at := make([]int, len(a.lines)+1) // where the instructions of a line begin
	for changed := true; changed; {   // what is put in moves what follows: at most twice for each line
		changed = false
		for i := range a.lines {
			at[i+1] = at[i] + a.lines[i].size()
		}
		for i := range a.lines {
			if l := &a.lines[i]; l.isJump() {
				// The worst case is counted from the jump itself.
				if !l.longYes && a.distance(at, i, l.yes) > 255 {
					l.longYes, changed = true, true
				}
				if !l.longNo && a.distance(at, i, l.no) > 255 {
					l.longNo, changed = true, true
				}
			}
		}
	}
	if n := at[len(a.lines)]; n > maxInstructions {
		return nil, fmt.Errorf("sieve: the filter has %d instructions, and the kernel takes %d: name nets instead of so many hosts, and fewer ports", n, maxInstructions)
	}
	program := make([]bpf.Instruction, 0, at[len(a.lines)])
	for i := range a.lines {
		l := &a.lines[i]
		yes, no := a.distance(at, i, l.yes), a.distance(at, i, l.no)
		switch jump, ok := l.ins.(bpf.JumpIf); {
		case ok:
			program = append(program, jumps(jump, l, yes, no)...)
		case l.ins == nil:
			program = append(program, bpf.Jump{Skip: uint32(yes)})
		default:
			program = append(program, l.ins)
		}
	}
	return program, nil
}

// distance is the number of instructions between the first one of line i and l.
func (a *assembler) distance(at []int, i int, l label) int {
	if l == next {
		return a.lines[i].size() - 1
	}
	return at[a.marks[l]] - at[i] - 1
}

// jumps returns a jump with its distances, and what is put behind it for those
// that are too long for it.
func jumps(j bpf.JumpIf, l *line, yes, no int) []bpf.Instruction {
	program := make([]bpf.Instruction, 1, 3)
	if l.longYes {
		program, yes = append(program, bpf.Jump{Skip: uint32(yes - len(program))}), len(program)-1
	}
	if l.longNo {
		program, no = append(program, bpf.Jump{Skip: uint32(no - len(program))}), len(program)-1
	}
	j.SkipTrue, j.SkipFalse = uint8(yes), uint8(no)
	program[0] = j
	return program
}
