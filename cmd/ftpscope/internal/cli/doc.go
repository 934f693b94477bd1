// Package cli is the command line of ftpscope: one file for each command, and
// what they share.
//
// # What the program says
//
// The report goes to standard output, everything else to standard error with
// "ftpscope: " before it, in lower case and without a full stop. An error says
// what and where; lines that begin with "hint: " say what to do about it. Only
// this package gives hints.
//
// A command is a function that makes a *cobra.Command, an options struct that
// its flags fill, and a function that runs on the options and knows nothing of
// flags. [Streams] carries the three streams and what is known of the
// terminal: nothing else touches os.Stdin, os.Stdout or os.Stderr.
package cli
