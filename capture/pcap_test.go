package capture_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/google/go-cmp/cmp"
)

func TestPCAPVariants(t *testing.T) {
	frames := sample(3)
	for _, tt := range []struct {
		name, why string
		change    func(*pcapFile)
		link      capture.LinkType
		snap      int
	}{
		{"little endian", "what nearly every file is", func(p *pcapFile) {}, 1, 65535},
		{"big endian", "written on another machine", func(p *pcapFile) { p.order = binary.BigEndian }, 1, 65535},
		{"nanoseconds", "tcpdump --nano", func(p *pcapFile) { p.magic, p.unit = 0xa1b23c4d, 1 }, 1, 65535},
		{"nanoseconds, big endian", "both", func(p *pcapFile) { p.magic, p.unit, p.order = 0xa1b23c4d, 1, binary.BigEndian }, 1, 65535},
		{"modified", "24 byte record headers", func(p *pcapFile) { p.magic, p.modified = 0xa1b2cd34, true }, 1, 65535},
		{"modified, big endian", "both", func(p *pcapFile) { p.magic, p.modified, p.order = 0xa1b2cd34, true, binary.BigEndian }, 1, 65535},
		{"snap length 0", "gopacket refuses the first packet", func(p *pcapFile) { p.snap = 0 }, 1, 0},
		{"snap length too small", "caplen > snaplen is common", func(p *pcapFile) { p.snap = 4 }, 1, 4},
		{"SLL2", "gopacket keeps 8 bits of the link type", func(p *pcapFile) { p.network = 276 }, 276, 65535},
		{"FCS bits", "upper bits of the network field are flags", func(p *pcapFile) { p.network = 0x24000001 }, 1, 65535},
		{"version 2.5", "any 2.x is read", func(p *pcapFile) { p.minor = 5 }, 1, 65535},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPCAPFile()
			tt.change(p)
			got, info := read(t, p.frames(frames))

			header := 16
			if p.modified {
				header = 24
			}
			var want []capture.Frame
			offset := int64(24)
			for i, f := range frames {
				f.Time, f.Length, f.Number, f.Offset, f.Link = f.Time.Truncate(p.unit), len(f.Data), int64(i+1), offset, tt.link
				offset += int64(header + len(f.Data))
				want = append(want, f)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: frames (-want +got):\n%s", tt.why, diff)
			}
			wantInfo := capture.Info{
				Name: "-", Format: "pcap", LinkTypes: []capture.LinkType{tt.link}, SnapLength: tt.snap,
				Packets: 3, Bytes: offset, Drops: -1, First: want[0].Time, Last: want[2].Time, Complete: true,
			}
			if diff := cmp.Diff(wantInfo, info); diff != "" {
				t.Errorf("%s: info (-want +got):\n%s", tt.why, diff)
			}
		})
	}
}

func TestPCAPLengths(t *testing.T) {
	for _, tt := range []struct {
		name, why        string
		minor            uint16
		captured, length uint32
		want             int // Frame.Length
	}{
		{"cut by snap length", "the usual case", 4, 4, 1500, 1500},
		{"captured more than there was", "Length is never less than the data", 4, 4, 2, 4},
		{"version 2.2", "the lengths were the other way around", 2, 1500, 4, 1500},
		{"version 2.3 as 2.4", "some writers of 2.3", 3, 4, 1500, 1500},
		{"version 2.3 as 2.2", "other writers of 2.3", 3, 1500, 4, 1500},
		{"length 4 GiB", "no overflow on 32-bit machines", 4, 4, 1<<32 - 1, 1<<31 - 1},
	} {
		p := newPCAPFile()
		p.minor = tt.minor
		got, info := read(t, p.header().record(ts, tt.captured, tt.length, make([]byte, 4)).buf)
		if len(got) != 1 || len(got[0].Data) != 4 || got[0].Length != tt.want {
			t.Errorf("%s (%s): got %v, want one frame of 4 bytes, length %d; %v", tt.name, tt.why, got, tt.want, info.Problems)
		}
		if want := int64(1); tt.want > 4 && info.Truncated != want {
			t.Errorf("%s: Truncated = %d, want %d", tt.name, info.Truncated, want)
		}
	}
}

func TestPCAPEmpty(t *testing.T) {
	got, info := read(t, newPCAPFile().header().buf)
	if len(got) != 0 || !info.Complete || !info.First.IsZero() || info.Packets != 0 {
		t.Errorf("header only: got %d frames, %+v", len(got), info)
	}
}

func TestPCAPVersion(t *testing.T) {
	p := newPCAPFile()
	p.major, p.minor = 3, 1
	_, _, err := tryRead(t, p.header().buf)
	if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "capture: standard input: pcap version 3.1 is not supported") {
		t.Errorf("version 3.1: %v", err)
	}
}

func TestPCAPDamaged(t *testing.T) {
	good := sample(2)
	for _, tt := range []struct {
		name, why string
		tail      func(*pcapFile)
		want      string
	}{
		{
			"claims 4 GiB", "nothing is allocated for it",
			func(p *pcapFile) { p.record(ts, 1<<32-1, 1<<32-1, nil) },
			"frame 3 at byte 87: record claims 4294967295 bytes, the limit is 262144",
		},
		{
			"claims a byte too much", "the limit is exact",
			func(p *pcapFile) {
				p.record(ts, capture.MaxFrame+1, capture.MaxFrame+1, make([]byte, capture.MaxFrame+1))
			},
			"frame 3 at byte 87: record claims 262145 bytes, the limit is 262144",
		},
		{
			"zeros", "a disk was full or a machine crashed",
			func(p *pcapFile) { p.buf = append(p.buf, make([]byte, 4096)...) },
			"frame 3 at byte 87: record header holds only zeros",
		},
	} {
		p := newPCAPFile()
		p.frames(good)
		tt.tail(p)
		got, info := read(t, p.buf)
		want := []capture.Problem{{Code: capture.CodeDamaged, Message: tt.want, Frame: 2, Offset: 87}}
		if diff := cmp.Diff(want, info.Problems); diff != "" || len(got) != 2 || info.Complete {
			t.Errorf("%s (%s): %d frames, complete %v, problems (-want +got):\n%s", tt.name, tt.why, len(got), info.Complete, diff)
		}
	}
}

func TestPCAPLargest(t *testing.T) {
	data := make([]byte, capture.MaxFrame)
	p := newPCAPFile().header()
	for range 5 {
		p.record(ts, uint32(len(data)), uint32(len(data)), data)
	}
	got, info := read(t, p.buf)
	if len(got) != 5 || !info.Complete {
		t.Errorf("got %d frames of the largest size, want 5: %v", len(got), info.Problems)
	}
}

func TestPCAPTime(t *testing.T) {
	p := newPCAPFile().header()
	p.record(time.Unix(1<<32-1, 0), 1, 1, []byte{1})
	got, _ := read(t, p.buf)
	if want := time.Date(2106, 2, 7, 6, 28, 15, 0, time.UTC); !got[0].Time.Equal(want) {
		t.Errorf("seconds are unsigned: got %v, want %v", got[0].Time, want)
	}
	if got[0].Time.Location() != time.UTC {
		t.Errorf("time isn't UTC: %v", got[0].Time)
	}
}
