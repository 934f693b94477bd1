// Package capturetest serves the tests of packages that read captures: a
// [capture.Source] in memory, and captures made of frames.
//
// The source is as strict as the real one. Frames and their data are borrowed
// there, so here they are overwritten as soon as the loop goes on.
package capturetest
