package live

import (
	"fmt"

	"golang.org/x/net/bpf"

	"github.com/ftpscope/ftpscope/capture"
)

// Any is the name that stands for all interfaces, on Linux.
const Any = "any"

// Options says what to capture.
type Options struct {
	Interface   string               // name, or Any
	Promiscuous bool                 // frames for other hosts too; not with Any
	Filter      []bpf.RawInstruction // for the layout of LinkTypeOf; what it returns is the snap length; nil for none
	SnapLength  int                  // bytes of a frame that are captured, without link headers that we add; 0 for all
	Buffer      int                  // bytes of the ring, rounded up, 1 GiB at most; 0 for DefaultBuffer
	Wait        bool                 // where the interface goes down or vanishes: wait for it, in place of ending
}

// Sizes of the ring.
const (
	// DefaultBuffer is the size of the ring where none is asked for: 32 MiB.
	DefaultBuffer = 32 << 20
	// maxBuffer is the largest ring, in the kernel's memory.
	maxBuffer = 1 << 30
)

// maxInstructions is how long a filter may be, as in the kernel.
const maxInstructions = 4096

// check returns the options with defaults in place, or an error that names the
// field that can't be.
func (o Options) check() (Options, error) {
	switch {
	case o.Interface == "":
		return o, fmt.Errorf("capture: no interface is named")
	case o.SnapLength < 0 || o.SnapLength > capture.MaxFrame:
		return o, fmt.Errorf("capture: a snap length is from 0 to %d bytes, not %d", capture.MaxFrame, o.SnapLength)
	case o.Buffer < 0 || o.Buffer > maxBuffer:
		return o, fmt.Errorf("capture: a buffer is from 0 to %d bytes, not %d", maxBuffer, o.Buffer)
	case len(o.Filter) > maxInstructions:
		return o, fmt.Errorf("capture: a filter has at most %d instructions, not %d", maxInstructions, len(o.Filter))
	case o.Promiscuous && o.Interface == Any:
		return o, &InterfaceError{Name: Any, Reason: "promiscuous mode needs one interface"}
	}
	if o.Buffer == 0 {
		o.Buffer = DefaultBuffer
	}
	return o, nil
}

// program is the filter that the kernel gets: no constant in it lets more of a
// frame through than the snap length. Nil is none.
func (o Options) program() []bpf.RawInstruction {
	const returnConstant = 0x06 // BPF_RET | BPF_K
	if o.SnapLength == 0 {
		return o.Filter
	}
	if len(o.Filter) == 0 {
		return []bpf.RawInstruction{{Op: returnConstant, K: uint32(o.SnapLength)}}
	}
	cut := make([]bpf.RawInstruction, len(o.Filter))
	for i, in := range o.Filter {
		if in.Op == returnConstant {
			in.K = min(in.K, uint32(o.SnapLength))
		}
		cut[i] = in
	}
	return cut
}
