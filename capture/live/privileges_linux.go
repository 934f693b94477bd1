package live

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mayCapture returns an empty text if this process may capture, else what to do.
// It tries: capabilities say too much in a user namespace, and too little of what
// else may forbid it.
func mayCapture() string {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	switch {
	case err == nil:
		unix.Close(fd)
		return ""
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
		return permissionHint()
	}
	return fmt.Sprintf("this system has no packet sockets: %v", err)
}

// permissionHint says who may capture, and how to let this program do it.
func permissionHint() string {
	path, err := os.Executable()
	if err != nil {
		path = "/path/of/ftpscope"
	}
	hint := "root may capture; or, once, for everybody who may run this program: sudo setcap cap_net_raw=ep " + quoted(path)
	if strings.Contains(path, "/go-build") {
		hint += "\nbut go run made this program and will delete it: first go build ./cmd/ftpscope, then setcap on that"
	}
	return hint
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if strings.IndexFunc(path, func(r rune) bool {
		return !strings.ContainsRune("/._-+,:@%", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// DropPrivileges gives up for good, in all threads, what only opening a capture
// needs; an interface that vanished is found again without it.
//
// With the name or number of a user the process becomes that user, with the
// user's own groups: only root can do that. With an empty name it stays who it
// is and loses its capabilities, which is for programs that setcap let capture.
// Root without capabilities still owns the files of root.
//
// A program that is built with cgo can't drop its capabilities without becoming
// another user: only libc may change its threads, and has no function for it.
func DropPrivileges(name string) error {
	if name != "" {
		if err := become(name); err != nil {
			return err
		}
		// Who was root and isn't any more has no capabilities, unless the
		// process was told to keep them.
		if !capable() {
			return nil
		}
	}
	return dropCapabilities()
}

func setUser(uid, gid int) error {
	if err := syscall.Setresgid(gid, gid, gid); err != nil {
		return err
	}
	return syscall.Setresuid(uid, uid, uid)
}

// capable reports whether this thread has a capability, or may take one.
func capable() bool {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var has [2]unix.CapUserData
	err := unix.Capget(&head, &has[0])
	return err != nil || has != [2]unix.CapUserData{}
}

// dropCapabilities empties the sets of capabilities, the ambient one with them.
func dropCapabilities() error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, e := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none[0])), 0)
	switch e {
	case 0:
		return nil
	case syscall.ENOTSUP:
		return fmt.Errorf("capture: can't drop capabilities: %w in a program that is built with cgo; build it with CGO_ENABLED=0, or be root and name a user", errors.ErrUnsupported)
	}
	return fmt.Errorf("capture: can't drop capabilities: %w", e)
}
