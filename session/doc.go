// Package session turns the events of control and data connections into
// sessions and transfers: it pairs replies with commands, ties announcements to
// the data connections that came of them, and says what became of each transfer.
//
// It is a state machine on the frames' time: it reads no clock, starts no
// goroutine, knows no packet library, file or screen, and imports only
// decode/ftp. The same events give the same sessions. Everything it keeps is
// bounded by Limits. See DESIGN.md for the rules of matching.
package session
