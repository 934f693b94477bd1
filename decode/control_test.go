package decode

import (
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// record is a TLS record with a body of n bytes that look like text.
func record(kind byte, n int) string {
	return string([]byte{kind, 3, 3, byte(n >> 8), byte(n)}) + strings.Repeat("5\r\n ", n/4+1)[:n]
}

var (
	clientHello = "\x16\x03\x01\x00\x20\x01" + strings.Repeat("x", 31)
	serverHello = "\x16\x03\x03\x00\x20\x02" + strings.Repeat("y", 31)
)

// secured is a control connection that speaks TLS.
func secured() *script {
	return opened().server("220 hi\r\n").client("AUTH TLS\r\n").server("234 go ahead\r\n").client(clientHello).server(serverHello)
}

var securedSaid = []string{"S 220 hi", "C AUTH TLS", "S 234 go ahead", "C secured", "S secured"}

func TestControlTLS(t *testing.T) {
	tests := []struct {
		name, why string
		s         *script
		want      []string
	}{
		{"records", "what they hold is nobody's line", secured().client(record(23, 90)).server(record(23, 900)), nil},
		{
			"record in pieces", "TCP cuts where it likes, also in the header",
			func() *script {
				s := secured()
				for _, b := range record(23, 50) + record(23, 7) {
					s.send(client, flagACK, string([]byte{byte(b)}))
				}
				return s.client("NOOP\r\n")
			}(),
			[]string{"C NOOP"},
		},
		{
			"CCC", "the control connection goes back to clear text",
			secured().client(record(23, 40)).server(record(23, 40)).client("PASV\r\n").server("227 ok\r\n"),
			[]string{"C PASV", "S 227 ok"},
		},
		{
			"CCC in the segment of a record", "the alert and the text travel together",
			secured().server(record(21, 26) + "227 ok\r\n"),
			[]string{"S 227 ok"},
		},
		{
			"TLS again after CCC", "AUTH TLS can be sent again",
			secured().client("AUTH TLS\r\n").server("234 again\r\n").client(clientHello).server(record(22, 9)),
			[]string{"C AUTH TLS", "S 234 again", "C secured", "S secured"},
		},
		{
			"500 OOPS", "vsftpd's child writes its last words without TLS",
			secured().server(record(23, 60)).server("500 OOPS: vsf_sysutil_bind\r\n"),
			[]string{"S 500 OOPS: vsf_sysutil_bind"},
		},
		{
			"gap within a record", "its length is known, so the next one is found",
			func() *script {
				s := secured()
				r := record(23, 100)
				return s.server(r[:20]).lost(server, r[20:60]).server(r[60:] + "500 OOPS: bye\r\n")
			}(),
			[]string{"S gap 40", "S 500 OOPS: bye"},
		},
		{
			"gap beyond a record", "out of step until a segment begins with a record",
			func() *script {
				s := secured()
				r := record(23, 100)
				return s.server(r[:20]).lost(server, r[20:]+r[:50]).server(r[50:]).server(r + "500 OOPS: bye\r\n")
			}(),
			[]string{"S gap 135", "S 500 OOPS: bye"},
		},
		{
			"gap beyond a record, then text", "or with text",
			func() *script {
				s := secured()
				r := record(23, 100)
				return s.server(r[:20]).lost(server, r[20:]+r[:50]).server("\x80" + r[51:]).server("500 OOPS: bye\r\n")
			}(),
			[]string{"S gap 135", "S 500 OOPS: bye"},
		},
		{
			"gap before text", "the end of a line is no line",
			func() *script {
				s := secured()
				return s.server(record(23, 9)).lost(server, record(23, 9)+"500 OO").server("PS: bye\r\n").server("500 more\r\n")
			}(),
			[]string{"S gap 20", "S 500 more"},
		},
		{
			"cut off records", "a short snap length: each record is known by its header",
			func() *script {
				s := secured()
				for range 3 {
					s.server(record(23, 100))
					s.segs[len(s.segs)-1].cut = 90
				}
				return s.server("500 OOPS: bye\r\n")
			}(),
			[]string{"S gap 90", "S gap 90", "S gap 90", "S 500 OOPS: bye"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			p := play(t, Limits{}, nil, tt.s.segs...)
			p.wantSaid(slices.Concat(securedSaid, tt.want)...)
			equal(t, "TLS", p.conn().TLS, true)
		})
	}
}

func TestImplicitTLS(t *testing.T) {
	s := newScript()
	s.ends[server] = onPort(s.ends[server], 990)
	s.handshake().client(clientHello).server(serverHello).client(record(23, 30)).server(record(23, 30))
	play(t, Limits{}, nil, s.segs...).wantSaid("C secured", "S secured")
}

func TestControlLines(t *testing.T) {
	cutBy := func(s *script, n int) *script {
		s.segs[len(s.segs)-1].cut = n
		return s
	}
	hi := func() *script { return opened().server("220 hi\r\n") }
	tests := []struct {
		name, why string
		s         *script
		want      []string
	}{
		{"ABOR in three segments", "interrupt, data mark, command", hi().client("\xff\xf4").client("\xff\xf2").client("ABOR\r\n"), []string{"C !ABOR"}},
		{"ABOR with urgent byte", "the mark travels with the command", hi().client("\xff\xf4\xff").client("\xf2ABOR\r\n"), []string{"C !ABOR"}},
		{"ABOR plain", "many clients send it so", hi().client("ABOR\r\n"), []string{"C ABOR"}},
		{"command that is none", "the server answers it all the same", hi().client("?what\r\n").server("500 what\r\n"), []string{"C  ?what", "S 500 what"}},
		{"empty lines", "nobody answers them", hi().client("\r\n").client("NOOP\r\n").server("\r\n").server("200 ok\r\n"), []string{"C NOOP", "S 200 ok"}},
		{
			"pipelined", "two commands in a segment, two replies in another",
			hi().client("PASV\r\nRETR a\r\n").server("227 ok\r\n150 here\r\n"),
			[]string{"C PASV", "C RETR a", "S 227 ok", "S 150 here"},
		},
		{"line cut by the snap length", "what is there is told, and that it is cut", cutBy(hi().client("RETR a-long-name\r\n"), 9).client("NOOP\r\n"), []string{"C RETR a-lo (cut)", "C gap 9", "C NOOP"}},
		{"only the line end is cut", "its gap is no line", cutBy(hi().client("NOOP\r\n"), 2).server("200 ok\r\n"), []string{"C NOOP  (cut)", "C gap 2", "S 200 ok"}},
		{"all cut", "nothing is there but the size", cutBy(hi().client("NOOP\r\n"), 6).server("200 ok\r\n"), []string{"C gap 6", "S 200 ok"}},
		{"reply cut", "likewise", cutBy(hi().client("PASV\r\n").server("227 Entering Passive Mode (1,2,3,4,5,6)\r\n"), 12), []string{"C PASV", "S 227 Entering Passive Mode (1, (cut)", "S gap 12"}},
		{
			"multi-line reply with a gap", "its end closes it, and it is marked",
			hi().client("FEAT\r\n").server("211-Features\r\n EPSV\r\n").lost(server, " SIZE\r\n").server("211 end\r\n").client("NOOP\r\n").server("200 ok\r\n"),
			[]string{"C FEAT", "S gap 7", "S 211 Features| EPSV|end (cut)", "C NOOP", "S 200 ok"},
		},
		{
			"multi-line reply that never ends", "the reply to the next command ends it",
			hi().client("PASS x\r\n").server("230-Welcome\r\n").client("SYST\r\n").server("215 UNIX\r\n"),
			[]string{"C PASS x", "C SYST", "S 230 Welcome", "S 215 UNIX"},
		},
		{
			"multi-line reply with another code in it", "no command came: it is text",
			hi().client("PASS x\r\n").server("230-Welcome\r\n").server("215 is not a reply\r\n").server("230 in\r\n"),
			[]string{"C PASS x", "S 230 Welcome|215 is not a reply|in"},
		},
		{
			"multi-line reply at the end of the capture", "what is there is told",
			hi().client("PASS x\r\n").server("230-Welcome\r\n more\r\n"),
			[]string{"C PASS x", "S 230 Welcome| more"},
		},
		{"line at the end of the capture", "likewise", hi().client("RETR na"), []string{"C RETR na (cut)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Log("why:", tt.why)
			play(t, Limits{}, nil, tt.s.segs...).wantSaid(slices.Concat([]string{"S 220 hi"}, tt.want)...)
		})
	}
}

// What a line had received before it was said is what pairs replies.
func TestOffsetsAndAcknowledgments(t *testing.T) {
	s := opened().server("220 hi\r\n").client("PASS x\r\n").server("230-Welcome\r\n").client("SYST\r\n").server("215 UNIX\r\n")
	p := play(t, Limits{}, nil, s.segs[:3]...)
	type place struct {
		what          string
		offset, acked int64
		frame         int64
	}
	var got []place
	for _, g := range s.segs[3:] {
		p.frame.Number++
		p.frame.Data = g.ip()
		p.frame.Length = len(p.frame.Data)
		p.Decode(&p.frame, func(ev *ftp.Event) {
			switch ev.Kind {
			case ftp.EventCommand:
				got = append(got, place{ev.Command.Verb, ev.Offset, ev.Acked, ev.Frame})
			case ftp.EventReply:
				got = append(got, place{string(ev.Reply.Text), ev.Offset, ev.Acked, ev.Frame})
			}
		})
	}
	want := []place{{"hi", 8, 0, 4}, {"PASS", 8, 8, 5}, {"SYST", 14, 21, 7}, {"Welcome", 21, 8, 6}, {"UNIX", 31, 14, 8}}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
