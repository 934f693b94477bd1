package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// promiscuous reports whether an interface is, as sysfs of the namespace has it.
func promiscuous(t *testing.T, name string) bool {
	t.Helper()
	out, err := exec.Command("ip", "-d", "link", "show", name).CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(out), "promiscuity 1")
}

// asChild names what the test binary does in place of its tests.
const asChild = "FTPSCOPE_LIVE_TEST"

// child runs the test in a process of its own, which loses its privileges.
func child(t *testing.T) (out string, isChild bool) {
	t.Helper()
	if os.Getenv(asChild) == t.Name() {
		return "", true
	}
	if os.Geteuid() != 0 {
		t.Skip("only root has privileges to drop")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=20s")
	cmd.Env = append(os.Environ(), asChild+"="+t.Name())
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if strings.Contains(string(text), "--- SKIP") {
		t.Skipf("%s", text)
	}
	return string(text), false
}

// TestDropPrivileges: no thread keeps a user, a group or a capability; what is
// open goes on, and finds an interface that was deleted and made again.
func TestDropPrivileges(t *testing.T) {
	if _, isChild := child(t); !isChild {
		return
	}
	lab(t, pair...)
	c := start(t, Options{Interface: "far", Filter: onlyTest, Wait: true, Promiscuous: true})
	s := newSender(t, "near") // while it may
	// What happens to the interface is somebody else's doing.
	other := exec.Command("sh", "-c", "read x && ip link del far && ip link add near type veth peer name far && ip link set near up && ip link set far up && read x")
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if err := DropPrivileges("nobody"); err != nil {
		t.Fatal(err)
	}
	threads, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil || len(threads) < 2 {
		t.Fatalf("%d threads, %v", len(threads), err)
	}
	for _, name := range threads {
		status, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(status)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			value = strings.TrimSpace(value)
			switch key {
			case "Uid", "Gid", "Groups":
				for n := range strings.FieldsSeq(value) {
					if n == "0" {
						t.Errorf("%s: %s", name, line)
					}
				}
			case "CapEff", "CapPrm", "CapInh", "CapAmb":
				if strings.Trim(value, "0") != "" {
					t.Errorf("%s: %s", name, line)
				}
			}
		}
	}
	if err := syscall.Setuid(0); err == nil {
		t.Error("the process may become root again")
	}
	_, err = Open(Options{Interface: "far"})
	denied, ok := errors.AsType[*PermissionError](err)
	if !ok || !errors.Is(err, os.ErrPermission) {
		t.Fatalf("to open it again: %v", err)
	}
	path, _ := os.Executable()
	if want := "sudo setcap cap_net_raw=ep " + path; !strings.Contains(denied.Hint, want) {
		t.Errorf("hint %q, want %q", denied.Hint, want)
	}
	list, err := Interfaces()
	if err != nil || len(list) < 4 { // lo, near, far, any; some kernels make more
		t.Errorf("interfaces %+v, %v", list, err)
	}
	for _, i := range list {
		if i.MayCapture || i.Hint != denied.Hint {
			t.Errorf("%s: may capture %v, hint %q", i.Name, i.MayCapture, i.Hint)
		}
	}

	s.send(numbered(1, 100))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	n := 0
	for f, err := range c.Frames(ctx) {
		if err != nil {
			break
		}
		if f.Length > 0 {
			n++
			fmt.Fprintln(in) // delete it, and make it anew
		}
		if events := c.Stats().Events; len(events) > 0 && events[len(events)-1].State == StateUp {
			break
		}
	}
	if events := c.Stats().Events; n != 1 || len(events) < 2 {
		t.Errorf("%d frames, events %+v", n, events)
	}
	in.Close()
	other.Wait()
}

// TestDropCapabilities: without a name the user stays and the capabilities go.
func TestDropCapabilities(t *testing.T) {
	if _, isChild := child(t); !isChild {
		return
	}
	if hint := mayCapture(); hint != "" {
		t.Fatalf("may not capture before: %s", hint)
	}
	err := DropPrivileges("")
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		t.Errorf("the user is %d now", os.Getuid())
	}
	if mayCapture() == "" {
		t.Error("may capture after")
	}
	if err := DropPrivileges("nobody"); err == nil {
		t.Error("became nobody without the capability to")
	}
}

func TestDropPrivilegesUnknown(t *testing.T) {
	for _, name := range []string{"no such user", "4294967294999"} {
		if err := DropPrivileges(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}
