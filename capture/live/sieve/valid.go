package sieve

import (
	"errors"
	"fmt"

	"golang.org/x/net/bpf"
)

// Codes of classic BPF, as the kernel has them.
// https://www.kernel.org/doc/html/latest/networking/filter.html
const (
	classMask = 0x07 // bits of the class of an instruction
	classLD   = 0x00
	classLDX  = 0x01
	classST   = 0x02
	classSTX  = 0x03
	classALU  = 0x04
	classJMP  = 0x05
	classRET  = 0x06

	modeMask = 0xe0 // bits of how a load finds its place
	modeABS  = 0x20
	modeIND  = 0x40
	modeMEM  = 0x60
	modeMSH  = 0xa0

	sizeMask = 0x18 // bits of how much is loaded
	sizeW    = 0x00
	sizeH    = 0x08
	sizeB    = 0x10

	codeDiv  = 0x34
	codeMod  = 0x94
	codeLsh  = 0x64
	codeRsh  = 0x74
	codeJump = 0x05
	codeRetK = 0x06
)

// known is the codes that Linux takes.
var known = func() (k [256]bool) {
	for _, code := range []uint8{
		0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x80, 0x00, 0x60, // ld
		0x81, 0xb1, 0x01, 0x61, 0x02, 0x03, // ldx, st, stx
		0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, // add, sub, mul, div, or
		0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0x94, 0x9c, 0xa4, 0xac, // and, lsh, rsh, neg, mod, xor
		0x05, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, // ja, jeq, jgt, jge, jset
		0x06, 0x16, 0x07, 0x87, // ret, tax, txa
	} {
		k[code] = true
	}
	return k
}()

// scratch is the number of words of memory that a program has.
const scratch = 16

// valid returns why the kernel, or nobody, could use the program.
func valid(program []bpf.RawInstruction, lines []int) error {
	passes := false
	for i, ins := range program {
		if err := validOne(ins, len(program)-1-i); err != nil {
			return fmt.Errorf("sieve: line %d: %w", lines[i], err)
		}
		if ins.Op&classMask == classRET && (ins.Op != codeRetK || ins.K != 0) {
			passes = true
		}
	}
	if last := len(program) - 1; program[last].Op&classMask != classRET {
		return fmt.Errorf("sieve: line %d: the last instruction is no return: the file is cut off, or was changed", lines[last])
	}
	if !passes {
		return errors.New("sieve: the filter lets no packet pass: all it returns is 0")
	}
	return nil
}

// validOne returns what is wrong with an instruction that others follow.
func validOne(ins bpf.RawInstruction, others int) error {
	if ins.Op >= uint16(len(known)) || !known[ins.Op] {
		return fmt.Errorf("%d is no code of an instruction that the kernel knows", ins.Op)
	}
	switch ins.Op & classMask {
	case classJMP:
		far := max(int64(ins.Jt), int64(ins.Jf))
		if ins.Op == codeJump {
			far = int64(ins.K)
		}
		if far >= int64(others) {
			return fmt.Errorf("a jump over %d instructions where %d follow", far, others)
		}
	case classALU:
		switch {
		case (ins.Op == codeDiv || ins.Op == codeMod) && ins.K == 0:
			return errors.New("a division by 0")
		case (ins.Op == codeLsh || ins.Op == codeRsh) && ins.K > 31:
			return fmt.Errorf("a shift by %d bits", ins.K)
		}
	case classST, classSTX:
		return validScratch(ins.K)
	case classLD, classLDX:
		if ins.Op&modeMask == modeMEM {
			return validScratch(ins.K)
		}
	}
	return nil
}

func validScratch(k uint32) error {
	if k >= scratch {
		return fmt.Errorf("word %d of %d in memory", k, scratch)
	}
	return nil
}
