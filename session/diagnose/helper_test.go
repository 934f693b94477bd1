package diagnose

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// at is frame n, seen n seconds after the beginning.
func at(n int) ftp.Seen {
	return ftp.Seen{Ref: ftp.Ref{Frame: int64(n)}, Time: ftp.TimeOf(time.Unix(1000+int64(n), 0))}
}

// attempted is a session whose only transfer was announced in frame 10 and tried
// in frame 12.
func attempted(verb, argument string, code int, text string, cast session.Cast) *subject {
	yes := true
	t := &session.Transfer{ID: "s1.t1", Mode: ftp.ModePassive, Correlation: session.CorrelationAnnounced, Outcome: session.OutcomeBlocked}
	asked, told := at(9), at(10)
	if verb == "PORT" || verb == "EPRT" || verb == "LPRT" {
		t.Mode, asked, told = ftp.ModeActive, at(10), at(10)
	}
	reply := session.Reply{Seen: at(11), Code: code, Text: text}
	if t.Mode == ftp.ModePassive {
		reply.Seen, reply.Cast = at(10), cast
	}
	t.Announcement = &session.Announcement{Verb: verb, Asked: asked, Seen: told, Cast: cast, Reply: &reply, Accepted: &yes}
	t.Data = &session.Data{First: at(12)}
	s := &session.Session{
		ID: "s1", Client: netip.MustParseAddrPort("192.0.2.10:40112"), Server: netip.MustParseAddrPort("198.51.100.20:21"),
		Commands:  []session.Command{{Seen: asked, Verb: verb, Argument: argument, Cast: cast, Replies: []session.Reply{reply}}},
		Transfers: []*session.Transfer{t},
	}
	return &subject{Session: s, t: t, memory: &memory{}}
}

func TestHelperLost(t *testing.T) {
	whole := session.Cast{Pieces: 1}
	for _, c := range []struct {
		name           string
		verb, argument string
		code           int
		text           string
		cast           session.Cast
		why            string // part of the reason; empty where the connection is expected
		dropped        bool
	}{
		{"PORT", "PORT", "192,0,2,10,156,64", 200, "Okay", whole, "", false},
		{"unknown segments", "PORT", "192,0,2,10,156,64", 200, "Okay", session.Cast{}, "", false},
		{"227", "PASV", "", 227, "Entering Passive Mode (198,51,100,20,195,92).", whole, "", false},
		{"227 without parentheses", "PASV", "", 227, "Entering Passive Mode 198,51,100,20,195,92", whole, "", false},
		{"229", "EPSV", "", 229, "Entering Extended Passive Mode (|||50012|)", whole, "", false},
		{"229 with another delimiter", "EPSV", "", 229, "Ok (!!!50012!)", whole, "", false},
		{"EPRT", "EPRT", "|1|192.0.2.10|40000|", 200, "Okay", whole, "", false},
		{"other address", "PORT", "10,0,0,7,156,64", 200, "Okay", whole, "names 10.0.0.7", false},
		{"other address in 227", "PASV", "", 227, "Ok (10,0,0,5,195,92)", whole, "sent by 198.51.100.20", false},
		{"other address in EPRT", "EPRT", "|1|10.0.0.7|40000|", 200, "Okay", whole, "names 10.0.0.7", false},
		{"two segments", "PORT", "192,0,2,10,156,64", 200, "Okay", session.Cast{Pieces: 2}, "came in 2 segments", true},
		{"second line", "PORT", "192,0,2,10,156,64", 200, "Okay", session.Cast{Pieces: 1, Within: true}, "behind another line", false},
		{"two blanks", "PORT", " 192,0,2,10,156,64", 200, "Okay", whole, "cannot read", true},
		{"blank behind", "PORT", "192,0,2,10,156,64 ", 200, "Okay", whole, "cannot read", true},
		{"too large", "PORT", "192,0,2,10,256,64", 200, "Okay", whole, "cannot read", true},
		{"227 without numbers", "PASV", "", 227, "Logout.", whole, "cannot read", true},
		{"227 with a number before", "PASV", "", 227, "Mode 2 (198,51,100,20,195,92)", whole, "cannot read", true},
		{"229 with an address", "EPSV", "", 229, "Ok (|1|198.51.100.20|50012|)", whole, "cannot read", true},
		{"229 without port", "EPSV", "", 229, "Ok (|||0|)", whole, "cannot read", true},
		{"wrong family", "EPRT", "|2|2001:db8::1|40000|", 200, "Okay", whole, "another version of IP", true},
		{"no family", "EPRT", "1,192.0.2.10,40000", 200, "Okay", whole, "cannot read", true},
		{"long", "LPRT", "4,4,192,0,2,10,2,156,64", 200, "Okay", whole, "not one of the lines", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := attempted(c.verb, c.argument, c.code, c.text, c.cast)
			if c.dropped {
				through := "" // it got through: no such firewall is there
				if c.cast.Pieces > 1 {
					through = "does not put segments together"
				}
				check(t, s.helperLost(), through, false)
				s.t.Data = nil
				if s.active() {
					s.t.Announcement.Reply = nil
				}
			}
			check(t, s.helperLost(), c.why, c.dropped)
		})
	}
}

func check(t *testing.T, spot *blindSpot, why string, dropped bool) {
	t.Helper()
	switch {
	case spot == nil && why != "":
		t.Errorf("expected, want: %s", why)
	case spot == nil:
	case why == "" || !strings.Contains(spot.Why, why) || spot.Dropped != dropped || !spot.At.Yes():
		t.Errorf("%+v, want %q, dropped %t", *spot, why, dropped)
	}
}

func TestHelperLostLater(t *testing.T) {
	whole := session.Cast{Pieces: 1}
	fine := func() *subject {
		return attempted("PASV", "", 227, "Ok (198,51,100,20,195,92)", whole)
	}
	late := fine()
	late.t.Data.First.Time = late.t.Announcement.Seen.Time.Add(6 * time.Minute)
	check(t, late.helperLost(), "after it was announced", false)

	newer := func(text string) *subject {
		s := fine()
		s.t.Data.First = at(20)
		s.Commands = append(s.Commands, session.Command{Seen: at(13), Verb: "PASV", Replies: []session.Reply{{Seen: at(14), Code: 227, Text: text, Cast: whole}}})
		return s
	}
	check(t, newer("Ok (198,51,100,20,195,93)").helperLost(), "a newer announcement", false)
	check(t, newer("Ok (10,0,0,5,195,93)").helperLost(), "", false) // it is not taken up

	secret := fine()
	secret.Secured, secret.t.Correlation, secret.t.Announcement = at(3), session.CorrelationInferred, nil
	check(t, secret.helperLost(), "encrypted", false)

	clear := fine()
	clear.Secured = at(3) // CCC came meanwhile: the announcement was read
	check(t, clear.helperLost(), "", false)

	lost := fine()
	lost.t.Correlation, lost.t.Announcement = session.CorrelationInferred, nil
	check(t, lost.helperLost(), "", false) // nobody knows what was announced

	whole6 := attempted("EPRT", "|2|2001:db8:1::10|40000|", 200, "Okay", whole)
	whole6.Client, whole6.Server = netip.MustParseAddrPort("[2001:db8:1::10]:40112"), netip.MustParseAddrPort("[2001:db8:2::20]:21")
	check(t, whole6.helperLost(), "", false)

	if (&subject{Session: &session.Session{}}).helperLost() != nil {
		t.Error("a session has no data connection")
	}
}
