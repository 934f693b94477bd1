// Package samplestest compiles dialogues written in a test into captures, in
// memory. The language is that of the samples: see samples/internal/gen/doc.go.
package samplestest
