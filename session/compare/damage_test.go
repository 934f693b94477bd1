package compare

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// damaged are cases whose captures are damaged: some in which all went well, and
// some in which a packet was lost or a box spoke.
var damaged = []string{
	"well", "recovers", "nat-passive", "changed-well", "rst-forged-to-client", "data-lost", "data-lost-upload",
	"command-lost", "announcement-lost", "reply-lost",
}

func readScene(t *testing.T, name string) *scene {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".ftp"))
	if err != nil {
		t.Fatal(err)
	}
	return parseScene(t, name+".ftp", string(text))
}

// TestOneFrameMissed: that a capture lacks one frame proves nothing.
func TestOneFrameMissed(t *testing.T) {
	for _, name := range damaged {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := readScene(t, name).take(t)
			before := accused(compareTaken(all))
			for i := range all {
				for n := range all[i].frames {
					one := slices.Clone(all)
					one[i].frames = without(all[i].frames, n, n+1)
					wantNoMore(t, fmt.Sprintf("%s without frame %d", one[i].name, n+1), one, before)
				}
			}
		})
	}
}

// TestCut: a capture that begins late or ends early, at any frame.
func TestCut(t *testing.T) {
	for _, name := range damaged {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := readScene(t, name).take(t)
			before := accused(compareTaken(all))
			for i := range all {
				for n := range all[i].frames {
					one := slices.Clone(all)
					one[i].frames = without(all[i].frames, 0, n)
					wantNoMore(t, fmt.Sprintf("%s from frame %d on", one[i].name, n+1), one, before)
					one[i].frames = without(all[i].frames, n, len(all[i].frames))
					wantNoMore(t, fmt.Sprintf("%s up to frame %d", one[i].name, n), one, before)
				}
			}
		})
	}
}

// TestDamaged: captures that lack frames, hold some twice or in another order, or
// cut, never make a comparison fail.
func TestDamaged(t *testing.T) {
	for seed, name := range damaged {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := readScene(t, name).take(t)
			r := rand.New(rand.NewPCG(uint64(seed), 1))
			for range 60 {
				harmed := slices.Clone(all)
				for i := range harmed {
					if r.IntN(2) == 0 {
						harmed[i].frames = harm(r, all[i].frames)
					}
				}
				o := compareTaken(harmed)
				checkResult(t, &o)
			}
		})
	}
}

// harm damages frames at random.
func harm(r *rand.Rand, frames []capture.Frame) []capture.Frame {
	var out []capture.Frame
	share := r.Float64() / 2
	for _, f := range frames {
		switch x := r.Float64() / share; {
		case x < 0.6: // it is missing
		case x < 0.7:
			out = append(out, f, f)
		case x < 0.8:
			f.Data = f.Data[:r.IntN(len(f.Data))]
			out = append(out, f)
		case x < 0.9 && len(out) > 0:
			last := out[len(out)-1]
			out[len(out)-1] = f
			out = append(out, last)
		case x < 1:
			f.Data = slices.Clone(f.Data)
			f.Data[r.IntN(len(f.Data))] ^= byte(1 + r.IntN(255))
			out = append(out, f)
		default:
			out = append(out, f)
		}
	}
	return renumbered(out)
}

func without(frames []capture.Frame, from, to int) []capture.Frame {
	return renumbered(slices.Concat(frames[:from], frames[to:]))
}

func renumbered(frames []capture.Frame) []capture.Frame {
	for i := range frames {
		frames[i].Number = int64(i + 1)
	}
	return frames
}

// accused are the stretches on which something is said for sure to have been lost
// or answered, or to have been changed, without the ids.
func accused(o outcome) []string {
	var out []string
	for _, s := range o.Sessions {
		for _, st := range s.Stretches {
			if st.Confidence == diagnose.Certain {
				out = append(out, strings.Join(o.fieldsOf(s, st)[:5], " "))
			}
		}
	}
	return out
}

// wantNoMore wants nobody accused on a stretch on which nobody was before.
func wantNoMore(t *testing.T, what string, all []taken, before []string) {
	t.Helper()
	o := compareTaken(all)
	checkResult(t, &o)
	for _, line := range accused(o) {
		if !slices.ContainsFunc(before, func(b string) bool { return samePlace(b, line) }) {
			t.Errorf("%s: %s\n  %s", what, line, strings.Join(o.told(), "\n  "))
		}
	}
}

// samePlace reports whether two stretches are between the same points, and both of
// what was changed, or neither. Where a point in between cannot tell any more the
// second may be longer.
func samePlace(before, line string) bool {
	b, l := strings.Fields(before), strings.Fields(line)
	return b[0] >= l[0] && b[1] <= l[1] && (b[3] == string(Changed)) == (l[3] == string(Changed))
}
