package gen

import (
	"fmt"
	"strconv"
	"strings"
)

// word is one word of a line. Quoted words are text, never numbers or names.
type word struct {
	text   string
	quoted bool
}

// words splits a line at blanks; a quoted word may hold blanks and escapes.
func words(line string) ([]word, error) {
	var out []word
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimLeft(rest, " \t") {
		if rest[0] != '"' {
			end := strings.IndexAny(rest, " \t")
			if end < 0 {
				end = len(rest)
			}
			out = append(out, word{text: rest[:end]})
			rest = rest[end:]
			continue
		}
		end := closingQuote(rest)
		if end < 0 {
			return nil, fmt.Errorf("no closing quote after %s", rest)
		}
		text, err := unescape(rest[1:end])
		if err != nil {
			return nil, err
		}
		if len(text.cuts) > 0 || text.open {
			return nil, fmt.Errorf(`\| and \c belong to C> and S< lines, not into quotes`)
		}
		out = append(out, word{string(text.bytes), true})
		rest = rest[end+1:]
	}
	return out, nil
}

// closingQuote returns the place of the quote that ends s, or -1.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// payload is a text with its escapes resolved.
type payload struct {
	bytes []byte
	cuts  []int // places at which \| ends a segment
	open  bool  // \c: no CR LF follows
}

func unescape(s string) (payload, error) {
	var p payload
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			p.bytes = append(p.bytes, s[i])
			continue
		}
		i++
		if i == len(s) {
			return p, fmt.Errorf(`a lone \ at the end of %q`, s)
		}
		switch s[i] {
		case 'r':
			p.bytes = append(p.bytes, '\r')
		case 'n':
			p.bytes = append(p.bytes, '\n')
		case 't':
			p.bytes = append(p.bytes, '\t')
		case '\\', '"':
			p.bytes = append(p.bytes, s[i])
		case '|':
			p.cuts = append(p.cuts, len(p.bytes))
		case 'c':
			if i != len(s)-1 {
				return p, fmt.Errorf(`\c must end the line, got %q after it`, s[i+1:])
			}
			p.open = true
		case 'x':
			if i+2 >= len(s) {
				return p, fmt.Errorf(`\x needs two hex digits, got %q`, s[i+1:])
			}
			b, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return p, fmt.Errorf(`\x needs two hex digits, got %q`, s[i+1:i+3])
			}
			p.bytes = append(p.bytes, byte(b))
			i += 2
		default:
			return p, fmt.Errorf(`unknown escape \%c`, s[i])
		}
	}
	return p, nil
}
