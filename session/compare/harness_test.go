package compare

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/samples/samplestest"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// A scene is a dialogue that several points capture. It is compiled once for each
// of them. Comments say how they lie to each other:
//
//	# points a b c               from the client to the server; must come first
//	# place NAME ADDRESS X [OPTION…]
//	                             a host beside client and server: 0 is at the first point, 1 at
//	                             the second, 0.5 between them
//	# at POINT X                 where the point itself stands
//	# options HOST OPTION…       of client or server, as the language has them
//	# nat HOST ADDRESS POINT…    these points see the host under that address
//	# rewrite POINT OLD => NEW   in the text of the dialogue, as this point sees it
//	# clock POINT +3.7s          its clock is off by that
//	# drift POINT PPM            its clock runs faster
//	# empty POINT                its capture holds no frame
//	# sample POINT NAME          its capture is that sample
//	# merge POINT VIEW VIEW      its capture is that of two other views, which stand where it stands
//
// client (192.0.2.10) stands at the first point and server (198.51.100.20) at the
// last one; there are two routers and 4 ms between neighbours. Lines may begin
// with the points that they are about:
//
//	@a,b LINE                    only they captured it; the others missed it
//	@a,b= LINE                   it is said to them alone: settings, record, and what differs
type scene struct {
	name   string
	points []string
	views  []*view
	rest   []string // comments that are about results
	lines  []string
}

// view is what one point sees.
type view struct {
	name    string
	at      float64
	nat     map[string]string // host, address
	rewrite [][2]string
	clock   time.Duration
	drift   float64
	empty   bool
	sample  string
	merge   []string
}

// leg is the time from one point to the next.
const leg = 4 * time.Millisecond

func parseScene(t *testing.T, name, text string) *scene {
	t.Helper()
	s := &scene{name: name}
	type station struct {
		name, address string
		at            float64
		options       string
	}
	var hosts []station
	var dialogue []string
	for n, line := range strings.Split(text, "\n") {
		words := strings.Fields(strings.TrimPrefix(line, "#"))
		if !strings.HasPrefix(line, "# ") || n == 0 || len(words) == 0 {
			dialogue = append(dialogue, line)
			continue
		}
		var of *view
		if len(words) > 1 {
			of = s.view(words[1])
		}
		switch first := words[0]; {
		case first == "points":
			s.points = words[1:]
			for i, p := range s.points {
				s.views = append(s.views, &view{name: p, at: float64(i), nat: make(map[string]string)})
			}
			hosts = []station{{"client", "192.0.2.10", 0, ""}, {"server", "198.51.100.20", float64(len(s.points) - 1), ""}}
		case first == "place":
			x, err := strconv.ParseFloat(words[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			hosts = append(hosts, station{words[1], words[2], x, strings.Join(words[4:], " ")})
		case first == "at" && of != nil:
			x, err := strconv.ParseFloat(words[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			of.at = x
		case first == "options":
			for i := range hosts {
				if hosts[i].name == words[1] {
					hosts[i].options += " " + strings.Join(words[2:], " ")
				}
			}
		case first == "nat":
			for _, p := range words[3:] {
				s.view(p).nat[words[1]] = words[2]
			}
		case first == "rewrite" && of != nil:
			_, pair, _ := strings.Cut(line, "rewrite "+words[1]+" ")
			from, to, _ := strings.Cut(pair, " => ")
			of.rewrite = append(of.rewrite, [2]string{from, to})
		case first == "clock" && of != nil:
			d, err := time.ParseDuration(words[2])
			if err != nil {
				t.Fatal(err)
			}
			of.clock = d
		case first == "drift" && of != nil:
			x, err := strconv.ParseFloat(words[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			of.drift = x
		case first == "empty" && of != nil:
			of.empty = true
		case first == "sample" && of != nil:
			of.sample = words[2]
		case first == "merge" && of != nil:
			of.merge = words[2:]
			for _, v := range of.merge {
				s.views = append(s.views, &view{name: v, at: of.at, nat: make(map[string]string)})
			}
		default:
			s.rest = append(s.rest, strings.TrimPrefix(line, "# "))
		}
	}
	for _, v := range s.views {
		for _, h := range hosts {
			address := cmp.Or(v.nat[h.name], h.address)
			far := math.Abs(h.at - v.at)
			options := h.options
			if far > 0 {
				options += " gw " + h.name
			}
			s.lines = append(s.lines, fmt.Sprintf("@%s= host %s %s ttl %d delay %s %s", v.name, h.name, address, 64-int(2*far), 20*time.Microsecond+time.Duration(far*float64(leg)), options))
		}
	}
	if len(s.views) > 0 {
		// Settings of the dialogue may stand behind hosts.
		s.lines = slices.Concat(dialogue[:1], s.lines, dialogue[1:])
	}
	return s
}

func (s *scene) view(name string) *view {
	for _, v := range s.views {
		if v.name == name {
			return v
		}
	}
	return nil
}

// text is the dialogue as one view has it.
func (s *scene) text(v *view) string {
	var out strings.Builder
	for _, line := range s.lines {
		if who, rest, ok := strings.Cut(line, " "); ok && strings.HasPrefix(who, "@") {
			names, only := strings.CutSuffix(who[1:], "=")
			switch here := slices.Contains(strings.Split(names, ","), v.name); {
			case here:
				line = rest
			case only:
				line = ""
			default:
				line = "unseen " + rest
			}
		}
		for _, r := range v.rewrite {
			line = strings.ReplaceAll(line, r[0], r[1])
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

// taken is what one point captured.
type taken struct {
	name   string
	frames []capture.Frame
	info   capture.Info
}

// take makes the captures of all points.
func (s *scene) take(t *testing.T) []taken {
	t.Helper()
	var out []taken
	for _, p := range s.points {
		out = append(out, s.takeView(t, s.view(p)))
	}
	return out
}

func (s *scene) takeView(t *testing.T, v *view) taken {
	t.Helper()
	var c taken
	switch {
	case v.empty:
	case len(v.merge) > 0:
		for _, name := range v.merge {
			one := s.takeView(t, s.view(name))
			c.frames, c.info = append(c.frames, one.frames...), one.info
		}
		slices.SortStableFunc(c.frames, func(a, b capture.Frame) int { return a.Time.Compare(b.Time) })
		for i := range c.frames {
			c.frames[i].Number = int64(i + 1)
		}
	default:
		var pcap []byte
		var err error
		if v.sample != "" {
			pcap, err = samples.Open(v.sample)
		} else {
			pcap, err = samplestest.Compile(s.name, s.text(v))
		}
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		c = readFrames(t, pcap)
	}
	c.name = v.name
	for i := range c.frames {
		f := &c.frames[i]
		since := f.Time.Sub(c.frames[0].Time)
		f.Time = f.Time.Add(v.clock + time.Duration(float64(since)*v.drift/1e6))
	}
	return c
}

func readFrames(t *testing.T, pcap []byte) taken {
	t.Helper()
	src, err := capture.Open([]string{"-"}, capture.Options{Stdin: bytes.NewReader(pcap)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var c taken
	for f, err := range src.Frames(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		kept := *f
		kept.Data = bytes.Clone(f.Data)
		c.frames = append(c.frames, kept)
	}
	c.info = src.Info()[0]
	return c
}

// point is what the decoder and the tracker find in a capture that is the i-th of
// those that are compared.
func (c *taken) point(i int) Point {
	tracker := session.New(session.Config{})
	decoder := decode.New(decode.Config{SYNs: true}, tracker)
	p := Point{Book: new(Book)}
	p.Name = "caught/" + c.name + ".pcap"
	emit := func(s *session.Session) { p.Sessions = append(p.Sessions, s) }
	handle := func(ev *ftp.Event) {
		p.Book.Handle(ev)
		tracker.Handle(ev, emit)
	}
	for _, f := range c.frames {
		f.Capture = i
		decoder.Decode(&f, handle)
	}
	decoder.Finish(handle)
	tracker.Finish(emit)
	p.Filters, p.Drops, p.Complete = c.info.Filters, c.info.Drops, len(c.info.Problems) == 0
	if facts := decoder.Captures(); i < len(facts) {
		p.CaptureFacts = facts[i]
	}
	return p
}

func pointsOf(all []taken) []Point {
	out := make([]Point, len(all))
	for i := range all {
		out[i] = all[i].point(i)
	}
	return out
}

// outcome is what a comparison came to, with points called by their names.
type outcome struct {
	*Result
	points []Point
	names  []string
}

func compareTaken(all []taken) outcome {
	out := outcome{points: pointsOf(all)}
	for i := range all {
		out.names = append(out.names, all[i].name)
	}
	out.Result = Compare(out.points)
	return out
}

// stretches are "a b syn lost to-server certain s1.t1", in order.
func (o *outcome) stretches() []string {
	var out []string
	for _, s := range o.Sessions {
		for _, st := range s.Stretches {
			out = append(out, strings.Join(o.fieldsOf(s, st), " "))
		}
	}
	slices.Sort(out)
	return out
}

func (o *outcome) fieldsOf(s *Session, st *Stretch) []string {
	way := "to-client"
	if st.ToServer {
		way = "to-server"
	}
	return []string{o.names[st.Between[0]], o.names[st.Between[1]], string(st.Packet), string(st.What), way, string(st.Confidence), cmp.Or(st.Transfer, s.ID)}
}

// findings are those of all sessions, and of the captures.
func (o *outcome) findings() []*diagnose.Finding {
	var out []*diagnose.Finding
	for _, s := range o.Sessions {
		out = append(out, s.Said.Findings...)
	}
	return append(out, o.Findings...)
}

// order names points.
func (o *outcome) order(points []int) string {
	var out []string
	for _, i := range points {
		out = append(out, o.names[i])
	}
	return strings.Join(out, " ")
}

// permutations calls f with every order of n things.
func permutations(n int, f func([]int)) {
	order := make([]int, 0, n)
	var next func()
	next = func() {
		if len(order) == n {
			f(slices.Clone(order))
			return
		}
		for i := range n {
			if !slices.Contains(order, i) {
				order = append(order, i)
				next()
				order = order[:len(order)-1]
			}
		}
	}
	next()
}

func inOrderOf[T any](all []T, order []int) []T {
	out := make([]T, len(all))
	for i, from := range order {
		out[i] = all[from]
	}
	return out
}
