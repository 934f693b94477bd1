package report

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// blockedFinding says that active transfers of a session were blocked.
func blockedFinding(id, session string, transfers ...string) *diagnose.Finding {
	return &diagnose.Finding{
		ID: id, Code: "active-syn-unanswered", Severity: diagnose.Error, Session: session, Transfers: transfers, Count: len(transfers),
		Headline:    "The server got no answer when it connected to the client's port 39123 for data",
		Observation: diagnose.Statement{Text: "6 SYNs from 198.51.100.20:20 to 192.0.2.10:39123 in 7.1 s, no answer", Confidence: diagnose.Certain},
		Location: diagnose.Place{
			Statement: diagnose.Statement{Text: "between this capture point (next to the server) and the client, or at the client", Confidence: diagnose.Likely},
			Where:     diagnose.BeyondClient,
		},
		Cause:       diagnose.Statement{Text: "a firewall or NAT in front of the client lets the client's connections out and the server's not in", Confidence: diagnose.Likely},
		Evidence:    []diagnose.Evidence{{Seen: at(14, 900*time.Millisecond), Text: "PORT announces 192.0.2.10:39123"}, {Seen: at(18, time.Second), Text: "SYN"}},
		Unknown:     []string{"whether the SYN was lost on its way there or the answer on its way back", "whether the client was still listening"},
		Next:        "capture at the client too during the next attempt, then compare the two",
		NextCommand: "tcpdump -ni any -s0 -w client.pcap 'host 198.51.100.20 or icmp'\nftpscope compare client.pcap server.pcap",
		Remedies: []diagnose.Remedy{
			{Who: diagnose.ForFirewall, Text: "Let the firewall follow FTP", Example: "# iptables (with NAT also: modprobe nf_nat_ftp, and something to make this comment longer)\niptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp --and-so-on-and-so-on"},
			{Who: diagnose.ForClient, Text: "Use passive mode: the client opens the data connection, and nothing has to reach the client from outside", Example: "curl -u USER --ftp-pasv ftp://198.51.100.20/"},
		},
		Filter: "(ip.addr == 198.51.100.20 && ip.addr == 192.0.2.10 && tcp.port == 39123) || frame.number == 14",
	}
}

// cause is a finding that another one follows from.
func cause(id, session string, transfers ...string) *diagnose.Finding {
	return &diagnose.Finding{
		ID: id, Code: "alg-not-attached", Severity: diagnose.Warning, Session: session, Transfers: transfers, Count: len(transfers),
		Headline:    "The control connection is on port 2121, where firewalls do not expect FTP",
		Observation: diagnose.Statement{Text: "the control connection goes to port 2121", Confidence: diagnose.Certain},
		Location:    diagnose.Place{Statement: diagnose.Statement{Text: "somewhere", Confidence: diagnose.Possible}, Where: diagnose.Unknown},
		Cause:       diagnose.Statement{Text: "a firewall that follows FTP on port 21 does not follow it there", Confidence: diagnose.Possible},
		Remedies:    []diagnose.Remedy{{Who: diagnose.ForFirewall, Text: "Let the firewall follow FTP on port 2121 too"}},
	}
}

// note explains and asks for nothing.
func note(id, session string, transfers ...string) *diagnose.Finding {
	return &diagnose.Finding{
		ID: id, Code: "active-source-port-not-20", Severity: diagnose.Note, Session: session, Transfers: transfers, Count: len(transfers),
		Headline:    "The server connects from port 46335, not from port 20, for data",
		Observation: diagnose.Statement{Text: "SYN from port 46335", Confidence: diagnose.Certain},
		Location:    diagnose.Place{Statement: diagnose.Statement{Text: "at the server", Confidence: diagnose.Certain}, Where: diagnose.AtServer},
		Cause:       diagnose.Statement{Text: "the server does not run as root", Confidence: diagnose.Possible},
	}
}

// tellOf gives findings, and what the control connection needs, to a session.
func (sc *scene) tellOf(s *session.Session, findings ...*diagnose.Finding) {
	sc.result.Said.Add(s.ID, diagnose.Explanation{Findings: findings, Needs: []diagnose.Need{
		{What: "control connection", From: s.Client.Addr(), To: s.Server.Addr(), Low: 21, High: 21, Count: len(s.Transfers), Frames: []int64{1}},
		{What: "data connection, active", From: s.Server.Addr(), FromPort: 20, To: s.Client.Addr(), Low: 39123, High: 39129, Count: 1, Frames: []int64{18}, Transfers: []string{s.ID + ".t1"}},
	}})
}

// say adds the dialogue about a blocked transfer to its session.
func say(s *session.Session, t *session.Transfer) {
	s.Commands = append(s.Commands, session.Command{
		Seen: t.Announcement.Seen, Verb: "PORT", Argument: "192,0,2,10,152,211",
		Replies: []session.Reply{{Seen: at(t.Announcement.Seen.Frame+1, 910*time.Millisecond), Code: 200, Text: "PORT command successful. Consider using PASV."}},
	}, session.Command{
		Seen: at(t.Announcement.Seen.Frame+2, 920*time.Millisecond), Verb: "TYPE", Argument: "I",
		Replies: []session.Reply{{Seen: at(t.Announcement.Seen.Frame+2, 930*time.Millisecond), Code: 200, Text: "Binary."}},
	}, session.Command{
		Seen: t.Command.Seen, Verb: "RETR", Argument: t.Command.Argument, Replies: []session.Reply{*t.Reply},
	}, session.Command{Seen: at(t.Reply.Seen.Frame+1, 10001*time.Millisecond), Verb: "PASV"})
	t.Next = s.Commands[len(s.Commands)-1].Seen
}

// troubled has what findings can be about: transfers and sessions, one and many,
// causes, notes, captures, and one that is taken back.
func troubled() scene {
	var all []*session.Session
	for i, from := range []string{"192.0.2.10:40112", "192.0.2.10:40200", "192.0.2.99:40112"} {
		s := plain(fmt.Sprint("s", i+1))
		s.Client = addr(from)
		s.Transfers = []*session.Transfer{blockedActive(s.ID+".t1", 14), goodPassive(s.ID+".t2", 70, "a.bin", 20000)}
		say(s, s.Transfers[0])
		all = append(all, s)
	}
	all[2].Transfers[0].Reply = nil // the client gave up
	all[2].Commands[len(all[2].Commands)-2].Replies = nil
	unreachable := doors().sessions[0]
	unreachable.ID = "s4"
	stuck := failures().sessions[0]
	stuck.ID = "s5"
	stuck.Transfers = stuck.Transfers[3:4]
	stuck.Transfers[0].ID = "s5.t1"
	all = append(all, unreachable, stuck)
	sc := newScene(all...)
	blocked := blockedFinding("f1", "s1", "s1.t1")
	blocked.Because, blocked.Works = []string{"f2"}, []string{"s1.t2"}
	sc.tellOf(all[0], cause("f2", "s1", "s1.t1"), blocked, note("f3", "s1", "s1.t2"))
	again := blockedFinding("f4", "s2", "s2.t1")
	again.Because = []string{"f5"}
	sc.tellOf(all[1], cause("f5", "s2", "s2.t1"), again)
	other := blockedFinding("f6", "s3", "s3.t1") // another client: another firewall
	wrong := blockedFinding("f7", "s3", "s3.t1")
	wrong.Code, wrong.Headline = "active-syn-never-seen", "That is not so, as the end of the capture shows"
	other.Because = []string{"f12"}
	sc.tellOf(all[2], other, wrong, cause("f12", "s3", "s3.t1"))
	down := blockedFinding("f8", "s4")
	down.Code, down.Headline, down.Filter = "control-unreachable", "The client got no answer when it connected to port 21", "tcp.port == 21"
	down.Evidence, down.Count, down.Next, down.NextCommand = []diagnose.Evidence{{Seen: at(1, 0), Text: "SYN"}}, 1, "look", ""
	sc.tellOf(all[3], down)
	silent := blockedFinding("f9", "s5", "s5.t1")
	silent.Code, silent.Severity, silent.Headline = "zero-window-stall", diagnose.Warning, "The client takes no more data"
	silent.Evidence = []diagnose.Evidence{{Seen: at(430, 2*time.Second), Text: "the client closes its window"}, {Seen: at(440, 3*time.Second), Text: "what only the finding knows"}}
	sc.tellOf(all[4], silent)
	lossy := blockedFinding("f10", "")
	lossy.Code, lossy.Severity, lossy.Headline, lossy.Withdraws = "capture-lossy", diagnose.Warning, "The capture lacks packets", []string{"f7"}
	lossy.Location.Where, lossy.Remedies = diagnose.InCapture, nil
	sc.result.Said.Captures = []*diagnose.Finding{lossy, note("f11", "")}
	sc.result.Said.Vantages = []diagnose.Vantage{{Side: diagnose.NearServer, Confidence: diagnose.Likely, Because: []string{"the server's packets have an unspent TTL of 64"}}}
	return sc
}

// accused has hostile words and passwords in all that is said of a session.
func accused() scene {
	sc := hostile()
	s := sc.sessions[0]
	const words = "he said \x1b[2J 500 'PASS s3cret' and \"PASS s3c…\"\u202e, \xff"
	statement := diagnose.Statement{Text: words, Confidence: diagnose.Certain}
	behind := note("f2", "s1")
	behind.Headline, behind.Cause = words, statement
	sc.tellOf(s, &diagnose.Finding{
		ID: "f1", Code: "server-side-error", Severity: diagnose.Error, Session: "s1", Transfers: []string{"s1.t1"}, Count: 1,
		Headline: words, Observation: statement, Location: diagnose.Place{Statement: statement, Where: diagnose.AtServer}, Cause: statement,
		Evidence: []diagnose.Evidence{{Seen: at(90, time.Minute), Text: words}}, Unknown: []string{words}, Next: words, NextCommand: words,
		Remedies: []diagnose.Remedy{{Who: diagnose.ForServer, Text: words, Example: "# " + words + "\n" + words}}, Filter: words,
		Because: []string{"f2"},
	}, behind)
	return sc
}

// siege is one session with many transfers that failed in one way, and some that
// did not, of which the finding lists a hundred.
func siege(n int) scene {
	s := plain("s1")
	f := blockedFinding("f1", "s1")
	for i := range n {
		t := blockedActive(fmt.Sprint("s1.t", i+1), int64(100*i+14))
		s.Transfers = append(s.Transfers, t)
		if i < diagnose.MaxTransfers {
			f.Transfers = append(f.Transfers, t.ID)
		}
	}
	f.Count = n
	good := goodPassive(fmt.Sprint("s1.t", n+1), int64(100*n+70), "a.bin", 1)
	s.Transfers = append(s.Transfers, good)
	sc := newScene(s)
	warning := note("f2", "s1", good.ID)
	warning.Severity, warning.Headline = diagnose.Warning, "It works by luck"
	sc.tellOf(s, f, warning)
	return sc
}

// ambush has many sessions that failed in one way.
func ambush(n int) scene {
	var all []*session.Session
	for i := range n {
		s := plain(fmt.Sprint("s", i+1))
		s.Client = netip.AddrPortFrom(addr(client).Addr(), uint16(1024+i%60000))
		s.Transfers = []*session.Transfer{blockedActive(s.ID+".t1", 14)}
		all = append(all, s)
	}
	sc := newScene(all...)
	for i, s := range all {
		sc.tellOf(s, blockedFinding(fmt.Sprint("f", i+1), s.ID, s.ID+".t1"))
	}
	return sc
}

// points has a session in two captures.
func points() scene {
	sc := mixed()
	say(sc.sessions[0], sc.sessions[0].Transfers[0])
	c := sc.result.Captures[0]
	c.Name = "server.pcap"
	sc.result.Captures = append(sc.result.Captures, c)
	d := sc.sessions[0].Transfers[0].Data.Conn
	for i := range d.SYNs[1:] {
		d.SYNs[i+1].Capture = 1
	}
	d.Answers = []ftp.Answer{
		{Seen: at(40, 9*time.Second), Kind: ftp.AnswerICMP, Type: 3, Code: 13, From: netip.MustParseAddr("192.0.2.1")},
		{Seen: at(41, 9*time.Second), Kind: ftp.AnswerICMP, Type: 3, Code: 13, From: netip.MustParseAddr("192.0.2.1")},
	}
	sc.tellOf(sc.sessions[0], blockedFinding("f1", "s1", "s1.t1"))
	return sc
}

// swarm is one session with many transfers and a finding about each.
func swarm(n int) scene {
	sc := siege(n)
	s := sc.sessions[0]
	var all []*diagnose.Finding
	for i, t := range s.Transfers {
		s.Commands = append(s.Commands, session.Command{Seen: t.Announcement.Seen, Verb: "PORT"})
		f := blockedFinding(fmt.Sprint("f", i+1), s.ID, t.ID)
		f.Works = []string{s.Transfers[n].ID}
		all = append(all, f)
	}
	sc.result.Said = Explanations{}
	sc.tellOf(s, all...)
	return sc
}
