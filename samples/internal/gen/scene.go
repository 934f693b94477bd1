package gen

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// start is the time of the first packet of every sample.
var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// A packet of the same host follows after sameHost; an answer takes the way to
// the host and back and think.
const (
	sameHost = 50 * time.Microsecond
	think    = 30 * time.Microsecond
)

// Capture is what Build makes of a file.
type Capture struct {
	Title string // first comment line
	Ext   string // ".pcap" or ".pcapng"
	Data  []byte
}

// Build makes the capture that the text of name describes. Errors begin with
// name and the line.
func Build(name string, text []byte) (Capture, error) {
	s := &scene{
		seed:  name,
		hosts: map[string]*host{},
		conns: map[string]*conn{},
		ids:   map[pair][]byte{},
		sink:  sink{recording: true},
	}
	title, err := Title(name, text)
	if err != nil {
		return Capture{}, err
	}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if err := s.line(strings.TrimRight(string(line), "\r\n")); err != nil {
			return Capture{}, fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	s.sendDraft()
	s.flushAcks(nil)
	if s.err != nil {
		return Capture{}, fmt.Errorf("%s:%d: %w", name, n, s.err)
	}
	if len(s.sink.frames) == 0 {
		return Capture{}, fmt.Errorf("%s:%d: the capture is empty", name, n)
	}
	data, err := s.encode()
	if err != nil {
		return Capture{}, fmt.Errorf("%s:%d: %w", name, n, err)
	}
	ext := ".pcap"
	if s.set.ng {
		ext = ".pcapng"
	}
	return Capture{title, ext, data}, nil
}

// Title returns the sentence that the first line of a file holds.
func Title(name string, text []byte) (string, error) {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	title, ok := strings.CutPrefix(string(first), "# ")
	if !ok || !strings.HasSuffix(title, ".") {
		return "", fmt.Errorf(`%s:1: want "# " and a sentence that ends with a full stop, got %q`, name, first)
	}
	return title, nil
}

// scene is the state while a file is read.
type scene struct {
	seed  string // file name, from which numbers like ISNs are derived
	set   settings
	hosts map[string]*host
	conns map[string]*conn
	order []*conn         // conns in order of appearance
	ids   map[pair][]byte // of the latest sessions of TLS 1.2
	twin  *twin           // nil: each packet is recorded once

	now     time.Duration // since start
	last    *host         // that sent the last packet, nil before the first
	started bool          // a packet was sent: settings are over
	mod     modifiers     // words in front of the line being read
	draft   *draft        // lines that wait for one more in their segment
	pings   uint16        // echo requests sent
	sink    sink
	err     error // of a packet that could not be made
}

type modifiers struct{ unseen, lost, twice bool }

// line carries out one line of the file.
func (s *scene) line(line string) error {
	line = strings.TrimSpace(line)
	s.mod = modifiers{}
	for {
		if line == "" || line[0] == '#' {
			if s.mod != (modifiers{}) {
				return fmt.Errorf("nothing follows unseen, lost or twice")
			}
			return nil
		}
		first, rest, _ := strings.Cut(line, " ")
		switch first {
		case "unseen":
			s.mod.unseen = true
		case "lost":
			s.mod.lost = true
		case "twice":
			s.mod.twice = true
		default:
			if err := s.statement(first, rest); err != nil {
				return err
			}
			return s.err
		}
		line = strings.TrimSpace(rest)
	}
}

func (s *scene) statement(first, rest string) error {
	sp, spoken := parseSpeaker(first)
	if !spoken || sp.op != '+' {
		s.sendDraft()
	}
	if spoken {
		return s.dialogue(sp, rest)
	}
	do, ok := statements[first]
	if !ok {
		return fmt.Errorf("unknown statement %q", first)
	}
	w, err := words(rest)
	if err != nil {
		return err
	}
	a := &args{w}
	if err := do(s, a); err != nil {
		return fmt.Errorf("%s: %w", first, err)
	}
	if err := a.end(); err != nil {
		return fmt.Errorf("%s: %w", first, err)
	}
	return nil
}

// statements does what the first word of a line says.
var statements = map[string]func(*scene, *args) error{
	"format": setting((*scene).setFormat), "link": setting((*scene).setLink),
	"snaplen": setting((*scene).setSnaplen), "vlan": setting((*scene).setVLAN),
	"only": setting((*scene).setOnly), "host": setting((*scene).setHost),
	"filter": setting((*scene).setFilter), "drops": setting((*scene).setDrops),
	"twin": setting((*scene).setTwin), "rewrite": setting((*scene).setRewrite),

	"open": (*scene).doOpen, "syn": (*scene).doSYN, "synack": (*scene).doSYNACK,
	"establish": (*scene).doEstablish, "midstream": (*scene).doMidstream,
	"fin": (*scene).doFIN, "refin": (*scene).doRefin, "rst": (*scene).doRST, "challenge": (*scene).doChallenge,
	"icmp": (*scene).doICMP, "ping": (*scene).doPing, "udp": (*scene).doUDP,

	"send": (*scene).doSend, "resend": (*scene).doResend,
	"ack": (*scene).doACK, "probe": (*scene).doProbe,
	"secure": (*scene).doSecure, "clear": (*scene).doClear,
	"hello": (*scene).doHello, "serverhello": (*scene).doServerHello,
	"finished": (*scene).doFinished, "alert": (*scene).doAlert,

	"wait": (*scene).doWait, "clock": (*scene).doClock,
	"record": (*scene).doRecord, "swap": (*scene).doSwap,
}

// setting guards statements that make sense only before the first packet.
func setting(do func(*scene, *args) error) func(*scene, *args) error {
	return func(s *scene, a *args) error {
		if s.started {
			return fmt.Errorf("settings come before the first packet")
		}
		return do(s, a)
	}
}

func (s *scene) doWait(a *args) error {
	d, err := a.duration("a time")
	s.flushAcks(nil)
	s.now += d
	return err
}

// doRecord says what is captured; or it sends a TLS record.
func (s *scene) doRecord(a *args) error {
	on := a.accept("on")
	if !on && !a.accept("off") {
		return s.appData(a)
	}
	s.flushAcks(nil)
	s.sink.recording = on
	return nil
}

// doClock sets the clock of the capture, which nothing but its timestamps
// follows.
func (s *scene) doClock(a *args) error {
	w, err := a.next("a step like +90s or -2s")
	if err != nil {
		return err
	}
	d, err := time.ParseDuration(w)
	if err != nil || w[0] != '+' && w[0] != '-' {
		return fmt.Errorf("want a step like +90s or -2s, got %q", w)
	}
	s.flushAcks(nil)
	s.sink.clock += d
	if s.sink.clock.Abs() > farOff {
		return fmt.Errorf("the clock would be more than %v off", farOff)
	}
	return nil
}

// doSwap lets the next two frames change places in the file.
func (s *scene) doSwap(*args) error {
	s.flushAcks(nil)
	s.sink.swaps = append(s.sink.swaps, len(s.sink.frames))
	return nil
}
