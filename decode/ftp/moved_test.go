package ftp

import (
	"testing"
	"time"
)

var dawn = TimeOf(time.Unix(1_700_000_000, 0))

// seenAt is a packet so many seconds after dawn.
func seenAt(seconds int) Seen {
	return Seen{Ref: Ref{Frame: int64(1 + seconds)}, Time: dawn.Add(time.Duration(seconds) * time.Second)}
}

// When payload got through last: as the acknowledgments say, or, where most packets
// were left out, as fast as it had until a header was seen last.
func TestMoved(t *testing.T) {
	tests := []struct {
		name string
		conn Conn
		want int // seconds after dawn
	}{
		{"nothing seen", Conn{}, 0},
		{"acknowledged", Conn{Half: [2]Half{1: {Bytes: 9, Confirmed: seenAt(7), Progress: seenAt(8)}}}, 7},
		{"sent in vain", Conn{Half: [2]Half{0: {Packets: 1}, 1: {Bytes: 9, Progress: seenAt(8)}}}, 0},
		{"one direction captured", Conn{Half: [2]Half{1: {Bytes: 9, Progress: seenAt(8)}}}, 8},
		{"thinned, no header on the way", Conn{Thinned: true, Last: seenAt(60), Half: [2]Half{1: {Bytes: 9, Missing: 9, Confirmed: seenAt(60)}}}, 0},
		{"thinned, and no more behind the header", Conn{Thinned: true, Last: seenAt(60), Half: [2]Half{1: {Bytes: 900, Progress: seenAt(10)}}}, 10},
		{"thinned, half as much again", Conn{Thinned: true, Last: seenAt(60), Half: [2]Half{1: {Bytes: 900, Missing: 300, Progress: seenAt(10)}}}, 15},
		{"thinned, slow to the end", Conn{Thinned: true, Last: seenAt(20), Half: [2]Half{1: {Bytes: 1 << 50, Missing: 1<<50 - 1, Progress: seenAt(10)}}}, 20},
		{"thinned, the clock went back", Conn{Thinned: true, Last: seenAt(5), Half: [2]Half{1: {Bytes: 900, Missing: 300, Progress: seenAt(10)}}}, 10},
	}
	for _, tt := range tests {
		if got := tt.conn.Moved(dawn).Sub(dawn); got != time.Duration(tt.want)*time.Second {
			t.Errorf("%s: %v after it could begin, want %d s", tt.name, got, tt.want)
		}
	}
}

// For how long payload may go on unseen: it rests on the rate that headers told of.
func TestMayHide(t *testing.T) {
	const most = time.Minute
	ended := Half{Bytes: 9, Missing: 9, FIN: seenAt(60)}
	tests := []struct {
		name string
		half [2]Half
		want time.Duration
	}{
		{"nothing known", [2]Half{}, most},
		{"it ended, and that tells how much there was", [2]Half{1: ended}, 0},
		{"its receiver ended it, and says how much there was", [2]Half{0: {FIN: seenAt(60)}, 1: {Bytes: 9, Missing: 9}}, 0},
		{"a RST that acknowledges all", [2]Half{0: {RST: seenAt(60)}, 1: {Bytes: 9, Missing: 9, Confirmed: seenAt(60)}}, 0},
		{"a RST that acknowledges nothing", [2]Half{0: {RST: seenAt(60)}}, most},
		{"100 packets a second", [2]Half{1: {Bytes: 146_000, Progress: seenAt(1)}}, 2560 * time.Millisecond},
		{"as many, of more bytes", [2]Half{1: {Bytes: 1_460_000, Wire: Wire{Largest: 14_600}, Progress: seenAt(1)}}, 2560 * time.Millisecond},
		{"a packet a second", [2]Half{1: {Bytes: 14_600, Progress: seenAt(10)}}, most},
	}
	for _, tt := range tests {
		c := Conn{Thinned: true, Half: tt.half}
		if got := c.MayHide(Listener, dawn, most); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
