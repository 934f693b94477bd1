package session_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// storm is the words of a session that logs in and gets five files, as thousands
// of clients do at night. "D" is a data connection to the port announced last.
const storm = `
S 220 (vsFTPd 3.0.5)
C USER anonymous
S 331 Please specify the password.
C PASS guest@example.net
S 230 Login successful.
C TYPE I
S 200 Switching to Binary mode.
C PASV
S 227 Entering Passive Mode (198,51,100,20,195,80).
D 192.0.2.10:50001 198.51.100.20:50000
C RETR file001.bin
S 150 Opening BINARY mode data connection for file001.bin (500 bytes).
S 226 Transfer complete.
C PORT 192,0,2,10,195,90
S 200 PORT command successful. Consider using PASV.
C RETR file002.bin
D 198.51.100.20:20 192.0.2.10:50010
S 150 Opening BINARY mode data connection for file002.bin (500 bytes).
S 226 Transfer complete.
C EPSV
S 229 Entering Extended Passive Mode (|||50020|)
D 192.0.2.10:50021 198.51.100.20:50020
C RETR file003.bin
S 150 Opening BINARY mode data connection for file003.bin (500 bytes).
S 226 Transfer complete.
C EPRT |1|192.0.2.10|50030|
S 200 EPRT command successful. Consider using EPSV.
C RETR file004.bin
D 198.51.100.20:20 192.0.2.10:50030
S 150 Opening BINARY mode data connection for file004.bin (500 bytes).
S 226 Transfer complete.
C PASV
S 227 Entering Passive Mode (198,51,100,20,195,120).
D 192.0.2.10:50041 198.51.100.20:50040
C RETR file005.bin
S 150 Opening BINARY mode data connection for file005.bin (500 bytes).
S 226 Transfer complete.
C QUIT
S 221 Goodbye.
`

// stormEvents is what the decoder makes of it.
func stormEvents() (events []ftp.Event, conns []*ftp.Conn) {
	seen := ftp.Seen{Time: ftp.TimeOf(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))}
	next := func() ftp.Seen {
		seen.Frame++
		seen.Time = seen.Time.Add(time.Millisecond)
		return seen
	}
	open := func(role ftp.Role, from, to string) *ftp.Conn {
		at := next()
		c := &ftp.Conn{ID: int64(len(conns)), Role: role, Ends: [2]netip.AddrPort{addrPort(from), addrPort(to)}, First: at, Last: at, SYNCount: 1, Established: at}
		c.Half[0].FIN, c.Half[1].FIN = at, at
		conns = append(conns, c)
		events = append(events, ftp.Event{Kind: ftp.EventOpen, Seen: at, Conn: c})
		return c
	}
	control := open(ftp.RoleControl, "192.0.2.10:50000", "198.51.100.20:21")
	var said int64
	for line := range strings.Lines(strings.TrimPrefix(storm, "\n")) {
		words := strings.Fields(line)
		switch text := strings.TrimSpace(line[2:]); words[0] {
		case "C":
			said += int64(len(text) + 2)
			command, _ := ftp.ParseCommand([]byte(text))
			events = append(events, ftp.Event{Kind: ftp.EventCommand, Seen: next(), Conn: control, Command: command, Offset: said, Acked: -1, Pieces: 1})
		case "S":
			code, _, text, _ := ftp.ParseReplyLine([]byte(text))
			at := next()
			reply := ftp.Reply{Code: code, Text: text, First: at}
			events = append(events, ftp.Event{Kind: ftp.EventReply, Seen: at, From: server, Conn: control, Reply: reply, Acked: said, Pieces: 1})
		case "D":
			c := open(ftp.RoleData, words[1], words[2])
			c.Half[0].Bytes, c.Half[1].Bytes = 0, 500
			events = append(events, ftp.Event{Kind: ftp.EventEnd, Seen: next(), Conn: c})
		}
	}
	return append(events, ftp.Event{Kind: ftp.EventEnd, Seen: next(), Conn: control}), conns
}

func BenchmarkStorm(b *testing.B) {
	events, conns := stormEvents()
	tr := session.New(session.Config{})
	transfers := 0
	emit := func(s *session.Session) { transfers += len(s.Transfers) }
	b.ReportAllocs()
	b.SetBytes(int64(len(storm)))
	for b.Loop() {
		play(tr, events, conns, emit)
	}
	if transfers != 5*b.N {
		b.Errorf("%d transfers in %d sessions", transfers, b.N)
	}
}

// play hands the events of a session to a tracker, as those of new connections.
func play(tr *session.Tracker, events []ftp.Event, conns []*ftp.Conn, emit func(*session.Session)) {
	for _, c := range conns {
		c.ID += int64(len(conns))
		c.Ended = false
	}
	for i := range events {
		events[i].Conn.Ended = events[i].Kind == ftp.EventEnd
		tr.Handle(&events[i], emit)
	}
}

// A session costs few allocations.
func TestStormAllocations(t *testing.T) {
	events, conns := stormEvents()
	tr := session.New(session.Config{})
	const most = 25 // and two more for each pair of its words that share a place
	if got := testing.AllocsPerRun(100, func() { play(tr, events, conns, func(*session.Session) {}) }); got > most {
		t.Errorf("%v allocations for a session of 12 commands, 19 replies and 5 transfers, want at most %d", got, most)
	}
}

// What was emitted stays as it is, whatever memory the sessions after it use.
func TestEmittedStays(t *testing.T) {
	events, conns := stormEvents()
	tr := session.New(session.Config{})
	var first *session.Session
	play(tr, events, conns, func(s *session.Session) { first = s })
	before, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	events, conns = stormEvents()
	for i := range events {
		other := &events[i]
		other.Frame += 1000
		if other.Kind == ftp.EventReply {
			other.Reply.Text = []byte("something else")
		}
		if other.Kind == ftp.EventCommand && !ftp.IsTransfer(other.Command.Verb) {
			other.Command = ftp.Command{Verb: "STAT", Argument: []byte("elsewhere")}
		}
	}
	emitted := 0
	for range 10 {
		play(tr, events, conns, func(*session.Session) { emitted++ })
	}
	after, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	if emitted != 10 || len(first.Transfers) != 5 || len(before) < 1000 {
		t.Fatalf("%d sessions, %d transfers, %d bytes", emitted, len(first.Transfers), len(before))
	}
	if !bytes.Equal(before, after) {
		t.Errorf("was\n%s\nis\n%s", before, after)
	}
}

// The replies to a command stay together and in order, wherever a page ends.
func TestRepliesOfManyCommands(t *testing.T) {
	control := &ftp.Conn{ID: 1, Role: ftp.RoleControl, Ends: [2]netip.AddrPort{addrPort("192.0.2.10:50000"), addrPort("198.51.100.20:21")}}
	tr := session.New(session.Config{})
	var got *session.Session
	frame, said := int64(0), 0
	handle := func(ev ftp.Event) {
		frame++
		ev.Frame, ev.Conn, ev.Acked = frame, control, -1
		tr.Handle(&ev, func(s *session.Session) { got = s })
	}
	count := func(i int) int { return 1 + i*7%20 }
	handle(ftp.Event{Kind: ftp.EventOpen})
	for i := range 50 {
		handle(ftp.Event{Kind: ftp.EventCommand, Command: ftp.Command{Verb: "RETR", Argument: []byte("file")}})
		for n := range count(i) {
			code := 150
			if n == count(i)-1 {
				code = 226
			}
			said++
			handle(ftp.Event{Kind: ftp.EventReply, Reply: ftp.Reply{Code: code, Text: strconv.AppendInt(nil, int64(said), 10)}})
		}
	}
	control.Established.Frame = 1
	tr.Finish(func(s *session.Session) { got = s })
	next := 0
	for i, c := range got.Commands {
		if len(c.Replies) != count(i) {
			t.Errorf("command %d has %d replies, want %d", i, len(c.Replies), count(i))
		}
		for _, r := range c.Replies {
			if next++; r.Text != strconv.Itoa(next) {
				t.Errorf("command %d has the reply %q, want %d", i, r.Text, next)
			}
		}
		if x := got.Transfers[i]; x.Reply == nil || x.Reply.Text != strconv.Itoa(next) {
			t.Errorf("transfer %d has the reply %+v, want %d", i, x.Reply, next)
		}
	}
	if next != said || next < 400 {
		t.Errorf("%d replies, want %d", next, said)
	}
}
