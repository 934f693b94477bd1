package record

import (
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"
)

// What comments may take.
const (
	maxComments  = 10_000  // that wait for their file, all together
	maxPerPacket = 16      // so that its block stays readable
	maxComment   = 1 << 10 // bytes of one
)

// part is a file that may still get comments.
type part struct {
	path     string
	regular  bool
	identity fs.FileInfo // of the file: what has its name later may be another
	first    int64       // least and greatest live number of its packets; 0 without
	last     int64
	closed   time.Time // by the frames' time
	comments map[int64][]string
	count    int // of comments

	mu   sync.Mutex
	gone bool // removed
}

// holds reports whether the packet of that number may be in the file.
func (p *part) holds(number int64) bool {
	return p.last > 0 && number >= p.first && number <= p.last
}

// span extends the file to the packet of that number.
func (p *part) span(number int64) {
	if p.first == 0 || number < p.first {
		p.first = number
	}
	p.last = max(p.last, number)
}

// comment remembers a comment, and reports whether there was room. One that is there
// already needs none.
func (p *part) comment(number int64, text string) (added, ok bool) {
	there := p.comments[number]
	if slices.Contains(there, text) {
		return false, true
	}
	if !p.regular || len(there) >= maxPerPacket {
		return false, false
	}
	if p.comments == nil {
		p.comments = make(map[int64][]string)
	}
	p.comments[number] = append(there, text)
	p.count++
	return true, true
}

// remove removes the file, if it is there, also while it is copied.
func (p *part) remove() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	return removeFile(p.path)
}

// removed reports whether remove was called.
func (p *part) removed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone
}

// replace puts the file of the name copied in the place of the file, unless that was
// removed.
func (p *part) replace(copied string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return os.Remove(copied)
	}
	return os.Rename(copied, p.path)
}
