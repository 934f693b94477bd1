package sieve

import (
	"slices"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/ftpscope/ftpscope/capture"
)

// How long the programs are: each instruction costs something for each packet of
// the interface. doc.go has these numbers.
func TestLength(t *testing.T) {
	for _, tt := range []struct {
		name         string
		config       Config
		instructions int
		steps        int // that a packet of data runs through
	}{
		{"Ethernet", Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}}, 372, 40},
		{"Ethernet with payload", Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}, Payload: true}, 162, 12},
		{"Ethernet, one host", Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}, Hosts: addresses("192.0.2.10")}, 400, 45},
		{"Ethernet, two hosts", Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}, Hosts: addresses("192.0.2.10 192.0.2.11")}, 407, 47},
		{"Ethernet, one host of IPv6", Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}, Hosts: addresses("2001:db8::1")}, 446, 8},
		{"Ethernet, two hosts of IPv6", Config{Link: capture.LinkEthernet, Ports: []uint16{21, 990}, Hosts: addresses("2001:db8::1 2001:db8::2")}, 506, 8},
		{"raw", Config{Link: capture.LinkRaw, Ports: []uint16{21, 990}}, 111, 40},
	} {
		program, err := tt.config.Program()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bpf.Assemble(program); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if len(program) != tt.instructions {
			t.Errorf("%s: %d instructions, want %d", tt.name, len(program), tt.instructions)
		}
		frame := data().ip()
		if tt.config.Link == capture.LinkEthernet {
			frame = ether("", frame)
		}
		if n := steps(t, program, frame); n != tt.steps {
			t.Errorf("%s: a packet of data runs through %d instructions, want %d", tt.name, n, tt.steps)
		}
	}
}

// steps counts the instructions that a frame runs through: those that are missed
// where a return is in their place.
func steps(t *testing.T, program []bpf.Instruction, frame []byte) int {
	t.Helper()
	const here = 77
	n := 0
	for i := range program {
		changed := slices.Clone(program)
		changed[i] = bpf.RetConstant{Val: here}
		if execute(t, changed, frame) == here {
			n++
		}
	}
	return n
}

// ends is what a program returns that looks at no frame.
func ends(t *testing.T, a *assembler) int {
	t.Helper()
	program, err := a.assemble()
	if err != nil {
		t.Fatal(err)
	}
	return execute(t, program, nil)
}

// Jumps of all lengths around 255 go where they should.
func TestFarJumps(t *testing.T) {
	for _, gap := range []int{0, 1, 126, 127, 252, 253, 254, 255, 256, 257, 600} {
		for _, tt := range []struct{ in, want uint32 }{{7, 1}, {8, 2}} {
			var a assembler
			yes, no := a.label(), a.label()
			a.do(bpf.LoadConstant{Dst: bpf.RegA, Val: tt.in})
			a.jump(bpf.JumpEqual, 7, yes, no)
			for range gap {
				a.end(9)
			}
			a.mark(no)
			a.end(2)
			a.mark(yes)
			a.end(1)
			if got := ends(t, &a); got != int(tt.want) {
				t.Errorf("over %d instructions: ends at %d, want %d", gap, got, tt.want)
			}
		}
	}
}

// Each jump that is lengthened moves others out of reach.
func TestFarJumpsOfMany(t *testing.T) {
	for in := range uint32(310) {
		var a assembler
		found, also := a.label(), a.label()
		a.do(bpf.LoadConstant{Dst: bpf.RegA, Val: in})
		for v := range uint32(300) {
			if v%3 == 0 {
				a.jump(bpf.JumpGreaterThan, v, next, found)
			} else {
				a.equal(v+1, also)
			}
		}
		a.end(3)
		a.mark(found)
		a.end(1)
		a.mark(also)
		a.end(2)
		want := 3
		for v := range uint32(300) {
			if v%3 == 0 && in <= v {
				want = 1
				break
			}
			if v%3 != 0 && in == v+1 {
				want = 2
				break
			}
		}
		if got := ends(t, &a); got != want {
			t.Errorf("%d ends at %d, want %d", in, got, want)
		}
	}
}
