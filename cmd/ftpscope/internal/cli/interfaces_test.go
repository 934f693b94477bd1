package cli

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live"
)

var someInterfaces = []live.Interface{
	{Name: "lo", Index: 1, Up: true, Running: true, Loopback: true, LinkType: capture.LinkEthernet, MayCapture: true, Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8"), netip.MustParsePrefix("::1/128")}},
	{Name: "eth0", Index: 2, Up: true, LinkType: capture.LinkEthernet, Hint: "ask\ntwice", Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.10/24")}},
	{Name: "wg\x1b0", Index: 3, LinkType: capture.LinkRaw, Hint: "ask\ntwice"},
	{Name: live.Any, LinkType: capture.LinkLinuxSLL2, MayCapture: true},
}

// TestInterfaces: the table, and the same for programs.
func TestInterfaces(t *testing.T) {
	for _, tt := range []struct {
		name             string
		args             []string
		all              []live.Interface
		err              error
		out, errOut, ret string
	}{
		{
			name: "text",
			all:  someInterfaces,
			out: `name     state       link        capture  addresses
lo       up          loopback    yes      127.0.0.1/8
                                          ::1/128
eth0     no carrier  ethernet    no       192.0.2.10/24
wg\x1b0  down        raw         no
any      -           linux-sll2  yes      all of the above
`,
			errOut: "hint: ask\nhint: twice\n",
		},
		{
			name: "json",
			args: []string{"--format", "json"},
			all:  someInterfaces[1:2],
			out: `{
  "interfaces": [
    {
      "name": "eth0",
      "index": 2,
      "up": true,
      "running": false,
      "loopback": false,
      "link_type": "ethernet",
      "addresses": [
        "192.0.2.10/24"
      ],
      "may_capture": false,
      "hint": "ask\ntwice"
    }
  ]
}
`,
		},
		{name: "json of none", args: []string{"--format", "json"}, out: "{\n  \"interfaces\": []\n}\n"},
		{name: "an error", err: errors.New("no netlink"), ret: "no netlink"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, out, errOut := testStreams("")
			cmd := newInterfaces(s, func() ([]live.Interface, error) { return tt.all, tt.err })
			cmd.SetArgs(slices.Concat([]string{}, tt.args))
			cmd.SilenceErrors, cmd.SilenceUsage = true, true
			ret := ""
			if err := cmd.Execute(); err != nil {
				ret = err.Error()
			}
			if out.String() != tt.out || errOut.String() != tt.errOut || ret != tt.ret {
				t.Errorf("error %q, standard error:\n%s\nstandard output:\n%s\nwant:\n%s", ret, errOut, out, tt.out)
			}
		})
	}
}

// TestLiveHints: who may not capture, or mistypes a name, is told what to do.
func TestLiveHints(t *testing.T) {
	denied := &live.PermissionError{Interface: "eth0", Hint: "one\ntwo", Err: errors.New("EPERM")}
	if got := hints(denied); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("got %q", got)
	}
	mistyped := &live.InterfaceError{Name: "eht0", Reason: "no such interface"}
	if got := hints(mistyped); len(got) != 1 || !strings.Contains(got[0], "ftpscope interfaces") {
		t.Errorf("got %q", got)
	}
}

// TestCompletesInterfaces: a flag knows the interfaces of this host.
func TestCompletesInterfaces(t *testing.T) {
	all, err := live.Interfaces()
	if err != nil || len(all) == 0 {
		t.Skipf("no interfaces: %v", err)
	}
	cmd := &cobra.Command{Use: "x"}
	cmd.Flags().String("interface", "", "")
	completesInterfaces(cmd, "interface")
	complete, ok := cmd.GetFlagCompletionFunc("interface")
	if !ok {
		t.Fatal("the flag doesn't complete")
	}
	words, directive := complete(cmd, nil, "")
	if len(words) != len(all) || !strings.HasPrefix(words[0], all[0].Name+"\t") || directive != cobra.ShellCompDirectiveNoFileComp {
		t.Errorf("got %q, %v", words, directive)
	}
}
