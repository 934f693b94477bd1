package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// names are the files of a rotation: out-00001.pcapng and so on. Ours have
// consecutive numbers, so that weeks of them take no memory.
type names struct {
	dir, base, ext string
	earlier        []int // numbers of files of earlier runs that count, ascending
	first, next    int   // numbers of ours that are kept: from first up to, and without, next
}

// newNames numbers files on from the highest that is there. With earlier, what is
// there counts for what is kept.
func newNames(path string, earlier bool) (*names, error) {
	ext := filepath.Ext(path)
	n := &names{dir: filepath.Dir(path), base: strings.TrimSuffix(filepath.Base(path), ext), ext: ext, next: 1}
	entries, err := os.ReadDir(n.dir)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	for _, e := range entries {
		if number, ok := n.number(e.Name()); ok {
			n.next = max(n.next, number+1)
			if earlier && e.Type().IsRegular() {
				n.earlier = append(n.earlier, number)
			}
		}
	}
	slices.Sort(n.earlier)
	n.first = n.next
	return n, nil
}

// number is the number of the file of that name, and false where it is none of these.
func (n *names) number(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, n.base+"-")
	if !ok {
		return 0, false
	}
	if digits, ok = strings.CutSuffix(digits, n.ext); !ok {
		return 0, false
	}
	number, err := strconv.Atoi(digits)
	// Only what path writes: no sign, no other number of zeros.
	return number, err == nil && number > 0 && number < 1e15 && name == filepath.Base(n.path(number))
}

func (n *names) path(number int) string {
	return filepath.Join(n.dir, fmt.Sprintf("%s-%05d%s", n.base, number, n.ext))
}

// take is the next file.
func (n *names) take() string {
	n.next++
	return n.path(n.next - 1)
}

// count is how many files are kept.
func (n *names) count() int { return len(n.earlier) + n.next - n.first }

// oldest is the file to be removed next, of which there must be one.
func (n *names) oldest() string {
	if len(n.earlier) > 0 {
		return n.path(n.earlier[0])
	}
	return n.path(n.first)
}

// forget ends the counting of the oldest.
func (n *names) forget() {
	if len(n.earlier) > 0 {
		n.earlier = n.earlier[1:]
	} else {
		n.first++
	}
}

// ours are the files of this run that are kept, the oldest first.
func (n *names) ours() []string {
	var paths []string
	for number := n.first; number < n.next; number++ {
		paths = append(paths, n.path(number))
	}
	return paths
}

// create makes a file that is ours alone. What is there and is no regular file is
// written to as it is; regular is false then. A regular one is replaced if force says
// so: removed and made anew, as its permissions, or a link in its place, are not ours.
func create(path string, force bool) (file *os.File, regular bool, err error) {
	st, err := os.Stat(path)
	switch {
	case err == nil && st.IsDir():
		return nil, false, fmt.Errorf("record: %s is a directory: name a file in it", path)
	case err == nil && !st.Mode().IsRegular():
		file, err = os.OpenFile(path, os.O_WRONLY, 0)
		return file, false, wrap(err)
	case err == nil && force:
		if err := os.Remove(path); err != nil {
			return nil, false, wrap(err)
		}
	}
	file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, false, fmt.Errorf("record: %s is there already and is not overwritten: name another file, or remove it: %w", path, fs.ErrExist)
	}
	return file, true, wrap(err)
}

// wrap says that an error, or none, is ours. Errors of package os name the file.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("record: %w", err)
}
