package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// call has so many sessions a second for a while, and says what became of them.
func call(w io.Writer, rate int, span time.Duration) error {
	var sessions, completed, blocked atomic.Int64
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	n := 0
	for end := time.After(span); failed.Load() == nil; n++ {
		select {
		case <-end:
			wait.Wait()
			if err := failed.Load(); err != nil {
				return *err
			}
			return json.NewEncoder(w).Encode(tally{sessions.Load(), completed.Load(), blocked.Load()})
		case <-tick.C:
		}
		wait.Go(func() {
			got, err := session(n)
			if err != nil {
				err = fmt.Errorf("session %d: %w", n, err)
				failed.Store(&err)
				return
			}
			sessions.Add(1)
			if got {
				completed.Add(1)
			} else {
				blocked.Add(1)
			}
		})
	}
	return *failed.Load()
}

// session logs in, transfers once and leaves; it reports whether the data came.
func session(n int) (got bool, err error) {
	// Of 64 addresses in turn, so that the ports of one are used again after minutes.
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(10, 79, 1, byte(1+n%clients))}}
	c, err := from.DialContext(context.Background(), "tcp4", serverAddr+":21")
	if err != nil {
		return false, err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return false, err
	}
	lines := bufio.NewReader(c)
	ask := func(command, want string) (string, error) {
		if command != "" {
			if _, err := fmt.Fprintf(c, "%s\r\n", command); err != nil {
				return "", fmt.Errorf("%s: %w", command, err)
			}
		}
		reply, err := lines.ReadString('\n')
		if err == nil && !strings.HasPrefix(reply, want) {
			err = fmt.Errorf("not %s but %q", want, reply)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", command, err)
		}
		return reply, nil
	}
	for _, one := range [][2]string{{"", "220"}, {"USER soak", "331"}, {"PASS soak", "230"}} {
		if _, err := ask(one[0], one[1]); err != nil {
			return false, err
		}
	}
	reply, err := ask("PASV", "227")
	if err != nil {
		return false, err
	}
	got, err = receive(from, c, reply, [2]string{"RETR file.bin", "LIST"}[n%2])
	if err != nil {
		return false, err
	}
	final := []string{"150", "226"}
	if !got {
		final = []string{"425"}
	}
	for _, want := range final {
		if _, err := ask("", want); err != nil {
			return false, err
		}
	}
	if _, err := ask("QUIT", "221"); err != nil {
		return false, err
	}
	_, err = lines.ReadByte() // the server closes first
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return got, err
}

// receive says the transfer command and reads what comes; it reports whether the
// data connection could be opened.
func receive(from net.Dialer, c net.Conn, reply, command string) (bool, error) {
	var b [6]byte
	_, numbers, _ := strings.Cut(reply, "(")
	if _, err := fmt.Sscanf(numbers, "%d,%d,%d,%d,%d,%d", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]); err != nil {
		return false, fmt.Errorf("%q: %w", reply, err)
	}
	if _, err := fmt.Fprintf(c, "%s\r\n", command); err != nil {
		return false, err
	}
	from.Timeout = clientTries
	d, err := from.DialContext(context.Background(), "tcp4", net.JoinHostPort(serverAddr, fmt.Sprint(int(b[4])<<8|int(b[5]))))
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer d.Close()
	if err := d.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return false, err
	}
	n, err := io.Copy(io.Discard, d)
	if err == nil && n != int64(len(contents)) {
		err = fmt.Errorf("%d bytes came, of %d", n, len(contents))
	}
	return true, err
}
