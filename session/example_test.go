package session_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// A tracker is fed with the events of a decoder, here with handmade ones: a
// client asks for a passive listing, and a firewall drops its connection.
func ExampleTracker() {
	start := ftp.TimeOf(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
	at := func(frame int64) ftp.Seen {
		return ftp.Seen{Ref: ftp.Ref{Frame: frame}, Time: start.Add(time.Duration(frame) * time.Second)}
	}
	client, server := netip.MustParseAddr("192.0.2.10"), netip.MustParseAddr("198.51.100.20")

	tracker := session.New(session.Config{})
	emit := func(s *session.Session) {
		fmt.Println(s.ID, s.Client, "→", s.Server, s.State)
		for _, t := range s.Transfers {
			fmt.Println(t.ID, t.Mode, t.Announcement.Verb, t.Announcement.Endpoint, t.Outcome)
			fmt.Println(t.Data.Initiator, "sent", t.Data.Packets, "SYNs:", t.Data.State)
		}
	}

	control := &ftp.Conn{
		ID: 1, Role: ftp.RoleControl, First: at(1), Established: at(1),
		Ends: [2]netip.AddrPort{netip.AddrPortFrom(client, 40112), netip.AddrPortFrom(server, 21)},
	}
	tracker.Handle(&ftp.Event{Kind: ftp.EventOpen, Seen: at(1), Conn: control}, emit)
	tracker.Handle(&ftp.Event{
		Kind: ftp.EventCommand, Seen: at(2), Conn: control, From: ftp.Initiator, Offset: 6, Acked: -1,
		Command: ftp.Command{Verb: "PASV"},
	}, emit)
	tracker.Handle(&ftp.Event{
		Kind: ftp.EventReply, Seen: at(3), Conn: control, From: ftp.Listener, Offset: 52, Acked: 6,
		Reply: ftp.Reply{Code: 227, Text: []byte("Entering Passive Mode (198,51,100,20,156,65)")},
	}, emit)

	data := &ftp.Conn{
		ID: 2, Role: ftp.RoleData, First: at(4), Last: at(7), SYNCount: 4,
		Ends: [2]netip.AddrPort{netip.AddrPortFrom(client, 50001), netip.AddrPortFrom(server, 40001)},
	}
	data.Half[ftp.Initiator].Packets = 4
	fmt.Println("announced:", tracker.Data(data.Ends[0], data.Ends[1], true) == ftp.ClaimAnnounced)
	tracker.Handle(&ftp.Event{Kind: ftp.EventOpen, Seen: at(4), Conn: data}, emit)

	control.Last, control.Half[ftp.Initiator].FIN, control.Half[ftp.Listener].FIN = at(9), at(8), at(9)
	tracker.Handle(&ftp.Event{Kind: ftp.EventTick, Seen: at(10)}, emit)
	tracker.Finish(emit)
	// Output:
	// announced: true
	// s1 192.0.2.10:40112 → 198.51.100.20:21 closed
	// s1.t1 passive PASV 198.51.100.20:40001 blocked
	// client sent 4 SYNs: unanswered
}
