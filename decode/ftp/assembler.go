package ftp

// MaxReplyText bounds Reply.Text; the rest of a longer reply is dropped.
const MaxReplyText = 64 << 10

// keepReplyText is the size up to which an assembler keeps its buffer.
const keepReplyText = 4 << 10

// Assembled is a whole reply as a ReplyAssembler gives it out.
type Assembled struct {
	Reply
	Last    Seen // its last line
	Lines   int  // number of its lines
	Cut     bool // text is missing: beyond MaxReplyText, or lost in a gap
	Unended bool // it has no last line: the next reply or the end of the stream ended it
}

// ReplyAssembler makes replies of the lines of a server.
//
//	Thus the format for multi-line replies is that the first line will begin
//	with the exact required reply code, followed immediately by a Hyphen, "-"
//	(also known as Minus), followed by text. The last line will begin with the
//	same code, followed immediately by Space <SP>, optionally some text, and
//	the Telnet end-of-line code.
//
// https://www.rfc-editor.org/rfc/rfc959#section-4.2
//
// The zero ReplyAssembler is ready. The replies of a Line come out of Next, in
// order; mostly none or one, and two if the line showed that the reply before
// had been left without its end. Their text is valid until the next Line,
// Flush, or change of the line itself.
type ReplyAssembler struct {
	open  Assembled    // the multi-line reply that is being read, if open.Code != 0; its Text is in text
	text  []byte       // text of the open reply, or of the one that was given out last
	ready [2]Assembled // what Next has still to give out: ready[next:count]
	next  int
	count int
}

// Line takes one line, line end removed. Moved says that the server had, by the
// time it sent this line, received a command later than the one that the open
// reply answers: a line of another code and a blank then begins a new reply,
// while otherwise it is text:
//
//	123-First line
//	Second line
//	  234 A line beginning with numbers
//	123 The last line
func (a *ReplyAssembler) Line(line []byte, seen Seen, moved bool) {
	a.next, a.count = 0, 0
	code, more, text, ok := ParseReplyLine(line)
	if a.open.Code != 0 {
		bare := ok && !more && (len(line) == 3 || line[3] == ' ')
		switch {
		case bare && code == a.open.Code:
			a.add(text, seen)
			a.close(false)
			return
		case ok && more && code == a.open.Code:
			a.add(text, seen)
			return
		case bare && moved, ok && a.open.Cut && (bare || more):
			a.close(true) // its end was not said, or is in the gap
		default:
			a.add(line, seen)
			return
		}
	}
	switch {
	case !ok:
		a.push(Assembled{Reply: Reply{Text: line, First: seen}, Last: seen, Lines: 1})
	case !more:
		a.push(Assembled{Reply: Reply{Code: code, Text: text, First: seen}, Last: seen, Lines: 1})
	default:
		if cap(a.text) > keepReplyText {
			a.text = nil
		}
		a.text = a.text[:0]
		a.open = Assembled{Reply: Reply{Code: code, First: seen}}
		a.add(text, seen)
	}
}

// Next gives out a reply that the last Line completed.
func (a *ReplyAssembler) Next() (Assembled, bool) {
	if a.next == a.count {
		return Assembled{}, false
	}
	a.next++
	return a.ready[a.next-1], true
}

// Open reports whether a multi-line reply waits for its end.
func (a *ReplyAssembler) Open() bool { return a.open.Code != 0 }

// Gap tells that bytes of the server are missing from the capture here. A reply
// that is open stays so, as its end may still come, and is marked.
func (a *ReplyAssembler) Gap() { a.open.Cut = a.Open() }

// Flush gives out the open reply, if there is one, because no more lines come.
func (a *ReplyAssembler) Flush() (Assembled, bool) {
	a.next, a.count = 0, 0
	if a.open.Code == 0 {
		return Assembled{}, false
	}
	a.close(true)
	return a.Next()
}

// add puts one more line of text to the open reply.
func (a *ReplyAssembler) add(text []byte, seen Seen) {
	if a.open.Lines > 0 {
		a.put('\n')
	}
	a.put(text...)
	a.open.Last = seen
	a.open.Lines++
}

func (a *ReplyAssembler) put(text ...byte) {
	if room := MaxReplyText - len(a.text); len(text) > room {
		text = text[:room]
		a.open.Cut = true
	}
	a.text = append(a.text, text...)
}

func (a *ReplyAssembler) close(unended bool) {
	a.open.Text = a.text
	a.open.Unended = unended
	a.push(a.open)
	a.open = Assembled{}
}

func (a *ReplyAssembler) push(r Assembled) {
	a.ready[a.count] = r
	a.count++
}
