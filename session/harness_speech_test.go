package session_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// control begins a control connection that is not answered yet.
func (h *harness) control(from, to string) *speech {
	h.t.Helper()
	return &speech{flow: h.syn(from, to, ftp.RoleControl)}
}

// openBetween is a control connection that was greeted.
func (h *harness) openBetween(from, to string) *speech {
	h.t.Helper()
	s := h.control(from, to)
	s.answered()
	s.server("220 ready")
	return s
}

// open is the control connection that most stories have.
func (h *harness) open() *speech {
	h.t.Helper()
	return h.openBetween(clientHost+":40000", serverHost+":21")
}

// midstream is a control connection that was open before the capture began.
func (h *harness) midstream() *speech {
	h.t.Helper()
	seen := h.packet()
	h.lastID++
	f := &flow{h: h, followed: true, c: &ftp.Conn{
		ID: h.lastID, Role: ftp.RoleControl, Midstream: true, First: seen, Last: seen, Established: seen,
		Ends: [2]netip.AddrPort{addrPort(clientHost + ":40000"), addrPort(serverHost + ":21")},
	}}
	h.flows = append(h.flows, f)
	h.handle(ftp.Event{Kind: ftp.EventOpen, Seen: seen, Conn: f.c})
	return &speech{flow: f}
}

// said counts a segment of the control connection.
func (s *speech) said(side ftp.Side, seen ftp.Seen, n int) {
	s.touch(side, seen)
	h := &s.c.Half[side]
	h.Bytes += int64(n)
	h.LastData, h.Progress = seen, seen
	if !h.FirstData.Yes() {
		h.FirstData = seen
	}
	s.sent[side] += int64(n)
}

// clientLines sends commands in one segment.
func (s *speech) clientLines(urgent bool, lines ...string) {
	s.h.t.Helper()
	seen := s.h.packet()
	offset := s.sent[client]
	total := 0
	for _, line := range lines {
		total += len(line) + 2
	}
	if urgent {
		total += 4
		offset += 4
	}
	s.said(client, seen, total)
	s.h.logf("C: %s", strings.Join(lines, " ⏎ "))
	for _, line := range lines {
		c, ok := ftp.ParseCommand([]byte(line))
		if !ok {
			c = ftp.Command{Argument: []byte(line)}
		}
		c.Urgent = urgent
		offset += int64(len(line) + 2)
		s.h.handle(ftp.Event{
			Kind: ftp.EventCommand, Seen: seen, Conn: s.c, From: client, Command: c, Offset: offset, Acked: s.sent[server],
		})
	}
}

// client sends one command, and it arrives.
func (s *speech) client(line string) {
	s.h.t.Helper()
	s.pipeline(line)
}

// pipeline sends several commands in one segment, and they arrive.
func (s *speech) pipeline(lines ...string) {
	s.h.t.Helper()
	s.clientLines(false, lines...)
	s.heard = s.sent[client]
}

// crossing sends a command while the server's next reply is already under way.
func (s *speech) crossing(line string) {
	s.h.t.Helper()
	s.clientLines(false, line)
}

// abor sends ABOR the way of Telnet, behind interrupt and data mark.
func (s *speech) abor() {
	s.h.t.Helper()
	s.clientLines(true, "ABOR")
	s.heard = s.sent[client]
}

// server sends one reply, which may have several lines.
func (s *speech) server(lines string) {
	s.h.t.Helper()
	seen := s.h.packet()
	s.said(server, seen, len(lines)+2)
	s.h.logf("S: %s", lines)
	s.h.handle(ftp.Event{
		Kind: ftp.EventReply, Seen: seen, Conn: s.c, From: server, Reply: s.h.reply(lines), Offset: s.sent[server], Acked: s.heard,
	})
	s.heard = s.sent[client]
}

// reply reads what a server says, and counts it.
func (h *harness) reply(lines string) ftp.Reply {
	code, _, text, ok := ftp.ParseReplyLine([]byte(lines))
	if code != 120 {
		h.replies++
	}
	if !ok {
		return ftp.Reply{Text: []byte(lines)}
	}
	return ftp.Reply{Code: code, Text: text}
}

// exchange is a command and its reply.
func (s *speech) exchange(command, reply string) {
	s.h.t.Helper()
	s.client(command)
	s.server(reply)
}

// gap loses what a side said: the frame is not in the capture.
func (s *speech) gap(side ftp.Side, line string) {
	s.h.t.Helper()
	s.sent[side] += int64(len(line) + 2)
	if side == client {
		s.heard = s.sent[client]
	}
	s.h.logf("not captured: %s", line)
	s.h.handle(ftp.Event{
		Kind: ftp.EventGap, Seen: ftp.Seen{Ref: ftp.Ref{Frame: s.h.frame}, Time: s.h.now}, Conn: s.c, From: side, Lost: int64(len(line) + 2),
	})
}

// cut is a line of which the snap length left only the beginning, as the decoder
// tells it: the line, its acknowledgment unknown, then the gap.
func (s *speech) cut(side ftp.Side, begin, rest string) {
	s.h.t.Helper()
	seen := s.h.packet()
	s.said(side, seen, len(begin)+len(rest)+2)
	s.h.logf("cut: %s✂%s", begin, rest)
	ev := ftp.Event{Seen: seen, Conn: s.c, From: side, Offset: s.sent[side] - int64(len(rest)+2), Acked: -1, Cut: true}
	if side == client {
		ev.Kind = ftp.EventCommand
		ev.Command, _ = ftp.ParseCommand([]byte(begin))
		s.heard = s.sent[client]
	} else {
		ev.Kind, ev.Reply = ftp.EventReply, s.h.reply(begin)
	}
	s.h.handle(ev)
	s.h.handle(ftp.Event{Kind: ftp.EventGap, Seen: seen, Conn: s.c, From: side, Lost: int64(len(rest) + 2)})
}

// tls begins TLS on the control connection: nothing can be read from here on.
func (s *speech) tls() {
	s.h.t.Helper()
	s.c.TLS = true
	for _, side := range []ftp.Side{client, server} {
		seen := s.h.packet()
		s.said(side, seen, 500)
		s.h.handle(ftp.Event{Kind: ftp.EventSecured, Seen: seen, Conn: s.c, From: side})
	}
	s.heard = s.sent[client]
	s.h.logf("TLS")
}

// secret is a record of an encrypted control connection. The decoder tells
// nothing but the facts of the connection.
func (s *speech) secret(side ftp.Side) {
	s.h.t.Helper()
	s.said(side, s.h.packet(), 60)
	s.heard = s.sent[client]
	s.h.logf("TLS record from %s", s.c.Ends[side])
}

// close ends the control connection in order, quit politely.
func (s *speech) close() { s.h.t.Helper(); s.fin(client, server) }

func (s *speech) quit() {
	s.h.t.Helper()
	s.exchange("QUIT", "221 bye")
	s.fin(server, client)
}

// pasv and epsv are announcements of the server, port one of the client.
func (s *speech) pasv(port uint16) {
	s.h.t.Helper()
	s.client("PASV")
	s.server(s.says227(s.c.Ends[server].Addr(), port))
}

func (s *speech) says227(addr netip.Addr, port uint16) string {
	return "227 " + string(ftp.Append227(nil, netip.AddrPortFrom(addr, port)))
}

func (s *speech) epsv(port uint16) {
	s.h.t.Helper()
	s.exchange("EPSV", fmt.Sprintf("229 Entering Extended Passive Mode (|||%d|)", port))
}

func portCommand(addr string, port uint16) string {
	return "PORT " + string(ftp.AppendPORT(nil, netip.AddrPortFrom(netip.MustParseAddr(addr), port)))
}

func (s *speech) port(port uint16) {
	s.h.t.Helper()
	s.exchange(portCommand(s.c.Ends[client].Addr().String(), port), "200 PORT command successful")
}

// dial is the SYN of a passive data connection.
func (s *speech) dial(port uint16) *flow {
	s.h.t.Helper()
	s.h.sources++
	f := s.h.data(netip.AddrPortFrom(s.c.Ends[client].Addr(), s.h.sources).String(), netip.AddrPortFrom(s.c.Ends[server].Addr(), port).String())
	f.server = ftp.Listener
	return f
}

// call is the SYN of an active one, from port 20 unless told otherwise.
func (s *speech) call(port uint16, from ...uint16) *flow {
	s.h.t.Helper()
	source := uint16(20)
	if len(from) > 0 {
		source = from[0]
	}
	f := s.h.data(netip.AddrPortFrom(s.c.Ends[server].Addr(), source).String(), netip.AddrPortFrom(s.c.Ends[client].Addr(), port).String())
	f.server = ftp.Initiator
	return f
}

// fetch is a whole passive download.
func (s *speech) fetch(name string, port uint16) {
	s.h.t.Helper()
	s.pasv(port)
	d := s.dial(port).answered()
	s.exchange("RETR "+name, "150 here it comes")
	d.delivers(100)
	s.server("226 done")
}
