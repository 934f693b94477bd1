package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// ports is a range of them.
type ports struct{ low, high int }

func (p ports) at(n int64) int { return p.low + int(n%int64(p.high-p.low+1)) }

// Each passive port is used again after two minutes, longer than a closed
// connection is remembered.
var (
	openPorts    = ports{20000, 44999}
	blockedPorts = ports{45000, 45999}
)

// oneIn is how many transfers come to one that is blocked.
const oneIn = 50

// passive counts the announcements.
var passive atomic.Int64

// The server waits for a data connection as long as its client tries.
const (
	serverWaits = 3 * time.Second
	clientTries = 2500 * time.Millisecond
)

// contents is the file that is transferred, and the listing.
var contents = []byte(strings.Repeat("-rw-r--r--    1 0        0            2000 Jan 02 03:04 file.bin\r\n", 30))

// serve is an FTP server that knows as much as the client needs: RFC 959.
func serve() error {
	l, err := net.Listen("tcp4", serverAddr+":21")
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go attend(c)
	}
}

// attend is one session.
func attend(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	say := func(reply string) { fmt.Fprintf(c, "%s\r\n", reply) }
	say("220 soak ready.")
	var data *net.TCPListener
	defer func() {
		if data != nil {
			data.Close()
		}
	}()
	for lines := bufio.NewScanner(c); lines.Scan(); {
		switch verb, _, _ := strings.Cut(lines.Text(), " "); verb {
		case "USER":
			say("331 Please specify the password.")
		case "PASS":
			say("230 Login successful.")
		case "PASV":
			l, reply := announce()
			if data = l; data == nil {
				say("425 Cannot open passive connection.")
				continue
			}
			say(reply)
		case "RETR", "LIST":
			if data == nil {
				say("425 Use PASV first.")
				continue
			}
			say(transfer(data, say))
			data.Close()
			data = nil
		case "QUIT":
			say("221 Goodbye.")
			return
		default:
			say("502 Command not implemented.")
		}
	}
}

// announce opens a passive port, and says which.
func announce() (*net.TCPListener, string) {
	for range 100 { // other sessions may have it
		n := passive.Add(1)
		port := openPorts.at(n)
		if n%oneIn == 0 {
			port = blockedPorts.at(n / oneIn)
		}
		l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.ParseIP(serverAddr), Port: port})
		if err == nil {
			return l, fmt.Sprintf("227 Entering Passive Mode (%s,%d,%d).", strings.ReplaceAll(serverAddr, ".", ","), port>>8, port&0xff)
		}
	}
	return nil, ""
}

// transfer sends the file to who connects, and returns the final reply.
func transfer(l *net.TCPListener, say func(string)) string {
	_ = l.SetDeadline(time.Now().Add(serverWaits))
	d, err := l.Accept()
	if err != nil {
		return "425 Failed to establish connection."
	}
	defer d.Close()
	say("150 Here it comes.")
	_ = d.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := d.Write(contents); err != nil {
		return "426 Failure writing network stream."
	}
	return "226 Transfer complete."
}
