//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package live

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// mayCapture returns an empty text if this process may capture, else what to do.
func mayCapture() string {
	fd, err := openDevice()
	if err == nil {
		syscall.Close(fd)
		return ""
	}
	if errors.Is(err, os.ErrPermission) {
		return permissionHint()
	}
	return err.Error()
}

// permissionHint says who may capture.
func permissionHint() string {
	if runtime.GOOS == "darwin" {
		return "root may capture, and who may read and write /dev/bpf*: Wireshark's ChmodBPF package lets a group do it; or, until the next start: sudo chown $USER /dev/bpf*"
	}
	return "root may capture, and who may read and write /dev/bpf*: give them to a group by devfs.rules or the like"
}

// DropPrivileges becomes another user for good, with the user's own groups; only
// root can do that.
func DropPrivileges(name string) error {
	if name == "" {
		return fmt.Errorf("%w: there are no capabilities to drop, name a user", ErrUnsupported)
	}
	return become(name)
}

func setUser(uid, gid int) error {
	if err := syscall.Setgid(gid); err != nil { // of root: real, effective and saved
		return err
	}
	return syscall.Setuid(uid)
}
