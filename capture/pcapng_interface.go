package capture

import (
	"fmt"
	"math"
)

// describe reads an interface description block:
//
//	 0 type, length (8)
//	 8 link type (2), reserved (2)
//	12 snap length (4)
//	16 options, length (4)
func (r *pcapngReader) describe(total int, start int64) error {
	if total < 20 || total > maxRecord {
		return r.damaged(start, "interface description claims a length of %d", total)
	}
	b, err := r.hold(total, start)
	if err != nil {
		return err
	}
	if len(r.interfaces) >= maxInterfaces {
		return r.damaged(start, "more than %d interfaces in a section", maxInterfaces)
	}
	in := ngInterface{
		link:       LinkType(r.order.u16(b[8:])),
		snap:       r.order.u32(b[12:]),
		resolution: defaultResolution,
	}
	var offset int64
	for opts := b[16 : total-4]; ; {
		code, value, rest, ok := r.order.option(opts)
		if !ok {
			break
		}
		switch {
		case code == optComment:
			r.t.comment(value)
		case code == optIfTsresol && len(value) >= 1:
			in.resolution = newResolution(value[0])
		case code == optIfTsoffset && len(value) >= 8:
			offset = int64(r.order.u64(value))
		case code == optIfFilter && len(value) > 1:
			r.filter(value)
		}
		opts = rest
	}
	in.resolution.offset = offset
	r.t.snapLength(clamp(in.snap))
	r.interfaces = append(r.interfaces, in)
	return nil
}

// filter notes an if_filter: a byte tells whether an expression or a program
// follows.
func (r *pcapngReader) filter(value []byte) {
	switch value[0] {
	case filterString:
		r.t.filter(bounded(value[1:]))
	case filterBPF:
		r.t.filter(fmt.Sprintf("BPF program of %d instructions", (len(value)-1)/bpfInstruction))
	}
}

// statistics reads an interface statistics block, of which the last counts:
//
//	 0 type, length (8)
//	 8 interface (4)
//	12 timestamp (8)
//	20 options, length (4)
func (r *pcapngReader) statistics(total int, start int64) error {
	if total > maxStatistics {
		return r.pass(total, start)
	}
	b, err := r.hold(total, start)
	if err != nil || total < 24 {
		return err
	}
	id := r.order.u32(b[8:])
	if int64(id) >= int64(len(r.interfaces)) {
		return nil
	}
	var drops uint64
	var told bool
	for opts := b[20 : total-4]; ; {
		code, value, rest, ok := r.order.option(opts)
		if !ok {
			break
		}
		if (code == optIsbIfdrop || code == optIsbOsdrop) && len(value) >= 8 {
			// All bits set is what writers say for not known.
			if n := r.order.u64(value); n != noDropCount {
				drops += min(n, math.MaxInt32)
				told = true
			}
		}
		opts = rest
	}
	if told {
		in := &r.interfaces[id]
		r.t.drops(int64(drops) - in.drops)
		in.drops = int64(drops)
	}
	return nil
}
