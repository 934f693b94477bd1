package gen

import (
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"time"
)

// args is what follows the first word of a line, taken from the front.
type args struct{ rest []word }

func (a *args) more() bool { return len(a.rest) > 0 }

// next takes a word, which the error calls what.
func (a *args) next(what string) (string, error) {
	if len(a.rest) == 0 {
		return "", fmt.Errorf("want %s, got the end of the line", what)
	}
	w := a.rest[0]
	if w.quoted {
		return "", fmt.Errorf("want %s, got text %q", what, w.text)
	}
	a.rest = a.rest[1:]
	return w.text, nil
}

// accept takes the next word if it is w.
func (a *args) accept(w string) bool {
	if len(a.rest) > 0 && !a.rest[0].quoted && a.rest[0].text == w {
		a.rest = a.rest[1:]
		return true
	}
	return false
}

func (a *args) expect(w string) error {
	got, err := a.next(strconv.Quote(w))
	if err == nil && got != w {
		err = fmt.Errorf("want %q, got %q", w, got)
	}
	return err
}

// text takes a quoted word.
func (a *args) text(what string) (string, error) {
	if len(a.rest) == 0 || !a.rest[0].quoted {
		return "", fmt.Errorf("want %s in quotes", what)
	}
	t := a.rest[0].text
	a.rest = a.rest[1:]
	return t, nil
}

func (a *args) number(what string, most uint64) (uint64, error) {
	w, err := a.next(what)
	if err != nil {
		return 0, err
	}
	return parseNumber(w, what, most)
}

// numbers takes words as long as they are numbers.
func (a *args) numbers(what string, most uint64) ([]int, error) {
	var out []int
	for a.more() {
		n, err := a.number(what, most)
		if err != nil {
			return nil, err
		}
		out = append(out, int(n))
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("want %s, got the end of the line", what)
	}
	return out, nil
}

func (a *args) duration(what string) (time.Duration, error) {
	w, err := a.next(what)
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(w)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("want %s like 20ms, got %q", what, w)
	}
	return d, nil
}

// end fails if something is left.
func (a *args) end() error {
	if len(a.rest) > 0 {
		return fmt.Errorf("unexpected %q at the end of the line", a.rest[0].text)
	}
	return nil
}

func parseNumber(w, what string, most uint64) (uint64, error) {
	n, err := strconv.ParseUint(w, 10, 64)
	if err != nil || n > most {
		return 0, fmt.Errorf("want %s, a number up to %d, got %q", what, most, w)
	}
	return n, nil
}

// peek says whether w comes next.
func (a *args) peek(w string) bool {
	return len(a.rest) > 0 && !a.rest[0].quoted && a.rest[0].text == w
}

// hex takes up to most bytes in hex digits.
func (a *args) hex(what string, most int) ([]byte, error) {
	w, err := a.next(what)
	if err != nil {
		return nil, err
	}
	b, err := hex.DecodeString(w)
	if err != nil || len(b) > most {
		return nil, fmt.Errorf("want %s, up to %d bytes in hex digits, got %q", what, most, w)
	}
	return b, nil
}

// mac takes an Ethernet address.
func (a *args) mac() (net.HardwareAddr, error) {
	w, err := a.next("an Ethernet address")
	if err != nil {
		return nil, err
	}
	m, err := net.ParseMAC(w)
	if err == nil && len(m) != 6 {
		err = fmt.Errorf("want an Ethernet address of 6 bytes, got %q", w)
	}
	return m, err
}
