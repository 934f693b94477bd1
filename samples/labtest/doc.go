// Package labtest makes small networks of Linux network namespaces, in which the
// tests and measurements of the live part run real programs: a client, a router
// with a firewall, a server. It needs root and the commands ip and sysctl, and is
// empty on other systems.
//
// What it makes it takes away again: the namespaces, and the processes in them. It
// never touches the network of the machine itself.
package labtest
