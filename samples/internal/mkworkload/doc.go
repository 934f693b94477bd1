// Command mkworkload writes a capture to measure with: go run ./samples/internal/mkworkload
// NAME [SCALE] >FILE. Without a name it lists them.
package main
