package report

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// dawn is when the scenes of these tests begin.
var dawn = time.Date(2026, 11, 22, 6, 49, 54, 1, time.UTC)

// at is a frame a while after dawn.
func at(frame int64, after time.Duration) ftp.Seen {
	return ftp.Seen{Ref: ftp.Ref{Frame: frame}, Time: ftp.TimeOf(dawn.Add(after))}
}

func addr(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// scene is what a tracker and a capture would have told.
type scene struct {
	sessions []*session.Session
	result   Result
}

func newScene(sessions ...*session.Session) scene {
	return scene{sessions, Result{
		Captures: []capture.Info{{
			Name: "client.pcap", Format: "pcap", LinkTypes: []capture.LinkType{1}, Packets: 118, Bytes: 25240,
			First: dawn, Last: dawn.Add(12400 * time.Millisecond), Complete: true, Drops: -1, SnapLength: 262144,
		}},
		Sessions: sessions,
		Stats:    decode.Stats{Frames: 118, TCP: 118, IPv4: 118, ControlPort: [2]int64{20, 20}},
	}}
}

const (
	client = "192.0.2.10:40112"
	server = "198.51.100.20:21"
)

// plain is a session of a client that logged in.
func plain(id string) *session.Session {
	return &session.Session{
		ID: id, Client: addr(client), Server: addr(server), State: session.StateClosed,
		First: at(1, 0), Last: at(118, 12400*time.Millisecond),
		Banner: "(vsFTPd 3.0.3)", HasBanner: true, User: "ftplab", HasUser: true,
		Login: session.LoginAccepted, Security: session.SecurityNone,
		Control: &ftp.Conn{},
		Commands: []session.Command{
			{Seen: at(7, time.Millisecond), Verb: "USER", Argument: "ftplab", Replies: []session.Reply{
				{Seen: at(8, 2*time.Millisecond), Code: 331, Text: "Please specify the password."},
			}},
			{Seen: at(9, 3*time.Millisecond), Verb: "PASS", Argument: "s3cret", Replies: []session.Reply{
				{Seen: at(11, 5*time.Millisecond), Code: 230, Text: "Login successful."},
			}},
			{Seen: at(110, 12*time.Second), Verb: "QUIT", Replies: []session.Reply{
				{Seen: at(112, 12*time.Second+time.Millisecond), Code: 221, Text: "Goodbye."},
			}},
		},
	}
}

// mixed is the scene of issue 2: an active attempt is blocked, a passive one
// succeeds.
func mixed() scene {
	s := plain("s1")
	s.Transfers = []*session.Transfer{blockedActive("s1.t1", 14), goodPassive("s1.t2", 70, "a.bin", 20000)}
	return newScene(s)
}

func blockedActive(id string, frame int64) *session.Transfer {
	from, to := addr("198.51.100.20:20"), addr("192.0.2.10:39123")
	c := &ftp.Conn{Ends: [2]netip.AddrPort{from, to}, SYNCount: 6}
	for i := range 6 {
		c.SYNs = append(c.SYNs, ftp.SYN{Seen: at(frame+4+2*int64(i), time.Second+time.Duration(i)*1420*time.Millisecond)})
	}
	c.First, c.Last = c.SYNs[0].Seen, c.SYNs[5].Seen
	return &session.Transfer{
		ID: id, Mode: ftp.ModeActive,
		Announcement: &session.Announcement{Verb: "PORT", Seen: at(frame, 900*time.Millisecond), Endpoint: to, Accepted: new(true)},
		Command:      &session.TransferCommand{Verb: "RETR", Argument: "a.bin", Seen: at(frame+3, 950*time.Millisecond)},
		Path:         "/pub/a.bin", HasPath: true, Direction: ftp.DirectionDownload,
		Data: &session.Data{
			Initiator: session.InitiatorServer, Source: from, Destination: to, State: session.StateUnanswered,
			First: c.First, Last: c.Last, Packets: 6, Conn: c, Attempts: []*ftp.Conn{c},
		},
		Correlation: session.CorrelationAnnounced, Outcome: session.OutcomeBlocked,
		Reply: &session.Reply{Seen: at(frame+20, 10*time.Second), Code: 425, Text: "Failed to establish connection."},
	}
}

func goodPassive(id string, frame int64, name string, size int64) *session.Transfer {
	from, to := addr("192.0.2.10:40113"), addr("198.51.100.20:40039")
	return &session.Transfer{
		ID: id, Mode: ftp.ModePassive,
		Announcement: &session.Announcement{Verb: "PASV", Seen: at(frame, 11*time.Second), Endpoint: to, Accepted: new(true)},
		Command:      &session.TransferCommand{Verb: "RETR", Argument: name, Seen: at(frame+5, 11005*time.Millisecond)},
		Path:         "/pub/" + name, HasPath: true, Direction: ftp.DirectionDownload,
		Data: &session.Data{
			Initiator: session.InitiatorClient, Source: from, Destination: to, State: session.StateClosed,
			First: at(frame+1, 11001*time.Millisecond), Last: at(frame+30, 11005*time.Millisecond), Bytes: size, Packets: 34,
		},
		Correlation: session.CorrelationAnnounced, Outcome: session.OutcomeCompleted, Type: 'I',
		Reply: &session.Reply{Seen: at(frame+31, 11006*time.Millisecond), Code: 226, Text: "Transfer complete."},
	}
}

// failures has one transfer of each sad outcome.
func failures() scene {
	s := plain("s1")
	from, to := addr("192.0.2.10:40113"), addr("198.51.100.20:40039")
	passive := func(n int, o session.Outcome, c *ftp.Conn) *session.Transfer {
		t := goodPassive(fmt.Sprint("s1.t", n), int64(100*n), "a.bin", 1200000)
		t.Outcome, t.Reply = o, nil
		c.Ends = [2]netip.AddrPort{from, to}
		t.Data.Conn, t.Data.Attempts = c, []*ftp.Conn{c}
		return t
	}
	syn := ftp.SYN{Seen: at(20, time.Second)}

	refused := passive(1, session.OutcomeRefused, &ftp.Conn{
		SYNCount: 1, SYNs: []ftp.SYN{syn},
		Answers: []ftp.Answer{{Seen: at(21, time.Second+300*time.Microsecond), Kind: ftp.AnswerRST, From: to.Addr()}},
	})
	refused.Command, refused.Data.State, refused.Data.Bytes = nil, session.StateRefused, 0

	prohibited := passive(2, session.OutcomeBlocked, &ftp.Conn{
		SYNCount: 1, SYNs: []ftp.SYN{syn},
		Answers: []ftp.Answer{{Seen: at(22, time.Second+412*time.Microsecond), Kind: ftp.AnswerICMP, Type: 3, Code: 13, From: netip.MustParseAddr("192.0.2.1")}},
	})
	prohibited.Command, prohibited.Data.State, prohibited.Data.Bytes = nil, session.StateProhibited, 0

	aborted := passive(3, session.OutcomeAborted, &ftp.Conn{Half: [2]ftp.Half{{RST: at(360, 3*time.Second)}, {Bytes: 1200000}}})
	aborted.Aborted = true
	aborted.Reply = &session.Reply{Seen: at(361, 4*time.Second), Code: 426, Text: "Failure writing network stream."}

	stalled := passive(4, session.OutcomeStalled, &ftp.Conn{Half: [2]ftp.Half{
		{ZeroWindow: at(430, 2*time.Second)}, {Bytes: 1200000, Progress: at(431, 2*time.Second), Retransmissions: 7},
	}})
	stalled.Command = &session.TransferCommand{Verb: "STOR", Argument: "a.bin", Seen: stalled.Command.Seen}

	unseen := goodPassive("s1.t5", 500, "a.bin", 0)
	unseen.Outcome, unseen.Data = session.OutcomeUnseen, nil
	unseen.Reply = &session.Reply{Seen: at(561, 4*time.Second), Code: 425, Text: "Can't open data connection: timed out."}

	rejected := goodPassive("s1.t6", 600, "none.bin", 0)
	rejected.Outcome, rejected.Data = session.OutcomeRejected, nil
	rejected.Reply = &session.Reply{Seen: at(661, 4*time.Second), Code: 550, Text: "Failed to open file."}

	illegal := blockedActive("s1.t7", 700)
	illegal.Outcome, illegal.Data, illegal.Command, illegal.Reply = session.OutcomeRejected, nil, nil, nil
	illegal.Announcement.Accepted = new(false)
	illegal.Announcement.Endpoint = addr("10.1.2.3:39123")
	s.Commands = append(s.Commands, session.Command{
		Seen: illegal.Announcement.Seen, Verb: "PORT", Argument: "10,1,2,3,152,211",
		Replies: []session.Reply{{Seen: at(702, time.Second), Code: 500, Text: "Illegal PORT command."}},
	})

	nat := goodPassive("s1.t8", 800, "b.bin", 5)
	nat.Announcement.Endpoint = addr("10.0.0.5:40039")
	nat.Data.MissingBytes, nat.Data.Retransmissions = 3, 9

	incomplete := goodPassive("s1.t9", 900, "huge.iso", 734003200)
	incomplete.Outcome, incomplete.Reply = session.OutcomeIncomplete, nil

	s.Transfers = []*session.Transfer{refused, prohibited, aborted, stalled, unseen, rejected, illegal, nat, incomplete}
	return newScene(s)
}

// six is a session over IPv6 with long paths, encrypted from AUTH on.
func six() scene {
	s := plain("s1")
	s.Client, s.Server = addr("[2001:db8:1234:5678:9abc:def0:1234:5678]:40112"), addr("[2001:db8:ffff:eeee:dddd:cccc:bbbb:aaaa]:21")
	s.Security = session.SecurityExplicitTLS
	good := goodPassive("s1.t1", 70, "reports/2026/november/a-rather-long-name-for-a-file.tar.gz", 123456789)
	good.Announcement.Verb = "EPSV"
	good.Announcement.Endpoint = netip.AddrPortFrom(s.Server.Addr(), 40039)
	good.Data.Source, good.Data.Destination = netip.AddrPortFrom(s.Client.Addr(), 51234), good.Announcement.Endpoint
	blocked := blockedActive("s1.t2", 200)
	blocked.Announcement.Verb = "EPRT"
	blocked.Announcement.Endpoint = addr("[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:39123")
	blocked.Data.Source = netip.AddrPortFrom(s.Server.Addr(), 20)
	blocked.Data.Destination = blocked.Announcement.Endpoint
	blocked.Data.Conn.Ends = [2]netip.AddrPort{blocked.Data.Source, blocked.Data.Destination}
	inferred := goodPassive("s1.t3", 300, "x", 4096)
	inferred.Announcement, inferred.Command, inferred.HasPath, inferred.Correlation = nil, nil, false, session.CorrelationInferred
	inferred.Data.TLS = true
	inferred.Data.Source, inferred.Data.Destination = good.Data.Source, good.Data.Destination
	s.Transfers = []*session.Transfer{good, blocked, inferred}
	return newScene(s)
}

// doors has sessions that did not come to a transfer.
func doors() scene {
	syns := func(n int) []ftp.SYN {
		var out []ftp.SYN
		for i := range n {
			out = append(out, ftp.SYN{Seen: at(int64(i+1), time.Duration(i)*time.Second)})
		}
		return out
	}
	failed := func(id string, state session.State, c *ftp.Conn) *session.Session {
		c.Ends = [2]netip.AddrPort{addr(client), addr(server)}
		return &session.Session{
			ID: id, Client: addr(client), Server: addr(server), State: state, First: c.SYNs[0].Seen, Last: at(6, 5*time.Second),
			Login: session.LoginNone, Security: session.SecurityNone, Control: c,
		}
	}
	silent := failed("s1", session.StateUnanswered, &ftp.Conn{SYNCount: 5, SYNs: syns(5)})
	refused := failed("s2", session.StateRefused, &ftp.Conn{
		SYNCount: 1, SYNs: syns(1),
		Answers: []ftp.Answer{{Kind: ftp.AnswerRST, Seen: at(6, 250*time.Microsecond), From: addr(server).Addr()}},
	})
	denied := plain("s3")
	denied.Login = session.LoginDenied
	denied.Commands[1].Replies[0] = session.Reply{Seen: at(11, 5*time.Millisecond), Code: 530, Text: "Login incorrect."}
	idle := plain("s4")
	idle.State = session.StateReset
	idle.LostBytes = 1448
	idle.Control.Half[ftp.Listener].RST = at(118, 12*time.Second)
	return newScene(silent, refused, denied, idle)
}

// strangers has sessions that never got going, and a capture of two days that
// cuts packets off.
func strangers() scene {
	opened := func(id string, last ftp.Seen, said ...session.Reply) *session.Session {
		return &session.Session{
			ID: id, Client: addr(client), Server: addr(server), State: session.StateClosed, First: at(1, 0), Last: last,
			Login: session.LoginNone, Security: session.SecurityNone, Unsolicited: said,
			Control: &ftp.Conn{Established: at(3, time.Millisecond), Half: [2]ftp.Half{{Packets: 3}, {Packets: 3}}},
		}
	}
	silent := opened("s1", at(6, time.Minute))
	away := opened("s2", at(9, time.Second), session.Reply{Seen: at(8, time.Second), Code: 421, Text: "Too many users."})
	ssh := opened("s3", at(12, time.Second), session.Reply{Seen: at(11, time.Second), Text: "SSH-2.0-OpenSSH_9.2p1"})
	young := opened("s4", at(15, time.Second))
	young.State = session.StateOpen
	cut := plain("s5")
	unread, none, refused := goodPassive("s5.t1", 70, "a.bin", 20000), goodPassive("s5.t2", 80, "b.bin", 20000), goodPassive("s5.t3", 90, "c.bin", 20000)
	for i, t := range []*session.Transfer{unread, none, refused} {
		t.Announcement.Endpoint, t.Announcement.Accepted = netip.AddrPort{}, []*bool{new(true), nil, new(false)}[i]
	}
	none.Offset = 1448
	cut.Transfers = []*session.Transfer{unread, none, refused}
	sc := newScene(silent, away, ssh, young, cut)
	c := &sc.result.Captures[0]
	c.Last, c.Truncated, c.SnapLength, c.Packets = dawn.Add(20*time.Hour), 1234, 96, 12345
	sc.result.Notices = SnapNotices(sc.result.Captures, map[int]bool{0: LostToSnap(cut)})
	return sc
}

// retries has connections that were tried more than once.
func retries() scene {
	s := plain("s1")
	from, to := addr("192.0.2.10:40113"), addr("198.51.100.20:40039")
	for i, answers := range []struct {
		kind   ftp.AnswerKind
		frames []int64
	}{
		{ftp.AnswerRST, []int64{11, 21, 31, 41, 51}},
		{ftp.AnswerRST, []int64{51}},
		{ftp.AnswerRST, []int64{21, 51}},
		{ftp.AnswerICMP, []int64{11, 21, 31, 41, 51}},
		{ftp.AnswerSYNACK, []int64{11, 21}},
	} {
		c := &ftp.Conn{Ends: [2]netip.AddrPort{from, to}, SYNCount: 5}
		for n := range int64(5) {
			c.SYNs = append(c.SYNs, ftp.SYN{Seen: at(10*(n+1), time.Duration(n+1)*time.Second)})
		}
		for _, f := range answers.frames {
			c.Answers = append(c.Answers, ftp.Answer{
				Seen: at(f, time.Duration(f/10)*time.Second+18*time.Millisecond), Kind: answers.kind, Type: 3, Code: 13, From: netip.MustParseAddr("192.0.2.1"),
			})
		}
		t := goodPassive(fmt.Sprint("s1.t", i+1), 9, "a.bin", 0)
		t.Command, t.Reply, t.Outcome = nil, nil, session.OutcomeBlocked
		t.Data.State, t.Data.Conn, t.Data.Attempts = session.StateRefused, c, []*ftp.Conn{c}
		s.Transfers = append(s.Transfers, t)
	}
	sc := newScene(s)
	for _, name := range []string{"ring/a/eth0.pcap", "ring/b/eth0.pcap"} {
		c := sc.result.Captures[0]
		c.Name = name
		sc.result.Captures = append(sc.result.Captures, c)
	}
	s.Transfers[0].Data.Conn.Answers[1].Capture = 1
	s.Transfers[0].Data.Conn.Answers[4].Capture = 2
	return sc
}

// crowd has a hundred sessions of one kind and a few others among them.
func crowd() scene {
	var all []*session.Session
	for i := range 100 {
		s := plain(fmt.Sprint("s", i+1))
		s.Client = netip.AddrPortFrom(s.Client.Addr(), uint16(40000+i))
		s.First.Time, s.Last.Time = s.First.Time.Add(time.Duration(i)*time.Minute), s.Last.Time.Add(time.Duration(i)*time.Minute)
		s.Transfers = []*session.Transfer{goodPassive(s.ID+".t1", 70, fmt.Sprintf("log-%d.gz", i), 50000)}
		if i == 41 {
			s.Transfers = append(s.Transfers, blockedActive(s.ID+".t2", 90))
		}
		all = append(all, s)
	}
	return newScene(all...)
}

// heap is one session that fetched many files.
func heap() scene {
	s := plain("s1")
	for i := range 120 {
		s.Transfers = append(s.Transfers, goodPassive(fmt.Sprint("s1.t", i+1), int64(i*40), fmt.Sprintf("photo-%03d.jpg", i+1), 2345678))
	}
	s.Transfers = append(s.Transfers, blockedActive("s1.t121", 9000))
	return newScene(s)
}

// hostile sends what a terminal should not obey.
func hostile() scene {
	s := plain("s1")
	s.Banner = "\x1b]0;owned\x07(x)\nsecond"
	s.User = "a\u202eb\xe9"
	t := goodPassive("s1.t1", 70, "x\x1b[2Jy\x9b\u0085\u202e.txt", 10)
	t.Reply.Code, t.Outcome = 550, session.OutcomeRejected
	t.Reply.Text = "500 'PASS s3cret\x1b[31m' no\nmore"
	s.Transfers = []*session.Transfer{t}
	return newScene(s)
}

var scenes = map[string]func() scene{
	"mixed": mixed, "failures": failures, "six": six, "doors": doors, "crowd": crowd, "heap": heap, "hostile": hostile,
	"strangers": strangers, "retries": retries, "troubled": troubled, "accused": accused, "points": points,
}
