// Command mksamples writes the captures and README.md of the samples
// directory, in which it is to be run.
package main
