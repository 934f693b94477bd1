// Package compare holds captures of the same traffic, taken at different points
// of its path, against each other. It finds out which connections are the same,
// through NAT and other rewriting, how far the clocks are apart, and in which
// order the points lie between client and server; then, for every transfer, what
// each point saw of it, and on which stretch of the path a packet was lost,
// answered by somebody else, or changed.
//
// It is pure: it reads what the decoder and the tracker found in each capture.
// See DESIGN.md for what counts as proof.
package compare
