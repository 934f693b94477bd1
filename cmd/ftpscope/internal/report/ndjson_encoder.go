package report

import (
	"net/netip"
	"strconv"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// encoder writes sessions and findings as JSON: byte for byte what encode makes
// of what a Builder builds of them, but without building it. A capture may hold a
// hundred thousand sessions, and to write one must cost no more than to find it.
//
// There is one method for each JSON object, with the fields in the order of its
// type. Its calls name them with the punctuation that stands before.
type encoder struct {
	out      []byte // the line so far
	minute   minute
	masker   masker    // of the session at hand
	capture  int       // of its first packet
	mentions []mention // of its transfers
}

func (e *encoder) put(text string) { e.out = append(e.out, text...) }

// text puts words, from the wire or of our own.
func (e *encoder) text(key, words string) {
	e.put(key)
	e.out = appendString(e.out, words)
}

// textIf puts words, or null.
func (e *encoder) textIf(there bool, key, words string) {
	if !there {
		e.null(key)
		return
	}
	e.text(key, words)
}

func (e *encoder) null(key string) {
	e.put(key)
	e.put("null")
}

func (e *encoder) bool(key string, v bool) {
	e.put(key)
	e.out = strconv.AppendBool(e.out, v)
}

func (e *encoder) int(key string, n int64) {
	e.put(key)
	e.out = strconv.AppendInt(e.out, n, 10)
}

// time puts a time, or null where there is none.
func (e *encoder) time(key string, t ftp.Time) {
	if t.IsZero() {
		e.null(key)
		return
	}
	e.put(key)
	e.put(`"`)
	e.out = e.minute.appendTime(e.out, t.Std())
	e.put(`"`)
}

// elsewhere puts the capture of a frame that is not in that of the session.
func (e *encoder) elsewhere(seen ftp.Seen) {
	if seen.Yes() && seen.Capture != e.capture {
		e.int(`,"capture":`, int64(seen.Capture))
	}
}

func (e *encoder) endpoint(key string, a netip.AddrPort) {
	e.put(key)
	e.addr(`{"address":`, a.Addr())
	e.int(`,"port":`, int64(a.Port()))
	e.put(`}`)
}

func (e *encoder) addr(key string, a netip.Addr) {
	if !a.IsValid() || a.Zone() != "" {
		e.text(key, a.String())
		return
	}
	e.put(key)
	e.put(`"`)
	e.out = a.AppendTo(e.out)
	e.put(`"`)
}

// list puts a list, of which item puts one.
func list[T any](e *encoder, key string, all []T, item func(*encoder, T)) {
	e.put(key)
	e.put(`[`)
	for i, one := range all {
		if i > 0 {
			e.put(`,`)
		}
		item(e, one)
	}
	e.put(`]`)
}

// Items of lists that are no objects.

func (e *encoder) id(id string)  { e.text("", id) }
func (e *encoder) frame(n int64) { e.int("", n) }
