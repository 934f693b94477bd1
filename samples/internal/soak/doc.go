// Command soak shows whether a live capture can go on for weeks: for many minutes
// it has 200 FTP sessions a second over real TCP, one transfer in fifty of which a
// packet filter drops, while ftpscope sniff watches, and prints how much memory that
// takes by then. See .ci/soak.
//
// Server and client are small ones of its own, in namespaces of its own; it needs
// root.
package main
