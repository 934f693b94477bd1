package ftp

import (
	"net/netip"
	"strconv"
	"strings"
)

// Announcement names the endpoint at which the listener of a data connection
// waits.
//
// An address in it is taken as it was sent, private, zero or foreign. Only an
// IPv4-mapped IPv6 address becomes the IPv4 address that the packets will bear.
type Announcement struct {
	Verb     string         // PORT, EPRT, LPRT; PASV for 227, EPSV for 229, LPSV for 228
	Endpoint netip.AddrPort // the address is invalid if none was sent, as in 229: then it is that of the control connection
}

// Mode is the mode of a transfer that uses the announcement.
func (a Announcement) Mode() Mode { return Announces(a.Verb) }

// Announcement reads the announcement that a PORT, EPRT or LPRT command makes.
// For every other command the Announcement is zero and the error nil; with an
// error the Verb is set and the Endpoint is not.
//
// The end of a command that is cut off can't be trusted: ",19,137" may have lost
// its last digits.
func (c Command) Announcement() (a Announcement, err error) {
	switch c.Verb {
	case "PORT":
		a.Verb = "PORT"
		a.Endpoint, err = ParsePORT(c.Argument)
	case "EPRT":
		a.Verb = "EPRT"
		a.Endpoint, err = ParseEPRT(c.Argument)
	case "LPRT":
		a.Verb = "LPRT"
		a.Endpoint, err = ParseLPRT(c.Argument)
	}
	return a, err
}

// Announcement reads the announcement that a 227, 229 or 228 reply makes. For
// every other reply the Announcement is zero and the error nil; with an error
// the Verb is set and the Endpoint is not.
func (r Reply) Announcement() (a Announcement, err error) {
	switch r.Code {
	case 227:
		a.Verb = "PASV"
		a.Endpoint, err = Parse227(r.Text)
	case 228:
		a.Verb = "LPSV"
		a.Endpoint, err = Parse228(r.Text)
	case 229:
		a.Verb = "EPSV"
		a.Endpoint, err = Parse229(r.Text)
	}
	return a, err
}

// AnnouncementError says why an announcement can't be read.
type AnnouncementError struct {
	Form   string // PORT, EPRT, LPRT, 227, 228 or 229
	Offset int    // where in the argument or text
	Want   string // what should be there
}

// Error says which form it was to be, what was wanted, and where.
func (e *AnnouncementError) Error() string {
	return "ftp: " + e.Form + ": want " + e.Want + " at byte " + strconv.Itoa(e.Offset)
}

// What an announcement can want.
const (
	wantOctet     = "a number from 0 to 255"
	wantComma     = "a comma"
	wantPort      = "a port from 1 to 65535"
	wantEnd       = "the end"
	wantDelimiter = "the delimiter again"
	wantVisible   = "a delimiter, a printable ASCII character that is no letter or digit"
	wantFamily    = "address family 1 (IPv4) or 2 (IPv6)"
	wantLongAF    = "address family 4 (IPv4) or 6 (IPv6)"
	wantLength2   = "length 2"
	wantLength4   = "length 4"
	wantLength16  = "length 16"
	wantIPv4      = "an IPv4 address"
	wantIPv6      = "an IPv6 address without zone"
	wantAddress   = "an address"
	wantSix       = "six numbers joined by commas: h1,h2,h3,h4,p1,p2"
	wantLong      = "numbers joined by commas: af,hal,h1,h2,...,pal,p1,p2"
	wantExtended  = "a port between delimiters: (|||port|)"
)

// reader walks over the bytes of an announcement and remembers the first thing
// that was not there. It allocates nothing.
type reader struct {
	b    []byte
	pos  int
	want string // what was missing, at pos; "" as long as all went well
}

func (r *reader) fail(pos int, want string) {
	if r.want == "" {
		r.pos, r.want = pos, want
	}
}

// err copies what is wanted: else the compiler thinks that the bytes escape with it.
func (r *reader) err(form string) error {
	return &AnnouncementError{Form: form, Offset: r.pos, Want: strings.Clone(r.want)}
}

// peek is the next byte, 0 at the end.
func (r *reader) peek() byte {
	if r.pos < len(r.b) {
		return r.b[r.pos]
	}
	return 0
}

func (r *reader) blanks() {
	for r.peek() == ' ' {
		r.pos++
	}
}

// number reads a decimal number between low and high; leading zeros are fine.
func (r *reader) number(low, high int, want string) int {
	if r.want != "" {
		return 0
	}
	start, n := r.pos, 0
	for _, c := range r.b[start:] {
		if !isDigit(c) {
			break
		}
		if n <= high {
			n = n*10 + int(c-'0')
		}
		r.pos++
	}
	if r.pos == start || n < low || n > high {
		r.fail(start, want)
		return 0
	}
	return n
}

// octet reads a number of a comma list, and the comma before it unless it is the
// first. Blanks around commas are let pass, as most servers and clients do.
func (r *reader) octet(first bool) byte {
	if r.want != "" {
		return 0
	}
	if !first {
		r.blanks()
		if r.peek() != ',' {
			r.fail(r.pos, wantComma)
			return 0
		}
		r.pos++
	}
	r.blanks()
	return byte(r.number(0, 255, wantOctet))
}

// port reads the last two numbers of a comma list.
func (r *reader) port() uint16 {
	start := r.pos
	high := r.octet(false)
	port := uint16(high)<<8 | uint16(r.octet(false))
	if port == 0 {
		r.fail(start, wantPort)
	}
	return port
}

// end makes sure that nothing but blanks follows.
func (r *reader) end() {
	if r.want != "" {
		return
	}
	if r.blanks(); r.pos < len(r.b) {
		r.fail(r.pos, wantEnd)
	}
}
