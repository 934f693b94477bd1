// Package diagnose explains what went wrong in a session: it makes findings from
// what the tracker knows, and nothing else. It knows no clock, no file and no
// screen; the same session gives the same findings.
//
// A rule is a pure function from a subject, which is one transfer or a session
// as a whole, to a finding or nil. Each stands in a file of its own, named after
// its code. The table in precedence.go says in which order they are asked, which
// attach to others as their cause, and which may speak of a transfer that went
// well. Vetoes are asked first: what a capture cannot show, no rule may claim. They
// stand in files named capture_….go, with what is said of the capture at its end.
//
// An observation is certain or not made. A location rests on where the capture
// was taken (vantage.go) and on who answered (answerer.go). A cause is likely at
// best, unless somebody said it.
package diagnose
