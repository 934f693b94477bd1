package live

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

// TestOpenErrors: wrong input says which, before anything is opened.
func TestOpenErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"no name", Options{}, "no interface is named"},
		{"snap length", Options{Interface: "lo", SnapLength: -1}, "snap length is from 0 to 262144 bytes, not -1"},
		{"buffer", Options{Interface: "lo", Buffer: maxBuffer + 1}, "not 1073741825"},
		{"filter", Options{Interface: "lo", Filter: make([]bpf.RawInstruction, 4097)}, "at most 4096 instructions"},
		{"promiscuous", Options{Interface: Any, Promiscuous: true}, "any: promiscuous mode needs one interface"},
	} {
		live, err := Open(c.o)
		if err == nil {
			live.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestNoInterface: a name that isn't there gets those that may have been meant.
func TestNoInterface(t *testing.T) {
	list, err := Interfaces()
	if err != nil || len(list) == 0 {
		t.Skipf("no interfaces: %v", err)
	}
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere a name is looked at behind the privileges")
	}
	for _, name := range []string{"eht7", "a name that is much too long", "ol"} {
		_, err := LinkTypeOf(name)
		e, ok := errors.AsType[*InterfaceError](err)
		if !ok || e.Name != name || len(e.Near) == 0 || !strings.HasPrefix(err.Error(), "capture: "+name+": no such interface; there is ") {
			t.Errorf("%q: got %v", name, err)
			continue
		}
		if name == "ol" && !slices.Equal(e.Near, []string{"lo"}) {
			t.Errorf("%q: near %q", name, e.Near)
		}
	}
}

// TestPermissionError: it is one of os, and doesn't say twice what to do.
func TestPermissionError(t *testing.T) {
	err := error(&PermissionError{Interface: "eth0", Hint: "sudo", Err: os.ErrPermission})
	if !errors.Is(err, os.ErrPermission) || strings.Contains(err.Error(), "sudo") || !strings.Contains(err.Error(), "eth0") {
		t.Errorf("got %v", err)
	}
}

// TestInterfaces: the loopback interface is there wherever there is a network.
func TestInterfaces(t *testing.T) {
	list, err := Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	loopback := slices.IndexFunc(list, func(i Interface) bool { return i.Loopback })
	if loopback < 0 {
		t.Skip("no loopback interface")
	}
	lo := list[loopback]
	for _, a := range lo.Addresses {
		if !a.IsValid() || !a.Addr().IsLoopback() && !a.Addr().IsLinkLocalUnicast() {
			t.Errorf("address %v", a)
		}
	}
	if lo.Index == 0 || lo.MayCapture == (lo.Hint != "") {
		t.Errorf("%+v", lo)
	}
	if link, err := LinkTypeOf(lo.Name); err == nil && link != lo.LinkType {
		t.Errorf("link type %v, listed as %v", link, lo.LinkType)
	}
	if last := list[len(list)-1]; (last.Name == Any) != (runtime.GOOS == "linux") {
		t.Errorf("the last is %+v", last)
	}
}
