package sieve

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/net/bpf"

	"github.com/ftpscope/ftpscope/capture"
)

// stored reads what a tcpdump printed once.
func stored(t testing.TB, name string) []bpf.RawInstruction {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "ddd", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	program, err := ReadProgram(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return program
}

// run runs a program over a frame.
func run(t *testing.T, program []bpf.RawInstruction, frame []byte) int {
	t.Helper()
	instructions, known := bpf.Disassemble(program)
	if !known {
		t.Fatal("the virtual machine does not know all instructions")
	}
	return execute(t, instructions, frame)
}

// A program of tcpdump does what it says.
func TestReadProgram(t *testing.T) {
	command := ether("", with(func(s *segment) { s.to = "192.0.2.10:21" }))
	port := stored(t, "ethernet-port")
	if got := run(t, port, command); got != 262144 {
		t.Errorf("tcp port 21: %d bytes of a command pass", got)
	}
	if got := run(t, port, ether("", data().ip())); got != 0 {
		t.Errorf("tcp port 21: %d bytes of data pass", got)
	}
	if got := run(t, stored(t, "ethernet-greater"), command[:100]); got != 0 {
		t.Errorf("greater 500: 100 bytes pass")
	}
	if vlan := stored(t, "lo-vlan"); len(vlan) != 35 || vlan[3].K != ancillary+uint32(bpf.ExtVLANTagPresent) {
		t.Errorf("vlan 5 and tcp: %v", vlan)
	}
}

// What the tcpdump of this machine makes is read.
func TestReadProgramOfTcpdump(t *testing.T) {
	tcpdump, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("no tcpdump here; TestReadProgram reads what one printed")
	}
	for _, expression := range []string{
		"", "tcp port 21", "vlan and tcp portrange 20-21", "vlan 5 and vlan 6", "host 192.0.2.10 or net 2001:db8::/32",
		"icmp6 or icmp[icmptype] = 3", "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0", "tcp[((tcp[12] & 0xf0) >> 2)] = 80",
		"ip[2:2] % 7 = 3 or ip[4:2] / 3 * 5 - 1 > len", "ether host 02:00:00:00:00:01 and not broadcast", "mpls 5 and ip6", "pppoes and tcp",
		"greater 500 or less 60", "ip proto \\tcp and ip6 protochain 6",
	} {
		for _, link := range []string{"EN10MB", "RAW", "LINUX_SLL2"} {
			cmd := exec.CommandContext(t.Context(), tcpdump, "-y", link, "-ddd", expression)
			var complaint bytes.Buffer
			cmd.Stderr = &complaint
			out, err := cmd.Output()
			if err != nil {
				if link == "EN10MB" && !strings.Contains(expression, "protochain") {
					t.Errorf("%v: %v: %s", cmd, err, complaint.String())
				}
				continue // not for this link layer
			}
			program, err := ReadProgram(bytes.NewReader(out))
			if err != nil {
				if strings.Contains(expression, "protochain") {
					continue // it loops, which only libpcap's own machine does
				}
				t.Errorf("%q for %s: %v\n%s", expression, link, err, out)
				continue
			}
			if again := printed(program); again != string(out) {
				t.Errorf("%q for %s: read as\n%swant\n%s", expression, link, again, out)
			}
		}
	}
}

// printed is a program as tcpdump -ddd prints it.
func printed(program []bpf.RawInstruction) string {
	var b strings.Builder
	fmt.Fprintln(&b, len(program))
	for _, i := range program {
		fmt.Fprintln(&b, i.Op, i.Jt, i.Jf, i.K)
	}
	return b.String()
}

func TestReadProgramErrors(t *testing.T) {
	many := "4096\n" + strings.Repeat("0 0 0 0\n", 4095)
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "the filter is empty: want the output of tcpdump -ddd"},
		{"only blanks", "\n \n", "the filter is empty"},
		{"an expression", "tcp port 21\n", `line 1: "tcp port 21" is not a number of instructions: want the output of tcpdump -ddd (not -d or -dd)`},
		{"tcpdump -d", "(000) ldh      [12]\n", "line 1: \"(000) ldh [12]\" is not a number of instructions"},
		{"tcpdump -dd", "{ 0x28, 0, 0, 0x0000000c },\n", "line 1"},
		{"no instructions", "0\n", "line 1: no instructions"},
		{"too many", "4097\n", "line 1: 4097 instructions, and the kernel takes 4096"},
		{"far too many", "99999999999999999999\n", "line 1"},
		{"less than none", "-1\n", "line 1"},
		{"cut off", "2\n6 0 0 1\n", "1 instructions, and the first line announces 2: the file is cut off"},
		{"cut off within a line", "2\n6 0 0 1\n6 0", "line 3: 2 numbers, want 4"},
		{"one too many", "1\n6 0 0 1\n\n6 0 0 1\n", "line 4: more than the 1 instructions"},
		{"a letter", "1\n6 0 x 1\n", `line 2: "x" is not a number of 8 bits`},
		{"a jump of 300", "1\n21 300 0 1\n", `line 2: "300" is not a number of 8 bits`},
		{"a negative operand", "1\n6 0 0 -1\n", `line 2: "-1" is not a number of 32 bits`},
		{"an operand of 33 bits", "1\n6 0 0 4294967296\n", "line 2"},
		{"a code that does not exist", "2\n255 0 0 1\n6 0 0 1\n", "line 2: 255 is no code"},
		{"a code beyond all", "2\n262 0 0 1\n6 0 0 1\n", "line 2: 262 is no code"},
		{"a jump out of it", "2\n21 1 0 5\n6 0 0 1\n", "line 2: a jump over 1 instructions where 1 follow"},
		{"a jump out of it, if false", "2\n21 0 9 5\n6 0 0 1\n", "line 2: a jump over 9 instructions"},
		{"a long jump out of it", "2\n5 0 0 4294967295\n6 0 0 1\n", "line 2: a jump over 4294967295 instructions"},
		{"a jump at the end", "2\n6 0 0 1\n21 0 0 5\n", "line 3: a jump over 0 instructions where 0 follow"},
		{"no end", "1\n40 0 0 12\n", "line 2: the last instruction is no return"},
		{"nothing passes", "3\n21 0 1 5\n6 0 0 0\n6 0 0 0\n", "the filter lets no packet pass"},
		{"a division by zero", "2\n52 0 0 0\n22 0 0 0\n", "line 2: a division by 0"},
		{"a modulus by zero", "2\n148 0 0 0\n22 0 0 0\n", "line 2: a division by 0"},
		{"a shift of all bits", "2\n100 0 0 32\n22 0 0 0\n", "line 2: a shift by 32 bits"},
		{"memory that is not there", "2\n2 0 0 16\n22 0 0 0\n", "line 2: word 16 of 16"},
		{"memory that is not there, read", "2\n97 0 0 99\n22 0 0 0\n", "line 2: word 99 of 16"},
		{"a line without an end", "1\n" + strings.Repeat("6", 1000), "line 2: longer than 256 bytes"},
		{"as long as can be, with an error at the end", many + "1 2 3\n", "line 4097: 3 numbers"},
	} {
		program, err := ReadProgram(strings.NewReader(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) || program != nil {
			t.Errorf("%s: %d instructions, error %v, want %q", tt.name, len(program), err, tt.want)
		}
	}
	broken := errors.New("broken")
	if _, err := ReadProgram(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// The longest program, with ends of lines of Windows and blanks around.
func TestReadLongProgram(t *testing.T) {
	text := "  4096\r\n" + strings.Repeat("\t0 0 0 7  \r\n", 4095) + "22 0 0 0"
	program, err := ReadProgram(iotest.OneByteReader(strings.NewReader(text)))
	if err != nil || len(program) != 4096 || program[4094] != (bpf.RawInstruction{K: 7}) || program[4095].Op != 22 {
		t.Errorf("%d instructions: %v", len(program), err)
	}
}

func TestCook(t *testing.T) {
	cooked, err := Cook(stored(t, "any-port"))
	if err != nil {
		t.Fatal(err)
	}
	if k := cooked[0].K; k != ancillary+uint32(bpf.ExtProto) {
		t.Errorf("the EtherType is read at %d", k)
	}
	// The virtual machine is told the EtherType of IPv4.
	cooked[0] = bpf.RawInstruction{K: capture.EtherIPv4}
	for _, tt := range []struct {
		ip   []byte
		want int
	}{{with(func(s *segment) { s.to = "192.0.2.10:21" }), 262144}, {data().ip(), 0}} {
		if got := run(t, cooked, tt.ip); got != tt.want {
			t.Errorf("%d bytes pass, want %d", got, tt.want)
		}
	}
	inbound, err := Cook(stored(t, "any-inbound"))
	if err != nil || inbound[0].K != ancillary+uint32(bpf.ExtType) {
		t.Errorf("the direction is read at %d: %v", inbound[0].K, err)
	}
	for _, tt := range []struct {
		name     string
		in, want bpf.RawInstruction // want is a return where the load is refused
	}{
		{"ldh [0], the EtherType", bpf.RawInstruction{Op: 0x28, K: 0}, bpf.RawInstruction{Op: 0x28, K: ancillary}},
		{"ld [4], the interface", bpf.RawInstruction{Op: 0x20, K: 4}, bpf.RawInstruction{Op: 0x20, K: ancillary + 8}},
		{"ldh [8], its kind", bpf.RawInstruction{Op: 0x28, K: 8}, bpf.RawInstruction{Op: 0x28, K: ancillary + 28}},
		{"ldb [10], the direction", bpf.RawInstruction{Op: 0x30, K: 10}, bpf.RawInstruction{Op: 0x30, K: ancillary + 4}},
		{"ldb [20], the packet", bpf.RawInstruction{Op: 0x30, K: 20}, bpf.RawInstruction{Op: 0x30, K: 0}},
		{"ldx 4*([20]&0xf)", bpf.RawInstruction{Op: 0xb1, K: 20}, bpf.RawInstruction{Op: 0xb1, K: 0}},
		{"ldh [x + 22]", bpf.RawInstruction{Op: 0x48, K: 22}, bpf.RawInstruction{Op: 0x48, K: 2}},
		{"ld vlan_tci", bpf.RawInstruction{Op: 0x20, K: ancillary + 44}, bpf.RawInstruction{Op: 0x20, K: ancillary + 44}},
		{"ldb [-1048576], the IP header wherever it is", bpf.RawInstruction{Op: 0x30, K: 0xfff00000}, bpf.RawInstruction{Op: 0x30, K: 0xfff00000}},
		{"ld #20", bpf.RawInstruction{Op: 0x00, K: 20}, bpf.RawInstruction{Op: 0x00, K: 20}},
		{"ld M[4]", bpf.RawInstruction{Op: 0x60, K: 4}, bpf.RawInstruction{Op: 0x60, K: 4}},
		{"jeq #20", bpf.RawInstruction{Op: 0x15, K: 20}, bpf.RawInstruction{Op: 0x15, K: 20}},
		{"ldb [0], raw IP", bpf.RawInstruction{Op: 0x30, K: 0}, bpf.RawInstruction{Op: codeRetK}},
		{"ldh [x + 0]", bpf.RawInstruction{Op: 0x48, K: 0}, bpf.RawInstruction{Op: codeRetK}},
		{"ldb [12], the address", bpf.RawInstruction{Op: 0x30, K: 12}, bpf.RawInstruction{Op: codeRetK}},
		{"ldh [19], half of it", bpf.RawInstruction{Op: 0x28, K: 19}, bpf.RawInstruction{Op: codeRetK}},
	} {
		got, err := Cook([]bpf.RawInstruction{tt.in})
		switch {
		case tt.want.Op == codeRetK && err == nil:
			t.Errorf("%s: became %v, want an error", tt.name, got)
		case tt.want.Op != codeRetK && (err != nil || got[0] != tt.want):
			t.Errorf("%s: became %v, want %v: %v", tt.name, got, tt.want, err)
		}
	}
	for _, name := range []string{"ethernet-port", "ethernet-arithmetic", "lo-vlan"} {
		if program, err := Cook(stored(t, name)); err == nil || !strings.Contains(err.Error(), "reads byte 12") || program != nil {
			t.Errorf("%s: %d instructions, error %v", name, len(program), err)
		}
	}
}

// FuzzReadProgram: whatever is in a filter file. What is taken is a program.
func FuzzReadProgram(f *testing.F) {
	files, err := filepath.Glob("testdata/ddd/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatalf("no stored programs: %v", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("3\n21 0 1 5\n52 0 0 3\n22 0 0 0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		program, err := ReadProgram(bytes.NewReader(text))
		if err != nil {
			if program != nil || !strings.HasPrefix(err.Error(), "sieve: ") {
				t.Errorf("%d instructions, error %v", len(program), err)
			}
			return
		}
		again, err := ReadProgram(strings.NewReader(printed(program)))
		if err != nil || len(again) != len(program) || len(program) > maxInstructions {
			t.Errorf("%d instructions, then %d: %v", len(program), len(again), err)
		}
		if instructions, known := bpf.Disassemble(program); known {
			for _, ins := range instructions {
				if e, ok := ins.(bpf.LoadExtension); ok && e.Num != bpf.ExtLen {
					return // not for the virtual machine
				}
			}
			if _, err := bpf.NewVM(instructions); err != nil {
				t.Errorf("the virtual machine refuses %v: %v", instructions, err)
			}
		}
		if _, err := Cook(program); err != nil && !strings.HasPrefix(err.Error(), "sieve: ") {
			t.Error(err)
		}
	})
}
