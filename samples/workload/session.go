package workload

import (
	"fmt"
	"net/netip"
	"time"
)

// dialogue is an FTP session.
type dialogue struct {
	*conn
	client, server netip.Addr
}

// login opens a control connection and logs in.
func (t *talk) login(client, server netip.Addr, rtt time.Duration) *dialogue {
	d := &dialogue{client: client, server: server}
	d.conn = t.conn(netip.AddrPortFrom(client, t.port()), netip.AddrPortFrom(server, 21), rtt)
	d.open()
	d.say(1, "220 (vsFTPd 3.0.5)\r\n")
	d.ask("USER anonymous", "331 Please specify the password.")
	d.ask("PASS me@example.net", "230 Login successful.")
	return d
}

// ask is a command and its reply.
func (d *dialogue) ask(command, reply string) {
	d.say(0, command+"\r\n")
	d.say(1, reply+"\r\n")
}

// quit ends the session.
func (d *dialogue) quit() {
	d.ask("QUIT", "221 Goodbye.")
	d.close(1)
}

// ways are how a transfer may be announced.
var ways = []string{"PASV", "PORT", "EPSV", "EPRT"}

// announce is an announcement; it returns the data connection to come.
func (d *dialogue) announce(way string) (data *conn, sender int) {
	c, s := d.t.port(), d.t.port()
	client, server := netip.AddrPortFrom(d.client, c), netip.AddrPortFrom(d.server, s)
	switch way {
	case "PORT":
		d.ask("PORT "+numbers(client), "200 PORT command successful.")
	case "EPRT":
		d.ask(fmt.Sprintf("EPRT |1|%s|%d|", d.client, c), "200 EPRT command successful.")
	case "PASV":
		d.ask(way, "227 Entering Passive Mode ("+numbers(server)+").")
	case "EPSV":
		d.ask(way, fmt.Sprintf("229 Entering Extended Passive Mode (|||%d|)", s))
	}
	if way == "PORT" || way == "EPRT" {
		return d.t.conn(netip.AddrPortFrom(d.server, 20), client, d.rtt), 0
	}
	return d.t.conn(client, server, d.rtt), 1
}

// numbers is an endpoint as PORT and 227 have it.
func numbers(at netip.AddrPort) string {
	b := at.Addr().As4()
	return fmt.Sprintf("%d,%d,%d,%d,%d,%d", b[0], b[1], b[2], b[3], at.Port()>>8, at.Port()&0xff)
}

// transfer downloads a file of n bytes.
func (d *dialogue) transfer(i, n int) {
	data, sender := d.announce(ways[i%len(ways)])
	name := fmt.Sprintf("file%03d.bin", i)
	d.say(0, "RETR "+name+"\r\n")
	data.open()
	d.say(1, fmt.Sprintf("150 Opening %s (%d bytes).\r\n", name, n))
	data.stream(sender, n)
	data.close(sender)
	d.say(1, "226 Transfer complete.\r\n")
}

// blocked is a transfer whose data connection nobody answers.
func (d *dialogue) blocked(i int) {
	way := ways[i%len(ways)]
	data, _ := d.announce(way)
	d.say(0, fmt.Sprintf("RETR file%03d.bin\r\n", i))
	d.ack(1)
	data.unanswered()
	d.t.pause(time.Second)
	d.say(1, "425 Failed to establish connection.\r\n")
	d.ack(0)
}

// addresses.
func clientOf(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

func serverOf(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{203, 0, 113, byte(1 + n%254)})
}
