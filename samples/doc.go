// Package samples holds small captures of FTP with known content, built into
// the program: for demonstrations and tests. Each is made from a dialogue in
// text; see README.md for what there is.
package samples
