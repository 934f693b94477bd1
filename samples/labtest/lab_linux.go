package labtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// prefix begins the names of our namespaces; the process id of their maker and a
// number follow.
const prefix = "ftpscope-lab-"

// Lab is a network of namespaces.
type Lab struct {
	spaces []*Space
}

// labs counts the labs of this process.
var labs atomic.Int32

// New makes a lab with a namespace for each name. Close it, also after an error.
func New(names ...string) (*Lab, error) {
	sweep()
	l := &Lab{}
	n := labs.Add(1)
	for _, name := range names {
		s := &Space{name: fmt.Sprintf("%s%d-%d-%s", prefix, os.Getpid(), n, name)}
		if err := command("ip", "netns", "add", s.name); err != nil {
			return l, err
		}
		l.spaces = append(l.spaces, s)
		// What the kernel says by itself is not wanted; MLD reports are soon over.
		err := s.Do("sysctl", "-qw", "net.ipv6.conf.default.accept_ra=0", "net.ipv6.conf.default.router_solicitations=0",
			"net.ipv6.conf.default.addr_gen_mode=1", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0",
			"net.ipv6.conf.default.mldv2_unsolicited_report_interval=10")
		if err != nil {
			return l, err
		}
		if err := s.Do("ip", "link", "set", "lo", "up"); err != nil {
			return l, err
		}
	}
	return l, nil
}

// Space is the namespace of a name; it must be one of those that New was given.
func (l *Lab) Space(name string) *Space {
	for _, s := range l.spaces {
		if strings.HasSuffix(s.name, "-"+name) {
			return s
		}
	}
	return nil
}

// Close ends what still runs in the namespaces and deletes them.
func (l *Lab) Close() error {
	var errs []error
	for _, s := range l.spaces {
		errs = append(errs, remove(s.name))
	}
	l.spaces = nil
	return errors.Join(errs...)
}

// sweep deletes the namespaces of labs whose process is no more: a test that ran
// out of time could not.
func sweep() {
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		return
	}
	for line := range bytes.Lines(out) {
		name, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		rest, ours := strings.CutPrefix(name, prefix)
		maker, _, _ := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(maker)
		if ours && err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = remove(name) // of somebody else, who left it
		}
	}
}

// remove ends the processes in a namespace and deletes it.
func remove(name string) error {
	for range 50 {
		pids := within(name)
		if len(pids) == 0 {
			break
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended meanwhile
		}
		time.Sleep(20 * time.Millisecond)
	}
	return command("ip", "netns", "delete", name)
}

// within is the other processes in a namespace.
func within(name string) (pids []int) {
	out, err := exec.Command("ip", "netns", "pids", name).Output()
	if err != nil {
		return nil
	}
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		if pid, err := strconv.Atoi(strings.TrimSpace(s.Text())); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// command runs a program to its end; the error holds what it said.
func command(argv ...string) error {
	out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, bytes.TrimSpace(out))
	}
	return nil
}
