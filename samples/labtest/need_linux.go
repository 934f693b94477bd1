package labtest

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Missing says why no lab can be made here with the named programs besides ip and
// sysctl; it is empty where one can.
func Missing(programs ...string) string {
	if os.Geteuid() != 0 {
		return "network namespaces need root"
	}
	var absent []string
	for _, name := range append([]string{"ip", "sysctl"}, programs...) {
		if _, err := exec.LookPath(name); err != nil {
			absent = append(absent, name)
		}
	}
	if len(absent) > 0 {
		return "not installed: " + strings.Join(absent, ", ")
	}
	// Some containers have root without the right to make namespaces.
	name := fmt.Sprintf("%s%d-try", prefix, os.Getpid())
	if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
		return "no network namespace can be made here: " + strings.TrimSpace(string(out))
	}
	if out, err := exec.Command("ip", "netns", "delete", name).CombinedOutput(); err != nil {
		return "a network namespace cannot be deleted: " + strings.TrimSpace(string(out))
	}
	return ""
}
