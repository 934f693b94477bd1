package live

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"

	"github.com/ftpscope/ftpscope/capture"
)

const hasAny = true // Any is an interface here

// layout is what the frames of an interface look like.
type layout struct {
	link     capture.LinkType
	cooked   bool // the kernel gives them from the IP header on, and we add one of SLL2
	loopback bool
}

// The kinds of interfaces that have monitor mode's headers: frames that decode
// knows nothing of, and that would be lost if they were cooked.
var monitor = map[uint16]bool{
	unix.ARPHRD_IEEE80211: true, unix.ARPHRD_IEEE80211_PRISM: true, unix.ARPHRD_IEEE80211_RADIOTAP: true,
}

// layoutOf finds the layout of an interface, without privileges.
func layoutOf(name string) (layout, error) {
	if name == Any {
		return layout{link: capture.LinkLinuxSLL2, cooked: true}, nil
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		// A kernel without IPv4.
		fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	}
	if err != nil {
		return layout{}, fmt.Errorf("capture: %s: %w", name, err)
	}
	defer unix.Close(fd)
	return layoutBy(fd, name)
}

// layoutBy asks by a socket, in its network namespace.
func layoutBy(fd int, name string) (layout, error) {
	ifr, err := askInterface(fd, name, unix.SIOCGIFHWADDR)
	switch {
	case errors.Is(err, unix.ENODEV) || errors.Is(err, unix.EINVAL): // EINVAL: too long for a name
		return layout{}, noInterface(name, err)
	case err != nil:
		return layout{}, fmt.Errorf("capture: %s: %w", name, err)
	}
	return layoutOfKind(name, ifr.Uint16())
}

// layoutOfKind is the layout for an ARPHRD number.
func layoutOfKind(name string, kind uint16) (layout, error) {
	switch {
	case kind == unix.ARPHRD_ETHER:
		return layout{link: capture.LinkEthernet}, nil
	case kind == unix.ARPHRD_LOOPBACK:
		return layout{link: capture.LinkEthernet, loopback: true}, nil
	case kind == unix.ARPHRD_NONE || kind == unix.ARPHRD_RAWIP:
		return layout{link: capture.LinkRaw}, nil
	case monitor[kind]:
		return layout{}, &InterfaceError{Name: name, Reason: "the interface is in monitor mode, whose frames can't be read: capture on the interface that has the addresses"}
	}
	return layout{link: capture.LinkLinuxSLL2, cooked: true}, nil
}

// askInterface asks for something that fits into struct ifreq.
func askInterface(fd int, name string, request uint) (*unix.Ifreq, error) {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return nil, err
	}
	if err := unix.IoctlIfreq(fd, request, ifr); err != nil {
		return nil, err
	}
	return ifr, nil
}

func linkTypeOf(name string) (capture.LinkType, error) {
	l, err := layoutOf(name)
	return l.link, err
}

func linkOf(i net.Interface) (capture.LinkType, error) { return linkTypeOf(i.Name) }
