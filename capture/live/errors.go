package live

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// ErrUnsupported is matched by errors for what this system can't.
var ErrUnsupported = fmt.Errorf("capture: live capture: %w on %s", errors.ErrUnsupported, runtime.GOOS)

// PermissionError says that this user may not capture. It matches
// os.ErrPermission.
type PermissionError struct {
	Interface string // as given to Open
	Hint      string // who may, and how to let this program: lines
	Err       error  // of the system
}

// Error returns what and where, without the hint.
func (e *PermissionError) Error() string {
	return fmt.Sprintf("capture: %s: this user may not capture: %v", e.Interface, e.Err)
}

// Unwrap returns the error of the system.
func (e *PermissionError) Unwrap() error { return e.Err }

// Is reports whether target is os.ErrPermission.
func (e *PermissionError) Is(target error) bool { return target == os.ErrPermission }

// InterfaceError says what is wrong with an interface.
type InterfaceError struct {
	Name   string   // as given
	Reason string   // such as "no such interface"
	Near   []string // names of interfaces that may have been meant, or of all; at most 8
	Err    error    // of the system, or nil
}

// Error returns what is wrong, and which interfaces there are if it is the name.
func (e *InterfaceError) Error() string {
	text := fmt.Sprintf("capture: %s: %s", e.Name, e.Reason)
	if len(e.Near) > 0 {
		text += "; there is " + strings.Join(e.Near, ", ")
	}
	return text
}

// Unwrap returns the error of the system, or nil.
func (e *InterfaceError) Unwrap() error { return e.Err }

// maxNear is how many names an InterfaceError has.
const maxNear = 8

// noInterface is the error for a name that no interface has.
func noInterface(name string, err error) error {
	var all, near []string
	if list, e := Interfaces(); e == nil {
		for _, i := range list {
			all = append(all, i.Name)
		}
	}
	// Interfaces are named by a kind and a number: of the same kind are those
	// that somebody may have meant who mistyped the number.
	kind := strings.TrimRight(name, "0123456789")
	for _, n := range all {
		if kind != "" && strings.HasPrefix(n, kind) || sameLetters(n, name) {
			near = append(near, n)
		}
	}
	if len(near) == 0 {
		near = all
	}
	return &InterfaceError{Name: name, Reason: "no such interface", Near: near[:min(len(near), maxNear)], Err: err}
}

// sameLetters reports whether two names differ by the order of their letters, or
// by their case, only.
func sameLetters(a, b string) bool {
	x, y := []byte(strings.ToLower(a)), []byte(strings.ToLower(b))
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
