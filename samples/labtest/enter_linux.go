package labtest

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Enter moves the calling thread into the namespace, for good: the goroutine must
// have locked it, and end without unlocking it.
func (s *Space) Enter() error {
	f, err := os.Open("/run/netns/" + s.name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("setns: %s: %w", s.name, err)
	}
	return nil
}

// Index is the number of an interface in the namespace of the calling thread.
func Index(name string) (int, error) {
	one, err := net.InterfaceByName(name)
	if err != nil {
		return 0, fmt.Errorf("interface %s: %w", name, err)
	}
	return one.Index, nil
}
