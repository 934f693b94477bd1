package labtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a program that runs in a namespace.
type Process struct {
	cmd    *exec.Cmd
	what   string
	errOut said
	ended  chan struct{}
	err    error // how it ended; valid once ended is closed
}

// said keeps the beginning of what a program says on standard error.
type said struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buf.Len() < 64<<10 {
		s.buf.Write(b)
	}
	return len(b), nil
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// Start starts a program in the namespace, whose standard output goes to out; nil
// discards it. It ends with the process that started it at the latest.
func (s *Space) Start(out io.Writer, argv ...string) (*Process, error) {
	return s.Feed(nil, out, argv...)
}

// Feed is Start with a standard input.
func (s *Space) Feed(in io.Reader, out io.Writer, argv ...string) (*Process, error) {
	p := &Process{what: strings.Join(argv, " "), ended: make(chan struct{})}
	argv = s.argv(argv)
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = in, out, &p.errOut
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.cmd.WaitDelay = time.Second // its children may keep the pipe
	started := make(chan error)
	go func() {
		// The signal comes when the thread ends that started it, not the process: so
		// this one waits for it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s: %w", p.what, err)
	}
	return p, nil
}

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Said is what it has said on standard error so far, at most 64 KiB.
func (p *Process) Said() string { return p.errOut.String() }

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Signal sends a signal.
func (p *Process) Signal(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("%s: %w", p.what, err)
	}
	return nil
}

// Stop sends a signal and waits until the process ends; after the patience it is
// killed, which is an error, as is an exit status other than zero.
func (p *Process) Stop(sig syscall.Signal, patience time.Duration) error {
	if err := p.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return p.Wait(patience)
}

// Wait waits until the process ends by itself; after the patience it is killed,
// which is an error, as is an exit status other than zero.
func (p *Process) Wait(patience time.Duration) error {
	select {
	case <-p.ended:
	case <-time.After(patience):
		err := p.cmd.Process.Kill()
		<-p.ended
		return errors.Join(fmt.Errorf("%s: did not end within %v; it said: %s", p.what, patience, p.Said()), err)
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w; it said: %s", p.what, p.err, p.Said())
	}
	return nil
}

// Processor is the processor time that it took, of its own and of the kernel in
// its name. It is known once the process has ended.
func (p *Process) Processor() (user, kernel time.Duration) {
	if s := p.cmd.ProcessState; s != nil {
		return s.UserTime(), s.SystemTime()
	}
	return 0, 0
}

// AwaitCapture waits until the process has a packet socket that receives.
func (p *Process) AwaitCapture(patience time.Duration) error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.ended:
			return fmt.Errorf("%s: ended (%w); it said: %s", p.what, p.err, p.Said())
		default:
		}
		if p.captures() {
			return nil
		}
	}
	return fmt.Errorf("%s: captures nothing after %v; it said: %s", p.what, patience, p.Said())
}

// captures reports whether a packet socket of the process receives.
func (p *Process) captures() bool {
	dir := fmt.Sprintf("/proc/%d", p.PID())
	// sk RefCnt Type Proto Iface R Rmem User Inode
	table, err := os.ReadFile(filepath.Join(dir, "net/packet"))
	if err != nil {
		return false
	}
	files, err := os.ReadDir(filepath.Join(dir, "fd"))
	if err != nil {
		return false
	}
	for _, f := range files {
		target, err := os.Readlink(filepath.Join(dir, "fd", f.Name()))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(table)) {
			w := strings.Fields(line)
			if len(w) == 9 && w[3] != "0000" && w[5] == "1" && target == "socket:["+w[8]+"]" {
				return true
			}
		}
	}
	return false
}
