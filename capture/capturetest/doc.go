// Package capturetest serves the tests of packages that read captures: a
// [capture.Source] in memory, and captures made of frames.
//
// The source is as strict as the real one. Frame data is borrowed there, so
// here it is overwritten as soon as the loop goes on.
package capturetest
