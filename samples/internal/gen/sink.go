package gen

import "time"

// frame is one record of the file.
type frame struct {
	at    time.Duration // since start
	iface int
	data  []byte
	size  int // on the wire; data may be cut
}

// sink collects what the capture holds.
type sink struct {
	frames    []frame
	swaps     []int // the frame with this index changes places with the next one
	recording bool
}

// put records data as seen now, unless the capture misses it.
func (s *scene) put(at time.Duration, iface int, data []byte) {
	if !s.sink.recording || s.mod.unseen {
		return
	}
	f := frame{at, iface, data, len(data)}
	if s.set.snaplen > 0 && len(data) > s.set.snaplen {
		f.data = data[:s.set.snaplen]
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
		}
	}
	k.swaps = nil
	return k.frames
}
