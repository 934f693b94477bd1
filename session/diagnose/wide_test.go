package diagnose_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/samples/samplestest"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// hosts of the dialogues here.
const twoHosts = `# Sessions one after the other.
host client 192.0.2.10 ttl 64 delay 20us
host server 198.51.100.20 ttl 57 delay 9ms
`

// login opens a control connection and logs in.
func login(name string, port int) string {
	return fmt.Sprintf(`
open %[1]s client:%[2]d > server:21
S:%[1]s< 220 ready
C:%[1]s> USER joe
S:%[1]s< 331 password
C:%[1]s> PASS secret
S:%[1]s< 230 logged in
`, name, port)
}

// logout closes it.
func logout(name string) string {
	return fmt.Sprintf("C:%[1]s> QUIT\nS:%[1]s< 221 bye\nfin %[1]s server\nwait 1s\n", name)
}

// passive is a transfer at a passive port; how says with which words before its
// packets, and "blocked" that its SYNs get no answer.
func passive(name string, port int, how string) string {
	announce := fmt.Sprintf("C:%[1]s> PASV\nS:%[1]s< 227 Entering Passive Mode (198,51,100,20,%d,%d).\n", name, port/256, port%256)
	data := fmt.Sprintf("d%s%d", name, port)
	switch how {
	case "blocked":
		return announce + fmt.Sprintf("syn %s client:%d > server:%d linux 6\nwait 20s\n", data, port-9000, port)
	case "never":
		return announce + fmt.Sprintf("C:%[1]s> LIST\nping client > server\nwait 60s\nS:%[1]s< 425 Failed to establish connection.\n", name)
	}
	return announce + fmt.Sprintf("%[4]s open %[3]s client:%[5]d > server:%[2]d\nC:%[1]s> LIST\nS:%[1]s< 150 here\n%[4]s send %[3]s server 100\n%[4]s fin %[3]s server\nS:%[1]s< 226 done\n", name, port, data, how, port-9000)
}

func compiled(t *testing.T, text string) report {
	t.Helper()
	pcap, err := samplestest.Compile("sessions.ftp", text)
	if err != nil {
		t.Fatal(err)
	}
	r := analyze(t, pcap, diagnose.Config{})
	checkAll(t, r)
	return r
}

func coded(r report, code diagnose.Code) []*diagnose.Finding {
	var out []*diagnose.Finding
	for _, f := range r.findings {
		if f.Code == code {
			out = append(out, f)
		}
	}
	return out
}

// TestWithdrawn wants findings taken back that a later session proves to be
// claims about what the capture cannot show.
func TestWithdrawn(t *testing.T) {
	text := twoHosts + login("a", 40001) + passive("a", 50001, "never") + logout("a") +
		login("b", 40002) + passive("b", 50002, "unseen") + logout("b")
	r := compiled(t, text)
	never, blind := coded(r, diagnose.PassiveNoAttempt), coded(r, diagnose.CaptureControlOnly)
	if len(never) != 1 || len(blind) != 1 {
		t.Fatalf("%d and %d findings", len(never), len(blind))
	}
	f := blind[0]
	if f.Session != "" || f.Severity != diagnose.Warning || !slices.Equal(f.Withdraws, []string{never[0].ID}) {
		t.Errorf("session %q, %s, withdraws %v, want %s", f.Session, f.Severity, f.Withdraws, never[0].ID)
	}

	// Where the capture shows data connections of that server, nothing is taken back.
	text += login("c", 40003) + passive("c", 50003, "") + logout("c")
	if blind := coded(compiled(t, text), diagnose.CaptureControlOnly); len(blind) != 0 {
		t.Errorf("found all the same: %s", blind[0].Observation.Text)
	}
}

// TestRangeAtEnd wants the range of ports found where the sessions that went
// well came last, and once only where a session says it.
func TestRangeAtEnd(t *testing.T) {
	for _, tt := range []struct {
		order string // b: a blocked transfer at a high port, o: one that went well at a low one
		where []bool // found in a session, for each finding
	}{
		{"boboooo", []bool{false}},
		{"oooobob", []bool{true}},
		{"bbbb", nil},
		{"bbbboooo", nil}, // one change in time tells as much as the number of the port
	} {
		t.Run(tt.order, func(t *testing.T) {
			text := twoHosts
			for i, kind := range tt.order {
				name, port, how := string(rune('a'+i)), 50001+i, ""
				if kind == 'b' {
					port, how = 50101+i, "blocked"
				}
				text += login(name, 40001+i) + passive(name, port, how) + logout(name)
			}
			var where []bool
			for _, f := range coded(compiled(t, text), diagnose.PassivePortRange) {
				where = append(where, f.Session != "")
				if f.Severity != diagnose.Warning || f.Count == 0 || len(f.Transfers) == 0 {
					t.Errorf("%s, %d times, %v: %s", f.Severity, f.Count, f.Transfers, f.Observation.Text)
				}
			}
			if !slices.Equal(where, tt.where) {
				t.Errorf("found in a session: %v, want %v", where, tt.where)
			}
		})
	}
}

// TestNeeds wants what a firewall has to allow for a session.
func TestNeeds(t *testing.T) {
	text := twoHosts + login("a", 40001) + passive("a", 50001, "") + passive("a", 50009, "blocked") + `C:a> PASV
S:a< 227 Entering Passive Mode (198,51,100,20,200,1).
C:a> PORT 192,0,2,10,152,211
S:a< 200 PORT command successful.
C:a> LIST
open act server:20 > client:39123
S:a< 150 here
send act server 100
fin act server
S:a< 226 done
C:a> PORT 192,0,2,10,152,212
S:a< 500 Illegal PORT command.
` + logout("a")
	r := compiled(t, text)
	var got []string
	for _, n := range r.explained[0].Needs {
		got = append(got, fmt.Sprintf("%s %s:%d > %s:%d-%d ×%d %v", n.What, n.From, n.FromPort, n.To, n.Low, n.High, n.Count, n.Transfers))
	}
	want := []string{
		"control connection 192.0.2.10:0 > 198.51.100.20:21-21 ×5 []",
		"data connection, passive 192.0.2.10:0 > 198.51.100.20:50001-50009 ×2 [s1.t1 s1.t2]",
		"data connection, active 198.51.100.20:20 > 192.0.2.10:39123-39123 ×1 [s1.t4]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
