package report

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/compare"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// frameAt is a frame of a capture a while after dawn.
func frameAt(point int, frame int64, after time.Duration) ftp.Seen {
	seen := at(frame, after)
	seen.Capture = point
	return seen
}

// comparisonOf has captures of these names, in the order of the path.
func comparisonOf(names ...string) Comparison {
	c := Comparison{Path: &compare.Result{Because: []string{"by TTL: 64, then 63"}}}
	base := newScene().result.Captures[0]
	for i, name := range PointNames(names) {
		one := base
		one.Name = names[i]
		c.Captures = append(c.Captures, one)
		c.Points = append(c.Points, PointFacts{Name: name, Sessions: 1, Stats: decode.Stats{Frames: 118, TCP: 118, IPv4: 118}})
		c.Path.Order = append(c.Path.Order, i)
		c.Path.Vantages = append(c.Path.Vantages, diagnose.Vantage{Side: diagnose.NearServer, Confidence: diagnose.Likely})
		clock := compare.Clock{Point: i, Offset: time.Duration(i) * 12345 * time.Microsecond, Spread: time.Duration(i) * 40 * time.Microsecond, Bounded: true, Pairs: 7 * i}
		c.Path.Clocks = append(c.Path.Clocks, clock)
	}
	return c
}

// view is a transfer that all points saw alike.
func (c *Comparison) view(t *session.Transfer) compare.View {
	v := compare.View{Transfer: t.ID}
	for _, p := range c.Path.Order {
		one := compare.Sight{Point: p, Transfer: t, Reply: t.Reply}
		if a := t.Announcement; a != nil {
			one.Announcement, one.Announced = "227 Entering Passive Mode (198,51,100,20,156,103).", frameAt(p, a.Seen.Frame+int64(p), 0)
			if t.Mode == ftp.ModeActive {
				one.Announcement = "PORT 192,0,2,10,152,211"
			}
		}
		if d := t.Data; d != nil {
			one.Conn, one.Source, one.Destination, one.Bytes = d.Conn, d.Source, d.Destination, d.Bytes
			if one.Conn == nil {
				one.Conn = &ftp.Conn{SYNs: []ftp.SYN{{Seen: frameAt(p, d.First.Frame, 0)}}, SYNCount: 1}
				one.Answer = &ftp.Answer{Seen: frameAt(p, d.First.Frame+1, 0), Kind: ftp.AnswerSYNACK, From: d.Destination.Addr()}
			}
		}
		v.Points = append(v.Points, one)
	}
	return v
}

// lack takes from points of a view what they saw of the data connection.
func lack(v compare.View, points ...int) {
	for _, p := range points {
		one := &v.Points[p]
		one.Conn, one.Answer, one.Bytes, one.Source, one.Destination = nil, nil, 0, netip.AddrPort{}, netip.AddrPort{}
	}
}

// add gives a session to all points.
func (c *Comparison) add(s *session.Session) *compare.Session {
	out := &compare.Session{Session: s, Order: c.Path.Order}
	for _, p := range c.Path.Order {
		one := *s
		out.At = append(out.At, &one)
		syn := ftp.SYN{Seen: frameAt(p, 1, 0)}
		out.Control.Points = append(out.Control.Points, compare.Sight{
			Point: p, Conn: &ftp.Conn{SYNs: []ftp.SYN{syn}, SYNCount: 1}, Source: s.Client, Destination: s.Server, Bytes: 570,
			Answer: &ftp.Answer{Seen: frameAt(p, 2, 0), Kind: ftp.AnswerSYNACK, From: s.Server.Addr()},
		})
	}
	for _, t := range s.Transfers {
		out.Views = append(out.Views, c.view(t))
	}
	c.Path.Sessions = append(c.Path.Sessions, out)
	return out
}

// lostFinding says that a SYN was lost between two points.
func lostFinding(id, session string, transfers ...string) *diagnose.Finding {
	f := blockedFinding(id, session, transfers...)
	f.Location = diagnose.Place{Statement: diagnose.Statement{Text: "between fw.pcap and server.pcap", Confidence: diagnose.Certain}, Where: diagnose.Middle}
	f.Evidence = []diagnose.Evidence{
		{Seen: frameAt(2, 18, time.Second), Text: "SYN"},
		{Seen: frameAt(2, 18, time.Second), Text: "SYN at server.pcap"},
		{Seen: frameAt(2, 20, 2*time.Second), Text: "SYN"},
		{Seen: frameAt(2, 22, 2*time.Second), Text: "SYN"},
		{Seen: frameAt(2, 22, 2*time.Second), Text: "the last of them"},
	}
	f.Next, f.NextCommand = "look at the counters", "nft list ruleset"
	return f
}

// lostOf is the stretch of it.
func lostOf(f *diagnose.Finding) *compare.Stretch {
	return &compare.Stretch{
		Transfer: f.Transfers[0], Between: [2]int{1, 2}, Packet: compare.PacketSYN, What: compare.Lost,
		Text: "the SYN left server.pcap (frame 18) and never reached fw.pcap", Confidence: diagnose.Certain, Evidence: f.Evidence, Finding: f.ID,
	}
}

// dropped is a comparison in which active transfers were lost on the way, among
// others that went well.
func dropped() Comparison {
	c := comparisonOf("client.pcap", "fw.pcap", "server.pcap")
	s := plain("s1")
	s.Transfers = []*session.Transfer{goodPassive("s1.t1", 70, "a.bin", 20000)}
	for i := range 5 {
		s.Transfers = append(s.Transfers, blockedActive(fmt.Sprint("s1.t", i+2), int64(100*(i+2))))
	}
	one := c.add(s)
	f := lostFinding("f1", "s1")
	for i, v := range one.Views[1:] {
		lack(v, 0, 1)
		f.Transfers = append(f.Transfers, v.Transfer)
		one.Stretches = append(one.Stretches, lostOf(f))
		one.Stretches[i].Transfer = v.Transfer
	}
	one.Said.Findings = []*diagnose.Finding{f, note("f2", "s1", "s1.t2")}
	c.Path.Findings = []*diagnose.Finding{note("f3", "")}
	return c
}

// rewritten is a comparison through a NAT that changes addresses, rightly once and
// wrongly once.
func rewritten() Comparison {
	c := comparisonOf("a/very/long/path/of-the-capture-at-the-client.pcapng.gz", "b/very/long/path/of-the-capture-at-the-server.pcapng.gz")
	s := plain("s1")
	s.Transfers = []*session.Transfer{blockedActive("s1.t1", 14), goodPassive("s1.t2", 70, "a.bin", 20000)}
	one := c.add(s)
	f := lostFinding("f1", "s1", "s1.t1")
	f.Code, f.Evidence = "announcement-rewritten", []diagnose.Evidence{{Seen: frameAt(0, 14, 0), Text: "PORT"}, {Seen: frameAt(1, 15, 0), Text: "PORT, changed"}}
	changed := func(transfer string, packet compare.Packet, finding string) *compare.Stretch {
		return &compare.Stretch{Transfer: transfer, Between: [2]int{0, 1}, Packet: packet, ToServer: true, What: compare.Changed, Text: "it was changed", Confidence: diagnose.Certain, Finding: finding}
	}
	one.Stretches = []*compare.Stretch{
		changed("", compare.PacketSYN, ""), changed("s1.t1", compare.PacketAnnouncement, "f1"),
		changed("s1.t2", compare.PacketAnnouncement, "f2"), changed("s1.t2", compare.PacketData, ""),
	}
	one.Control.Points[1].Source = addr("203.0.113.7:40112")
	one.Views[0].Points[1].Announcement = "PORT 10,9,8,7,152,211"
	one.Views[1].Points[0].Announcement = "227 Entering Passive Mode (203,0,113,20,156,103)."
	lack(one.Views[0], 0)
	one.Said.Findings = []*diagnose.Finding{f, note("f2", "s1", "s1.t2")}
	return c
}

// lies is a comparison in which somebody between the points answered.
func lies() Comparison {
	c := comparisonOf("client.pcap", "server.pcap", "late.pcap", "other.pcap")
	c.Path.Order, c.Path.Aside = []int{0, 1, 2}, []int{3}
	c.Path.Clocks = []compare.Clock{
		{Point: 0},
		{Point: 1, Offset: -1204 * time.Millisecond, Spread: 310 * time.Microsecond, Bounded: true, Pairs: 90, Drift: 12.4},
		{Point: 2, Offset: 61 * time.Minute, Pairs: 1, Unsteady: true},
	}
	s := failures().sessions[0]
	s.Transfers = s.Transfers[:2]
	c.add(s)
	one := c.Path.Sessions[0]
	for i := range one.Views {
		for j := range one.Views[i].Points {
			v := &one.Views[i].Points[j]
			v.Answer = &v.Conn.Answers[0]
		}
		lack(one.Views[i], 1, 2)
		one.Views[i].Points[2].Blind = "the capture begins later"
		one.Stretches = append(one.Stretches, &compare.Stretch{
			Transfer: one.Views[i].Transfer, Between: [2]int{0, 1}, Packet: compare.PacketSYN, ToServer: true, What: compare.Answered,
			Text: "the RST that client.pcap has (frame 21) was not sent at server.pcap", Confidence: diagnose.Likely,
		})
	}
	down := doors().sessions[0]
	down.ID, down.First.Capture = "s2", 0
	lost := c.add(down)
	lost.Control.Points = lost.Control.Points[:2]
	lost.Control.Points[0].Conn, lost.Control.Points[0].Answer = down.Control, nil
	lost.Control.Points[1] = compare.Sight{Point: 1}
	lost.Stretches = []*compare.Stretch{{Between: [2]int{0, 1}, Packet: compare.PacketSYN, ToServer: true, What: compare.Lost, Confidence: diagnose.Certain, Finding: "f1"}}
	f := lostFinding("f1", "s2")
	f.Code, f.Evidence = "control-unreachable", []diagnose.Evidence{{Seen: frameAt(0, 1, 0), Text: "SYN"}}
	lost.Said.Findings = []*diagnose.Finding{f}
	defect := lostFinding("f2", "")
	defect.Code, defect.Severity, defect.Evidence = "capture-lossy", diagnose.Warning, nil
	c.Path.Findings = []*diagnose.Finding{defect}
	return c
}

// slander has hostile words and a password in all that is compared: the point
// nearest to the client missed the command with the password.
func slander() Comparison {
	c := comparisonOf("a\x1b[2J.pcap", "b\u202e.pcap")
	sc := accused()
	s := sc.sessions[0]
	one := c.add(s)
	nearest := *s
	nearest.Commands = nil
	one.Session = &nearest
	words := sc.result.Said.Sessions["s1"].Findings[0].Headline
	for i := range one.Views[0].Points {
		v := &one.Views[0].Points[i]
		v.Announcement, v.Blind = "227 "+words, words
	}
	one.Views[0].Points[0].Announcement += " once more"
	one.Stretches = []*compare.Stretch{
		{Transfer: "s1.t1", Between: [2]int{0, 1}, Packet: compare.PacketAnnouncement, What: compare.Changed, Text: words, Confidence: diagnose.Certain},
		{Transfer: "s1.t1", Between: [2]int{0, 1}, Packet: compare.PacketReply, What: compare.Lost, Text: words, Confidence: diagnose.Certain, Evidence: []diagnose.Evidence{{Seen: frameAt(0, 1, 0), Text: words}}},
	}
	one.Said = sc.result.Said.Sessions["s1"]
	c.Path.Because = []string{"\x1b[2J\u202e"}
	return c
}

// harmony is a comparison in which all went well.
func harmony() Comparison {
	c := comparisonOf("client.pcap", capture.Stdin)
	for i := range c.Path.Clocks {
		c.Path.Clocks[i].Offset = 0
	}
	s := plain("s1")
	for i := range 20 {
		s.Transfers = append(s.Transfers, goodPassive(fmt.Sprint("s1.t", i+1), int64(100*i+70), "a.bin", 20000))
	}
	c.add(s)
	return c
}

// strangersOf are captures that have nothing in common.
func strangersOf() Comparison {
	c := comparisonOf("client.pcap", "server.pcap")
	c.Path = &compare.Result{Aside: []int{0, 1}}
	for i := range c.Points {
		c.Points[i].Sessions = 0
	}
	c.Captures[1].First, c.Captures[1].Packets = time.Time{}, 0
	return c
}

// cut is a comparison in which somebody cut a data connection in the name of the
// server, of which the last point lacks the SYN.
func cut() Comparison {
	c := comparisonOf("client.pcap", "fw-client.pcap", "fw-server.pcap", "server.pcap")
	c.Path.Because = []string{
		"client.pcap, then fw-client.pcap: by delay (2 µs)", "fw-client.pcap, then fw-server.pcap: by TTL (1 less)",
		"fw-server.pcap and server.pcap: nothing tells which is nearer to the client",
	}
	s := plain("s1")
	s.Transfers = []*session.Transfer{goodPassive("s1.t1", 70, "a.bin", 20000), goodPassive("s1.t2", 170, "b.bin", 20000)}
	s.Transfers[1].Outcome = session.OutcomeAborted
	one := c.add(s)
	for i := range one.Views[1].Points {
		v := &one.Views[1].Points[i]
		conn := *v.Conn
		v.Conn = &conn
		conn.Role = ftp.RoleData
		switch i {
		case 0, 1:
			conn.Half[ftp.Listener].RST = frameAt(i, 562, 3*time.Second)
		case 2:
			conn.Half[ftp.Initiator].FIN = frameAt(i, 560, 3*time.Second)
		case 3:
			conn.SYNs, conn.SYNCount = nil, 0
		}
	}
	f := lostFinding("f1", "s1", "s1.t2")
	f.Code = "data-reset-midway"
	one.Stretches = []*compare.Stretch{{
		Transfer: "s1.t2", Between: [2]int{1, 2}, Packet: compare.PacketRST, What: compare.Answered,
		Text: "the RST (frame 562) never passed fw-server.pcap", Confidence: diagnose.Certain, Finding: "f1",
	}}
	one.Said.Findings = []*diagnose.Finding{f}
	return c
}

// behindNAT is a comparison of sessions whose addresses a NAT translates, of which
// some failed: in another way each, and with the same advice.
func behindNAT() Comparison {
	c := comparisonOf("client.pcap", "server.pcap")
	c.Path.Because = []string{"client.pcap, then server.pcap: by TTL (2 less)"}
	for i := range 8 {
		s := plain(fmt.Sprint("s", i+1))
		s.Transfers = []*session.Transfer{goodPassive(s.ID+".t1", 70, "a.bin", 20000), goodPassive(s.ID+".t2", 170, "a.bin", 20000)}
		if i > 5 {
			s.Transfers[1] = blockedActive(s.ID+".t2", 114)
		}
		one := c.add(s)
		change := func(transfer string) {
			one.Stretches = append(one.Stretches, &compare.Stretch{Transfer: transfer, Between: [2]int{0, 1}, Packet: compare.PacketSYN, ToServer: true, What: compare.Changed, Text: "it was changed", Confidence: diagnose.Certain})
		}
		outside := netip.AddrPortFrom(netip.MustParseAddr("203.0.113.7"), uint16(40112+i))
		one.Control.Points[1].Source = outside
		change("")
		for k := range one.Views {
			if v := &one.Views[k].Points[1]; v.Source.Addr() == s.Client.Addr() {
				v.Source = outside
				change(one.Views[k].Transfer)
			}
		}
		if i > 5 {
			lack(one.Views[1], 0)
			f := lostFinding(fmt.Sprint("f", i), s.ID, s.ID+".t2")
			f.Cause.Text += []string{": a rule", ": a route"}[i-6]
			f.Evidence = []diagnose.Evidence{{Seen: frameAt(1, 14, 0), Text: "SYN"}}
			one.Stretches = append(one.Stretches, &compare.Stretch{Transfer: s.ID + ".t2", Between: [2]int{0, 1}, Packet: compare.PacketSYN, What: compare.Lost, Text: "the SYN was lost", Confidence: diagnose.Certain, Finding: f.ID})
			one.Said.Findings = []*diagnose.Finding{f}
		}
	}
	for point := range 2 {
		offload := note(fmt.Sprint("f2", point), "")
		short := note(fmt.Sprint("f3", point), "")
		short.Code, short.Severity, short.Headline = "capture-truncated", diagnose.Warning, "The capture holds only the beginning of each packet"
		for _, f := range []*diagnose.Finding{offload, short} {
			f.Evidence = []diagnose.Evidence{{Seen: frameAt(point, 3, 0), Text: "a packet"}}
			c.Path.Findings = append(c.Path.Findings, f)
		}
	}
	return c
}

var comparisons = map[string]func() Comparison{
	"cut": cut, "nat": behindNAT,
	"dropped": dropped, "rewritten": rewritten, "lies": lies, "slander": slander, "harmony": harmony, "apart": strangersOf,
}
