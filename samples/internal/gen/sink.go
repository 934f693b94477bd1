package gen

import "time"

// frame is one record of the file.
type frame struct {
	at    time.Duration // since start
	clock time.Duration // how far the clock was off
	iface int
	flags uint32 // of a pcapng
	data  []byte
	size  int // on the wire; data may be cut
}

// farOff is the most that a clock can be off: a pcap holds the times of 1970 to
// 2106.
const farOff = 50 * 365 * 24 * time.Hour

// time is that which the file says.
func (f frame) time() time.Time { return start.Add(f.at + f.clock) }

// sink collects what the capture holds.
type sink struct {
	frames    []frame
	swaps     []int // the frame with this index changes places with the next one
	recording bool
	clock     time.Duration // how far the clock of the capture is off
}

// put records f as seen now, unless the capture misses it.
func (s *scene) put(f frame) {
	if !s.sink.recording || s.mod.unseen {
		return
	}
	f.at, f.clock, f.size = s.now, s.sink.clock, len(f.data)
	if s.set.snaplen > 0 && f.size > s.set.snaplen {
		f.data = f.data[:s.set.snaplen]
	}
	s.sink.frames = append(s.sink.frames, f)
	if s.mod.twice {
		f.at += 2 * time.Microsecond
		s.sink.frames = append(s.sink.frames, f)
	}
}

// ordered returns the frames with their swaps made. The clock of the file
// still runs forward: only contents change places.
func (k *sink) ordered() []frame {
	for _, i := range k.swaps {
		if i+1 < len(k.frames) {
			a, b := &k.frames[i], &k.frames[i+1]
			*a, *b = *b, *a
			a.at, b.at = b.at, a.at
			a.clock, b.clock = b.clock, a.clock
		}
	}
	k.swaps = nil
	return k.frames
}
