// Command burst measures what a live capture keeps up with: it sends a million
// frames over a pair of interfaces as fast as one processor can, and has ftpscope
// sniff and tcpdump receive them on the other, one after the other. See .ci/burst.
//
// The frames are those of the workload bulk, so it is known what must be said of
// them. They travel in namespaces of its own; it needs root.
package main
