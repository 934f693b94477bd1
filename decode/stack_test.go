package decode

import (
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// What common systems send.
var (
	linuxOptions   = []byte{2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7}
	windowsOptions = []byte{2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2}
)

func TestStack(t *testing.T) {
	s := dataScript().handshake()
	s.segs[0].options, s.segs[0].window = linuxOptions, 64240
	s.segs[1].options, s.segs[1].window = windowsOptions, 8192
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	first, second := c.SYNs[0].Stack, c.Answers[0].Stack
	equal(t, "orders are the same", first.Order == second.Order, false)
	equal(t, "orders are set", first.Order != 0 && second.Order != 0, true)
	first.Order, second.Order = 0, 0
	equal(t, "Linux", first, ftp.Stack{Window: 64240, MSS: 1460, Scale: 7, SACK: true, Timestamps: true})
	equal(t, "Windows", second, ftp.Stack{Window: 8192, MSS: 1460, Scale: 8, SACK: true})
}

func TestStackOfOptions(t *testing.T) {
	order := func(options ...byte) uint32 { return stackOf(&packet{options: options}).Order }
	equal(t, "no options", stackOf(&packet{window: 5, short: true}), ftp.Stack{Window: 5, Scale: -1, Cut: true})
	equal(t, "values make no difference", order(2, 4, 5, 0xb4, 3, 3, 7) == order(2, 4, 1, 0, 3, 3, 9), true)
	equal(t, "order does", order(2, 4, 5, 0xb4, 3, 3, 7) == order(3, 3, 7, 2, 4, 5, 0xb4), false)
	equal(t, "padding does", order(2, 4, 5, 0xb4, 1) == order(2, 4, 5, 0xb4, 0), false)
	equal(t, "what is behind the end does not", order(2, 4, 5, 0xb4, 0, 7) == order(2, 4, 5, 0xb4, 0), true)
	equal(t, "scale beyond what is allowed", stackOf(&packet{options: []byte{3, 3, 200}}).Scale, 14)
	many := make([]byte, 60)
	for i := range many {
		many[i] = optionNop
	}
	equal(t, "too many are no harm", order(many...) != 0, true)
}

// The snap length can take options.
func TestStackCut(t *testing.T) {
	s := dataScript().send(client, flagSYN, "")
	s.segs[0].options, s.segs[0].cut = linuxOptions, 6
	c := play(t, Limits{}, announced(dataEnd), s.segs...).conn()
	equal(t, "cut", c.SYNs[0].Cut, true)
	equal(t, "MSS", c.SYNs[0].MSS, 1460)
	equal(t, "scale", c.SYNs[0].Scale, -1)
}

// Two hosts with one address both answer.
func TestSecondAnswerOfAnotherHost(t *testing.T) {
	s := dataScript().handshake()
	other := s.segs[1]
	other.seq, other.options = 777_000, windowsOptions
	stray := other
	stray.seq, stray.ack = 888_000, other.ack+99 // of an earlier connection
	c := play(t, Limits{}, announced(dataEnd), s.add(other, stray).segs...).conn()
	wantAnswers(t, c, ftp.AnswerSYNACK, ftp.AnswerSYNACK)
	equal(t, "scale of the first", c.Answers[0].Scale, -1)
	equal(t, "scale of the other", c.Answers[1].Scale, 8)
}
