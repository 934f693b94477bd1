package record

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ftpscope/ftpscope/capture"
)

// Stdout is the path of standard output.
const Stdout = "-"

// What options may say.
const (
	DefaultSnapData = 128      // Ethernet, two VLAN tags, IPv6, TCP with all its options: 122
	MinSnapData     = 64       // Ethernet, IPv4 and TCP without options: 54
	minRotateSize   = 64 << 10 // less makes thousands of files, and is a unit forgotten
	minRotateTime   = time.Second
)

// Options say what is recorded, and where.
type Options struct {
	// Path is the file. With rotation a number is put before its ending:
	// out.pcapng becomes out-00001.pcapng and so on. Stdout is standard output,
	// without rotation. What is there already and is no regular file (a pipe, a
	// device) is written to as it is.
	Path string

	// Stdout is what the path "-" stands for. It is not closed.
	Stdout io.Writer

	// Force allows to replace an existing file. With rotation nothing is ever
	// replaced, and Force says that the files of earlier runs count for Keep, the
	// oldest being removed.
	Force bool

	// SnapData is how many bytes are kept of a frame that isn't recorded whole,
	// headers included; 0 is DefaultSnapData, the least is MinSnapData.
	SnapData int

	RotateSize int64         // a new file before this one grows larger, in bytes; 0 for none, the least is 64 KiB
	RotateTime time.Duration // a new file when this one spans so much, by the frames' time; 0 for none, the least is 1 s
	Keep       int           // files kept with rotation, the one being written included; the oldest is removed. 0 keeps all

	// Interface, Filter and Version go into the file: the name of the interface,
	// what the capture was narrowed to (an expression or a description), and the
	// version of ftpscope. Each may be empty.
	Interface, Filter, Version string
}

// rotates reports whether there are several files.
func (o Options) rotates() bool { return o.RotateSize > 0 || o.RotateTime > 0 }

// check says what is wrong with o, and fills in what isn't said.
func (o Options) check() (Options, error) {
	o.SnapData = cmp.Or(o.SnapData, DefaultSnapData)
	switch {
	case o.Path == "":
		return o, errors.New("record: no file is named")
	case o.Path == Stdout && o.Stdout == nil:
		return o, errors.New("record: standard output is not there")
	case o.Path == Stdout && o.rotates():
		return o, errors.New("record: standard output cannot be rotated: name a file")
	case o.SnapData < MinSnapData || o.SnapData > capture.MaxFrame:
		return o, fmt.Errorf("record: %d bytes of a data packet cannot be kept: it has to be %d, which holds the headers of TCP, to %d", o.SnapData, MinSnapData, capture.MaxFrame)
	case o.RotateSize < 0 || o.RotateSize > 0 && o.RotateSize < minRotateSize:
		return o, fmt.Errorf("record: files of %d bytes are too small: rotate at %d (64 KiB) or more, such as 100MB", o.RotateSize, minRotateSize)
	case o.RotateTime < 0 || o.RotateTime > 0 && o.RotateTime < minRotateTime:
		return o, fmt.Errorf("record: files of %v are too short: rotate after %v or more, such as 1h", o.RotateTime, minRotateTime)
	case o.Keep < 0:
		return o, fmt.Errorf("record: %d files cannot be kept", o.Keep)
	case o.Keep > 0 && !o.rotates():
		return o, errors.New("record: how many files are kept is for rotation: say a size or a time as well")
	}
	return o, nil
}
