package decode

import (
	"bytes"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/capturetest"
	"github.com/ftpscope/ftpscope/samples"
)

// sampleFrames returns the frames of each sample.
func sampleFrames(f *testing.F) [][]capture.Frame {
	f.Helper()
	var all [][]capture.Frame
	for _, name := range samples.Names() {
		data, err := samples.Open(name)
		if err != nil {
			f.Fatal(err)
		}
		set, err := capture.Open([]string{"-"}, capture.Options{Stdin: bytes.NewReader(data)})
		if err != nil {
			f.Fatalf("%s: %v", name, err)
		}
		frames, err := capturetest.Collect(f.Context(), set)
		set.Close()
		if err != nil || len(frames) == 0 {
			f.Fatalf("%s: %d frames, %v", name, len(frames), err)
		}
		all = append(all, frames)
	}
	if len(all) == 0 {
		f.Fatal("there are no samples")
	}
	return all
}

// samplePackets returns IP packets of the samples, one of each shape: the flags,
// the sizes of the headers, with payload or without, whole or cut.
func samplePackets(f *testing.F) [][]byte {
	f.Helper()
	type shape struct {
		ether           uint16
		found           found
		flags           uint8
		options         int
		payload, padded bool
		cut             bool
	}
	seen := make(map[shape]bool)
	var packets [][]byte
	for _, frames := range sampleFrames(f) {
		for _, frame := range frames {
			ether, at, ok := link(frame.Link, frame.Data)
			if !ok {
				f.Fatalf("no packet in frame %d of link type %d", frame.Number, frame.Link)
			}
			var p packet
			s := shape{ether: ether, found: look(ether, frame.Data[at:], frame.Length-at, &p), cut: frame.Length > len(frame.Data)}
			s.flags, s.options, s.payload, s.padded = p.flags, len(p.options), len(p.payload) > 0, frame.Length == 60
			if !seen[s] {
				seen[s] = true
				packets = append(packets, frame.Data[at:])
			}
		}
	}
	return packets
}
