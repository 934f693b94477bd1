package compare

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ftpscope/ftpscope/session"
)

// dump is all that a result says, in its order.
func (o *outcome) dump() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%v %v %q\n%+v\n%+v\n", o.Order, o.Aside, o.Because, o.Clocks, o.Vantages)
	for _, s := range o.Sessions {
		fmt.Fprintf(&out, "%s %v %+v\n", s.ID, s.Order, s.Said.Vantage)
		for _, t := range s.Transfers {
			fmt.Fprintf(&out, "%s %s %v\n", t.ID, t.Outcome, t.Start())
		}
		for _, v := range append([]View{s.Control}, s.Views...) {
			for _, p := range v.Points {
				fmt.Fprintf(&out, "  %s %d %q %v %v %v %d %q %q\n", v.Transfer, p.Point, p.Announcement, p.Announced, p.Source, p.Answer, p.Bytes, p.Blind, p.doubt)
			}
		}
		for _, st := range s.Stretches {
			fmt.Fprintf(&out, "%+v\n", *st)
		}
	}
	for _, f := range o.findings() {
		fmt.Fprintf(&out, "%s %s %v %q\n%+v\n", f.ID, f.Code, f.Transfers, textsOf(f), f.Evidence)
	}
	return out.String()
}

// TestSameAgain: the same captures come to the same each time, whatever the order
// in which a map hands out what it holds.
func TestSameAgain(t *testing.T) {
	for _, name := range []string{"well", "changed-well", "syn-lost-passive", "icmp-lost", "trap-two-clients-nat", "trap-same-tick", "veto-unrelated"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := readScene(t, name).take(t)
			first := compareTaken(all)
			for range 20 {
				if again := compareTaken(all); again.dump() != first.dump() {
					t.Fatalf("once\n%s\nthen\n%s", first.dump(), again.dump())
				}
			}
		})
	}
}

// TestNothingIsChanged: what is compared may be compared again, by several at once.
func TestNothingIsChanged(t *testing.T) {
	files, err := filepath.Glob("testdata/*.ftp")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ftp")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := readScene(t, name).take(t)
			given, untouched := pointsOf(all), pointsOf(all)
			var wait sync.WaitGroup
			for range 3 {
				wait.Go(func() { Compare(given) })
			}
			wait.Wait()
			if !reflect.DeepEqual(given, untouched) {
				t.Error("the points were changed")
			}
		})
	}
}

// TestFewPoints: there is nothing to compare, and nobody fails.
func TestFewPoints(t *testing.T) {
	empty := taken{name: "empty"}
	well := readScene(t, "well").take(t)
	for _, tt := range []struct {
		name     string
		all      []taken
		sessions int
		order    string
		aside    string
	}{
		{"none", nil, 0, "", ""},
		{"an empty one", []taken{empty}, 0, "", "empty"},
		{"two empty ones", []taken{empty, {name: "other"}}, 0, "", "empty other"},
		{"one", well[:1], 1, "", "a"},
		{"one and an empty one", []taken{well[0], empty}, 1, "", "a empty"},
		{"an empty one and one", []taken{empty, well[0]}, 1, "", "empty a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := compareTaken(tt.all)
			checkResult(t, &o)
			if len(o.Sessions) != tt.sessions || len(o.stretches()) != 0 {
				t.Errorf("%d sessions, stretches %q", len(o.Sessions), o.stretches())
			}
			if o.order(o.Order) != tt.order || o.order(o.Aside) != tt.aside {
				t.Errorf("order %q, aside %q", o.order(o.Order), o.order(o.Aside))
			}
		})
	}
}

// TestUnfilledPoint: the zero Book is ready.
func TestUnfilledPoint(t *testing.T) {
	r := Compare([]Point{{Book: new(Book)}, {Book: new(Book)}})
	if len(r.Sessions) != 0 || len(r.Findings) != 0 || !slices.Equal(r.Aside, []int{0, 1}) {
		t.Errorf("%+v", r)
	}
}

// many is a session of n transfers of the same file; the SYNs of one of them, the
// lost one, do not pass beyond the first point.
func many(n, lost int) string {
	var b strings.Builder
	b.WriteString("# The same file again and again.\n# points a b\n# clock b +11s\n")
	b.WriteString("open ctl client:40000 > server:21\nS< 220 ready\nC> USER u\nS< 331 pw\nC> PASS p\nS< 230 in\n")
	for i := range n {
		fmt.Fprintf(&b, "C> PASV\nS< 227 Entering Passive Mode (198,51,100,20,195,%d).\nC> RETR same.bin\n", i%200)
		if i == lost {
			fmt.Fprintf(&b, "@a syn d%d client:%d > server:%d linux 4\nwait 1s\nS< 425 no\n", i, 41000+i, 49920+i%200)
			continue
		}
		fmt.Fprintf(&b, "open d%d client:%d > server:%d\nS< 150 here\nsend d%d server 300\nfin d%d server\nS< 226 done\n", i, 41000+i, 49920+i%200, i, i)
	}
	b.WriteString("C> QUIT\nS< 221 bye\nfin ctl server\n")
	return b.String()
}

// TestManyTransfers: each of 300 that look alike keeps its place, though the ports
// come round again.
func TestManyTransfers(t *testing.T) {
	s := parseScene(t, "many.ftp", many(300, 217))
	s.rest = []string{"want a b syn lost to-server certain s1.t218", "order a b"}
	runCase(t, s)
	o := compareTaken(s.take(t))
	if n := len(o.Sessions[0].Transfers); n != 300 {
		t.Fatalf("%d transfers", n)
	}
	for i, v := range o.Sessions[0].Views {
		at := o.Sessions[0].At
		if v.Points[0].Transfer != at[0].Transfers[i] || v.Points[1].Transfer != at[1].Transfers[i] {
			t.Fatalf("transfer %d is another one at the second point", i+1)
		}
		if want := i == 217; (o.Sessions[0].Transfers[i].Outcome != session.OutcomeCompleted) != want {
			t.Errorf("transfer %d is %s", i+1, o.Sessions[0].Transfers[i].Outcome)
		}
	}
}

// TestManyTransfersLate: the second capture begins in the middle of them.
func TestManyTransfersLate(t *testing.T) {
	s := parseScene(t, "late.ftp", many(60, -1))
	all := s.take(t)
	all[1].frames = without(all[1].frames, 0, len(all[1].frames)/2)
	o := compareTaken(all)
	checkResult(t, &o)
	if got := o.stretches(); len(got) != 0 {
		t.Errorf("%q", got)
	}
	both, first := 0, -1
	for i, v := range o.Sessions[0].Views {
		if v.Points[0].Transfer == nil {
			t.Fatalf("transfer %d is not at the first point", i+1)
		}
		if v.Points[1].Transfer == nil {
			continue
		}
		both++
		if first < 0 {
			first = i
		}
		if a, b := v.Points[0].Transfer.Announcement, v.Points[1].Transfer.Announcement; a != nil && b != nil && a.Endpoint != b.Endpoint {
			t.Errorf("transfer %d announces %s and %s", i+1, a.Endpoint, b.Endpoint)
		}
	}
	if both != 60-first || first < 25 || first > 35 {
		t.Errorf("%d are at both points, from %d on", both, first+1)
	}
}
