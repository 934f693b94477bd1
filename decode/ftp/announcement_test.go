package ftp

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestParseAnnouncement(t *testing.T) {
	parse := map[string]func([]byte) (netip.AddrPort, error){
		"PORT": ParsePORT, "EPRT": ParseEPRT, "LPRT": ParseLPRT, "227": Parse227, "228": Parse228, "229": Parse229,
	}
	// A "^" in the input of a failing case stands where the error is and is
	// taken out before parsing.
	for _, tt := range []struct{ form, in, want, reason string }{
		{"PORT", "192,168,100,16,225,229", "192.168.100.16:57829", "sample: sv ftp-download-active"},
		{"PORT", "010,000,000,001,004,001", "10.0.0.1:1025", "leading zeros are decimal"},
		{"PORT", " 10, 0 ,0,1, 4,1 ", "10.0.0.1:1025", "blanks are let pass"},
		{"PORT", "0,0,0,0,4,1", "0.0.0.0:1025", "the address is judged elsewhere"},
		{"PORT", "1,2,3,4,0,80", "1.2.3.4:80", "so is the port"},
		{"PORT", "1,2,3,4^,0,0", wantPort, "port 0"},
		{"PORT", "1,2,3,^256,5,6", wantOctet, "octet"},
		{"PORT", "1,2,3,^99999999999999999999,5,6", wantOctet, "no overflow"},
		{"PORT", "114,115^", wantComma, "sample: zeek fake-server-delays-all"},
		{"PORT", "1,2,3,4,5,6^,7", wantEnd, "seven numbers"},
		{"PORT", "^", wantOctet, "empty"},
		{"PORT", "1,2,3,4,5,^", wantOctet, "cut off"},
		{"PORT", "1,2,^-3,4,5,6", wantOctet, "sign"},

		{"EPRT", "|1|132.235.1.2|6275|", "132.235.1.2:6275", "RFC 2428 section 2"},
		{"EPRT", "|2|1080::8:800:200C:417A|5282|", "[1080::8:800:200c:417a]:5282", "RFC 2428 section 2"},
		{"EPRT", "!2!2001:db8::1!5282! ", "[2001:db8::1]:5282", "any delimiter"},
		{"EPRT", "|2|::ffff:192.0.2.1|5282|", "192.0.2.1:5282", "the packets will be IPv4"},
		{"EPRT", "|^3|x|1|", wantFamily, ""},
		{"EPRT", "|^|192.0.2.1|1|", wantFamily, "must be there"},
		{"EPRT", "|1|^::1|1|", wantIPv4, "family and address disagree"},
		{"EPRT", "|2|^192.0.2.1|1|", wantIPv6, "family and address disagree"},
		{"EPRT", "|2|^fe80::1%eth0|1|", wantIPv6, "a zone means nothing to another host"},
		{"EPRT", "|1|^|1|", wantIPv4, "no address"},
		{"EPRT", "|1|192.0.2.1|^0|", wantPort, ""},
		{"EPRT", "|1|192.0.2.1|^65536|", wantPort, ""},
		{"EPRT", "|1|192.0.2.1|21^", wantDelimiter, "cut off"},
		{"EPRT", "|1|192.0.2.1^", wantDelimiter, "cut off"},
		{"EPRT", "|1^!192.0.2.1!21!", wantDelimiter, ""},
		{"EPRT", "|1|192.0.2.1|21|^x", wantEnd, ""},
		{"EPRT", "^a1a", wantVisible, "a letter"},
		{"EPRT", "^", wantVisible, "empty"},

		{"LPRT", "4,4,10,0,0,1,2,4,1", "10.0.0.1:1025", "RFC 1639"},
		{"LPRT", "6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,4,1", "[2001:db8::1]:1025", "RFC 1639"},
		{"LPRT", "^5,4,10,0,0,1,2,4,1", wantLongAF, "ST-II"},
		{"LPRT", "4^,16,10,0,0,1,2,4,1", wantLength4, ""},
		{"LPRT", "6^,4,10,0,0,1,2,4,1", wantLength16, ""},
		{"LPRT", "4,4,10,0,0,1^,3,0,4,1", wantLength2, ""},
		{"LPRT", "4,4,10,0,0,1,2^,0,0", wantPort, ""},

		{"227", "Entering Passive Mode (172,23,0,2,82,16).", "172.23.0.2:21008", "sample: sv ftp-download-passive"},
		{"227", "Entering Passive Mode. 10,0,0,5,19,137", "10.0.0.5:5001", "no parentheses"},
		{"227", "=10,0,0,5,19,137", "10.0.0.5:5001", "the form of some old servers"},
		{"227", "Server 1 in room 4,2 (10,0,0,5,19,137)", "10.0.0.5:5001", "numbers in prose"},
		{"227", "Entering Passive Mode (10,0,0,5,19,137,0)", "10.0.0.5:5001", "the first six count"},
		{"227", "Passive:\nOK (10,0,0,5,19,137)", "10.0.0.5:5001", "several lines"},
		{"227", "Fake response PASV", wantSix, "sample: zeek fake-server-delays-all"},
		{"227", "Logout.", wantSix, "a user named so: jedisct1/pure-ftpd#175"},
		{"227", "", wantSix, "empty"},
		{"227", "Entering Passive Mode (10,0,0,5^", wantComma, "cut off"},
		{"227", "Entering Passive Mode (10,0,0,^300,19,137)", wantOctet, "octet"},
		{"227", "Entering Passive Mode (10,0,0,5^,0,0)", wantPort, "port 0"},

		{"228", "Entering Long Passive Mode (6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,4,1)", "[2001:db8::1]:1025", ""},
		{"228", "Entering Long Passive Mode 4,4,10,0,0,1,2,4,1", "10.0.0.1:1025", ""},
		{"228", "no", wantLong, ""},

		{"229", "Entering Extended Passive Mode (|||58612|)", "invalid AddrPort:58612", "sample: sv ftp-epsv"},
		{"229", "Entering Extended Passive Mode (!!!6446!)", "invalid AddrPort:6446", "any delimiter"},
		{"229", "Extended (EPSV) mode (|||6446|)", "invalid AddrPort:6446", "parentheses in prose"},
		{"229", "Entering Extended Passive Mode |||6446|", "invalid AddrPort:6446", "no parentheses"},
		{"229", "Entering Extended Passive Mode (|1|132.235.1.2|6275|)", "132.235.1.2:6275", "RFC 2428 forbids it"},
		{"229", "ok (|2|::1|6275|)", "[::1]:6275", "the same"},
		{"229", "ok (||192.0.2.1|6275|)", "192.0.2.1:6275", "no family"},
		{"229", "ok (|1||6275|)", "invalid AddrPort:6275", "no address"},
		{"229", "ok (|||^0|)", wantPort, "port 0"},
		{"229", "ok (|||^70000|)", wantPort, ""},
		{"229", "ok (|||6446^", wantDelimiter, "cut off"},
		{"229", "ok (|^3||6446|)", wantFamily, ""},
		{"229", "ok (||^x|6446|)", wantAddress, ""},
		{"229", "Entering Extended Passive Mode", wantExtended, "nothing there"},
	} {
		t.Run(tt.form+" "+tt.in, func(t *testing.T) {
			in, behind, marked := strings.Cut(tt.in, "^")
			offset := len(in)
			ap, err := parse[tt.form]([]byte(in + behind))
			if err == nil {
				got := ap.String()
				if !ap.Addr().IsValid() {
					got = "invalid AddrPort:" + netip.AddrPortFrom(netip.IPv4Unspecified(), ap.Port()).String()[8:]
				}
				if got != tt.want {
					t.Errorf("got %s, want %s: %s", got, tt.want, tt.reason)
				}
				return
			}
			e, ok := errors.AsType[*AnnouncementError](err)
			if !ok || e.Want != tt.want || e.Form != tt.form || ap.IsValid() {
				t.Fatalf("got %v, %v, want %s: %s", ap, err, tt.want, tt.reason)
			}
			if marked && e.Offset != offset {
				t.Errorf("offset %d, want %d: %v", e.Offset, offset, err)
			}
			if !strings.HasPrefix(err.Error(), "ftp: "+tt.form+": want ") {
				t.Errorf("message %q", err)
			}
		})
	}
}

func TestAnnouncementOf(t *testing.T) {
	for _, tt := range []struct {
		c    Command
		want string
		mode Mode
	}{
		{Command{Verb: "PORT", Argument: []byte("1,2,3,4,5,6")}, "1.2.3.4:1286", ModeActive},
		{Command{Verb: "EPRT", Argument: []byte("|2|::1|6|")}, "[::1]:6", ModeActive},
		{Command{Verb: "LPRT", Argument: []byte("4,4,1,2,3,4,2,5,6")}, "1.2.3.4:1286", ModeActive},
	} {
		a, err := tt.c.Announcement()
		if err != nil || a.Verb != tt.c.Verb || a.Endpoint.String() != tt.want || a.Mode() != tt.mode {
			t.Errorf("%v: %v %v", tt.c, a, err)
		}
	}
	for _, tt := range []struct {
		r    Reply
		verb string
		port uint16
	}{
		{Reply{Code: 227, Text: []byte("(1,2,3,4,0,6)")}, "PASV", 6},
		{Reply{Code: 228, Text: []byte("(4,4,1,2,3,4,2,0,6)")}, "LPSV", 6},
		{Reply{Code: 229, Text: []byte("(|||6|)")}, "EPSV", 6},
	} {
		a, err := tt.r.Announcement()
		if err != nil || a.Verb != tt.verb || a.Endpoint.Port() != tt.port || a.Mode() != ModePassive {
			t.Errorf("%v: %v %v", tt.r, a, err)
		}
	}
	if a, err := (Command{Verb: "RETR", Argument: []byte("1,2,3,4,5,6")}).Announcement(); err != nil || a != (Announcement{}) {
		t.Errorf("RETR announces %v, %v", a, err)
	}
	if a, err := (Reply{Code: 226, Text: []byte("(1,2,3,4,5,6)")}).Announcement(); err != nil || a != (Announcement{}) {
		t.Errorf("226 announces %v, %v", a, err)
	}
	if a, err := (Command{Verb: "PORT"}).Announcement(); err == nil || a.Verb != "PORT" || a.Endpoint.IsValid() {
		t.Errorf("empty PORT: %v, %v", a, err)
	}
}

func TestAppendNothing(t *testing.T) {
	six, none := netip.MustParseAddrPort("[::1]:21"), netip.AddrPort{}
	for name, got := range map[string][]byte{
		"PORT IPv6": AppendPORT(nil, six), "227 IPv6": Append227(nil, six),
		"EPRT none": AppendEPRT(nil, none), "LPRT none": AppendLPRT(nil, none), "228 none": Append228(nil, none),
	} {
		if len(got) != 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAnnouncementAllocs(t *testing.T) {
	dst := make([]byte, 0, 200)
	four, six := netip.MustParseAddrPort("192.0.2.1:5001"), netip.MustParseAddrPort("[2001:db8::1]:5001")
	port, eprt, lprt := AppendPORT(nil, four), AppendEPRT(nil, six), AppendLPRT(nil, six)
	t227, t228, t229 := Append227(nil, four), Append228(nil, six), Append229(nil, netip.AddrPortFrom(netip.Addr{}, 5001))
	n := testing.AllocsPerRun(100, func() {
		ParsePORT(port)
		ParseEPRT(eprt)
		ParseLPRT(lprt)
		Parse227(t227)
		Parse228(t228)
		Parse229(t229)
		AppendPORT(dst, four)
		AppendEPRT(dst, six)
		AppendLPRT(dst, six)
		Append227(dst, four)
		Append228(dst, six)
		Append229(dst, four)
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// FuzzAnnouncement holds that no input panics and that what was read is read
// again from print.
func FuzzAnnouncement(f *testing.F) {
	for _, seed := range []string{
		"1,2,3,4,5,6", "Entering Passive Mode (10,0,0,5,19,137).", "|1|132.235.1.2|6275|",
		"|2|1080::8:800:200C:417A|5282|", "(|||6446|)", "!2!::ffff:1.2.3.4!1!", "4,4,10,0,0,1,2,4,1",
		"6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,4,1", "227 (1,2,3", "(((((|||", "|2|fe80::1%1|1|", "114,115",
	} {
		f.Add([]byte(seed))
	}
	for _, line := range spoken(f).client {
		if c, ok := ParseCommand([]byte(strings.TrimRight(line, "\r\n"))); ok && len(c.Argument) > 0 {
			f.Add(c.Argument)
		}
	}
	for _, text := range replyTexts(f, 227, 228, 229) {
		f.Add([]byte(text))
	}
	type form struct {
		name  string
		parse func([]byte) (netip.AddrPort, error)
		print func([]byte, netip.AddrPort) []byte
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, form := range []form{
			{"PORT", ParsePORT, AppendPORT},
			{"EPRT", ParseEPRT, AppendEPRT},
			{"LPRT", ParseLPRT, AppendLPRT},
			{"227", Parse227, Append227},
			{"228", Parse228, Append228},
			{"229", Parse229, Append229},
		} {
			before := bytes.Clone(in)
			ap, err := form.parse(in)
			if !bytes.Equal(before, in) {
				t.Fatalf("%s changed its input", form.name)
			}
			if err != nil {
				e, ok := errors.AsType[*AnnouncementError](err)
				if !ok || e.Offset < 0 || e.Offset > len(in) || ap != (netip.AddrPort{}) {
					t.Errorf("%s %q: %v, %v", form.name, in, ap, err)
				}
				continue
			}
			if ap.Port() == 0 || ap.Addr().Is4In6() || ap.Addr().Zone() != "" {
				t.Errorf("%s %q: %v", form.name, in, ap)
			}
			printed := form.print(nil, ap)
			if again, err := form.parse(printed); err != nil || again != ap {
				t.Errorf("%s %q is %v, printed %q is %v, %v", form.name, in, ap, printed, again, err)
			}
		}
	})
}

func FuzzAddr(f *testing.F) {
	for _, seed := range []string{
		"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3::5", ":1", "1:",
		"::1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "1.2.3.4", "01.2.3.4", "1.2.3.256", "1..2.3",
		"1.2.3.4.5", "12345::", "::g", "1:2:3:4:5:6:7:8:9", "::abcF", "::1.2.3.4:5", "", "x", ".", ":", ":::",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		want, err := netip.ParseAddr(string(in))
		if want.Zone() != "" {
			return
		}
		got, ok := parseAddr(in)
		if ok != (err == nil) || (ok && got != want) {
			t.Errorf("parseAddr(%q) = %v, %v; netip says %v, %v", in, got, ok, want, err)
		}
	})
}
