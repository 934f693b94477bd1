package labtest

import (
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
)

// Space is a network namespace: one host.
type Space struct {
	name string
}

// argv is a command line that runs in the namespace.
func (s *Space) argv(argv []string) []string {
	return append([]string{"ip", "netns", "exec", s.name}, argv...)
}

// Do runs a program in the namespace to its end; the error holds what it said.
func (s *Space) Do(argv ...string) error {
	return command(s.argv(argv)...)
}

// Output runs a program in the namespace until it ends or ctx does, and returns
// all that it said, also after an error.
func (s *Space) Output(ctx context.Context, argv ...string) ([]byte, error) {
	argv = s.argv(argv)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w", strings.Join(argv[4:], " "), err)
	}
	return out, err
}

// Port is one end of a link.
type Port struct {
	Space     *Space
	Interface string
	Addresses []netip.Prefix
}

// mac is the address of the interface: made of its first IP address, so that
// captures of several runs are alike.
func (p Port) mac() string {
	b := p.Addresses[0].Addr().AsSlice()
	b = b[len(b)-4:]
	return fmt.Sprintf("02:00:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}

// Link joins two namespaces by a pair of interfaces that are up and have their
// addresses. Each end knows the other's hardware address, so that no ARP and no
// neighbour discovery is on the wire.
func Link(a, b Port) error {
	err := command("ip", "link", "add", a.Interface, "netns", a.Space.name, "address", a.mac(), "type", "veth",
		"peer", "name", b.Interface, "netns", b.Space.name, "address", b.mac())
	if err != nil {
		return err
	}
	for _, ends := range [][2]Port{{a, b}, {b, a}} {
		if err := ends[0].configure(ends[1]); err != nil {
			return err
		}
	}
	return nil
}

// configure sets up one end of a link.
func (p Port) configure(other Port) error {
	batch := []string{"link set dev " + p.Interface + " up"}
	for _, addr := range p.Addresses {
		line := "addr add " + addr.String() + " dev " + p.Interface
		if addr.Addr().Is6() {
			line += " nodad"
		}
		batch = append(batch, line)
	}
	for _, addr := range other.Addresses {
		batch = append(batch, fmt.Sprintf("neigh replace %s lladdr %s dev %s nud permanent", addr.Addr(), other.mac(), p.Interface))
	}
	cmd := exec.Command("ip", "-netns", p.Space.name, "-batch", "-")
	cmd.Stdin = strings.NewReader(strings.Join(batch, "\n") + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip -batch: %w: %s\n%s", err, out, strings.Join(batch, "\n"))
	}
	return nil
}
