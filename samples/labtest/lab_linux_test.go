package labtest

import (
	"bytes"
	"context"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// lab makes one with two hosts and a link, where that can be done.
func lab(t *testing.T) *Lab {
	t.Helper()
	if why := Missing("bash"); why != "" {
		t.Skip(why)
	}
	l, err := New("left", "right")
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	end := func(name, addr string) Port {
		return Port{Space: l.Space(name), Interface: name + "0", Addresses: []netip.Prefix{netip.MustParsePrefix(addr)}}
	}
	if err := Link(end("left", "10.76.1.1/24"), end("right", "10.76.1.2/24")); err != nil {
		t.Fatal(err)
	}
	return l
}

// Two hosts reach each other: where nobody listens, the other says so.
func TestLink(t *testing.T) {
	left := lab(t).Space("left")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	out, err := left.Output(ctx, "bash", "-c", "echo >/dev/tcp/10.76.1.2/9")
	if err == nil || !strings.Contains(string(out), "refused") {
		t.Errorf("%v: %s", err, out)
	}
}

// What was started is gone after Close, with its children, and so are the names.
func TestCloseLeavesNothing(t *testing.T) {
	l := lab(t)
	left := l.Space("left")
	var out bytes.Buffer
	p, err := left.Start(&out, "sh", "-c", "sleep 100 & echo $!; wait")
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(5 * time.Second); len(within(left.name)) < 2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("processes %v, want sh and sleep", within(left.name))
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Ended():
	case <-time.After(5 * time.Second):
		t.Fatal("sh goes on")
	}
	// Dead, if nobody has asked for its status yet.
	if state, err := os.ReadFile("/proc/" + strings.TrimSpace(out.String()) + "/stat"); err == nil && !bytes.Contains(state, []byte(") Z ")) {
		t.Errorf("its child goes on: %s", state)
	}
	list, err := exec.Command("ip", "netns", "list").Output()
	if err != nil || strings.Contains(string(list), left.name) {
		t.Errorf("%s is still there: %v", left.name, err)
	}
}

// A program that captures nothing is not waited for in vain for long, nor is one
// that ended.
func TestAwaitCapture(t *testing.T) {
	l := lab(t)
	for _, argv := range [][]string{{"sleep", "100"}, {"false"}} {
		p, err := l.Space("left").Start(nil, argv...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.AwaitCapture(300 * time.Millisecond); err == nil {
			t.Errorf("%q captures", argv)
		}
	}
}

// What a dead process left behind is swept away by the next lab.
func TestSweep(t *testing.T) {
	lab(t) // it can be done
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	name := prefix + strconv.Itoa(dead.Process.Pid) + "-1-left"
	if err := command("ip", "netns", "add", name); err != nil {
		t.Fatal(err)
	}
	sweep()
	if _, err := os.Stat("/run/netns/" + name); err == nil {
		t.Errorf("%s is still there", name)
		if err := remove(name); err != nil {
			t.Error(err)
		}
	}
}
