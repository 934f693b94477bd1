package metrics

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"strings"
	"syscall"
)

// loopback is meant by an address without a host. Whoever wants others to see the
// metrics says so: 0.0.0.0:9120.
const loopback = "127.0.0.1"

// AddressError says why nothing can be served at an address.
type AddressError struct {
	Address string // as the user wrote it
	Hint    string // what to do, or empty
	Err     error
}

// Error names the address and what is wrong with it.
func (e *AddressError) Error() string { return fmt.Sprintf("--metrics %s: %v", e.Address, e.Err) }

// Unwrap returns the cause.
func (e *AddressError) Unwrap() error { return e.Err }

// example is a hint for an address that can't be understood.
const example = "name a host and a port, like 127.0.0.1:9120; [::]:9120 is for everybody, :9120 for this machine only"

// fullAddress returns an address as "host:port", the host being that of loopback where
// none is named. Its error is an *AddressError.
func fullAddress(address string) (string, error) {
	wrong := func(format string, a ...any) (string, error) {
		return "", &AddressError{Address: address, Hint: example, Err: fmt.Errorf(format, a...)}
	}
	if address == "" {
		return wrong("no address")
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		if strings.Count(address, ":") > 1 && !strings.Contains(address, "[") {
			return wrong("an IPv6 address stands in brackets, with the port behind")
		}
		if e, ok := errors.AsType[*net.AddrError](err); ok {
			return wrong("%s", e.Err)
		}
		return wrong("%w", err)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return wrong("%q is no port: they go from 1 to 65535, and 0 takes one that is free", port)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	if host == "" {
		host = loopback
	}
	return net.JoinHostPort(host, port), nil
}

// winAddressInUse is what Windows says in place of EADDRINUSE: WSAEADDRINUSE.
const winAddressInUse = syscall.Errno(10048)

// listenError says what to do about an address at which nobody can listen.
func listenError(address string, err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err // it names the address once more
	}
	hint := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, winAddressInUse):
		hint = "another program listens there, perhaps another ftpscope sniff: name another port, or 0 for one that is free"
	case errors.Is(err, fs.ErrPermission):
		hint = "ports below 1024 need a privilege: name a higher one"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		hint = "this machine has no such address: 127.0.0.1 is always there, 0.0.0.0 stands for all of its own"
	}
	return &AddressError{Address: address, Hint: hint, Err: err}
}
