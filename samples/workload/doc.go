// Package workload makes large captures by which to measure ftpscope: the same
// name and scale make the same bytes. They serve .ci/bench and, at small scales,
// the benchmarks of the other packages.
//
// A capture is made of actors, each of which tells one conversation from its
// beginning to its end on a clock of its own; they are merged by time. Actors are
// drawn and begun as their time comes, so that a capture of any length is written
// from little memory.
package workload
