package record_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/record"
)

// FuzzFrame: whatever a frame and a comment hold, the file is whole and has them.
func FuzzFrame(f *testing.F) {
	f.Add([]byte("data"), 1500, int64(1), uint16(1), uint8(1), true, "a comment")
	f.Add(make([]byte, 300), 0, int64(-1), uint16(276), uint8(9), false, "\xff\x00")
	f.Fuzz(func(t *testing.T, data []byte, length int, number int64, link uint16, direction uint8, whole bool, comment string) {
		if len(data) == 0 || length < 0 || length >= 1<<32 {
			return // a tick, or nothing that a capture has
		}
		path := filepath.Join(t.TempDir(), "out.pcapng")
		r := start(t, record.Options{Path: path, Interface: comment, Filter: comment, Version: comment})
		in := capture.Frame{
			Time: time.Unix(0, number).UTC(), Data: data, Length: length, Number: number,
			Link: capture.LinkType(link), Direction: capture.Direction(direction),
		}
		if err := r.Frame(&in, whole); err != nil {
			t.Fatal(err)
		}
		r.Comment(number, comment)
		end(t, r)

		want := in
		if !whole {
			want.Data = data[:min(len(data), 128)]
		}
		want.Length = max(length, len(data))
		if direction > 2 {
			want.Direction = capture.DirectionUnknown
		}
		if number < 0 {
			want.Time = time.Unix(0, 0).UTC()
		}
		got, info := read(t, path)
		same(t, []capture.Frame{want}, got)
		comments := 1
		if number <= 0 {
			comments = 0
		}
		if len(info.Comments) != comments {
			t.Errorf("comments %q", info.Comments)
		}
	})
}
