//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package live

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// become changes user and groups of the process, all its threads, for good.
// Groups come first: a user who isn't root can't change them any more.
func become(name string) error {
	uid, groups, err := account(name)
	if err != nil {
		return fmt.Errorf("capture: can't become user %q: %w", name, err)
	}
	if os.Getuid() == uid && os.Geteuid() == uid {
		return nil
	}
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("capture: can't become user %q, which only root can: %w", name, err)
	}
	if err := setUser(uid, groups[0]); err != nil {
		return fmt.Errorf("capture: can't become user %q, which only root can: %w", name, err)
	}
	return nil
}

// account finds a user by name or number. The first of the groups is the user's own.
func account(name string) (uid int, groups []int, err error) {
	u, err := user.Lookup(name)
	if _, unknown := errors.AsType[user.UnknownUserError](err); unknown {
		if byID, e := user.LookupId(name); e == nil {
			u, err = byID, nil
		}
	}
	if err != nil {
		return 0, nil, err
	}
	if uid, err = strconv.Atoi(u.Uid); err != nil {
		return 0, nil, err
	}
	names, err := u.GroupIds()
	if err != nil {
		return 0, nil, err
	}
	for _, n := range append([]string{u.Gid}, names...) {
		g, err := strconv.Atoi(n)
		if err != nil {
			return 0, nil, err
		}
		groups = append(groups, g)
	}
	return uid, groups, nil
}
