//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package live

import (
	"fmt"
	"net"

	"github.com/ftpscope/ftpscope/capture"
)

const hasAny = false // Any is no interface here

// advice is what to do where we can't capture.
const advice = "but this shows sessions while they go on: dumpcap -i INTERFACE -w - | ftpscope analyze - (dumpcap comes with Wireshark; windump and tcpdump do as well)"

var errAdvice = fmt.Errorf("%w; %s", ErrUnsupported, advice)

func open(Options) (handle, error) { return nil, errAdvice }

func linkTypeOf(string) (capture.LinkType, error) { return 0, errAdvice }

func linkOf(net.Interface) (capture.LinkType, error) { return capture.LinkEthernet, nil }

func mayCapture() string { return advice }

// DropPrivileges returns an error that matches ErrUnsupported: there are none to
// drop here.
func DropPrivileges(string) error { return ErrUnsupported }
