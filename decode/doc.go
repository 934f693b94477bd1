// Package decode turns frames into events: it takes the link, network and TCP
// layers off, follows the TCP connections that matter to FTP, puts the bytes of
// control connections in order and cuts them into commands and replies.
//
// Most packets of a capture belong to nobody. The doorman (doorman.go) tells
// from the raw bytes whether a packet belongs to a connection that is followed;
// if not, it asks Interest.
//
// The package lives on the frames' time: it reads no clock, starts no
// goroutine, and never panics on what a capture holds. Everything it keeps is
// bounded by Limits. See DESIGN.md for why the streams are our own.
package decode
