// Package policy holds the house rules of ftpscope as tests: which package may
// import which, where time comes from, who may print, what is documented, that
// README.md's commands run and show what they say. It holds no code of the
// program and nothing imports it.
//
// A rule fails with its reason, and when it finds nothing to check. Each one is
// itself tested with planted violations: see planted_test.go.
package policy
