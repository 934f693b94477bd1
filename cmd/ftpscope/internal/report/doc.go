// Package report turns sessions into what people and programs read: one
// document (JSON), a stream of its parts (NDJSON), or text.
//
// [Document] and the types below it are the contract with other programs: keys
// keep their order and their names, fields may be added. [Builder] fills them
// from sessions and captures without doing anything else, and [Encode] writes
// them. [Stream] writes the same bytes straight from the sessions, since there
// may be many, and [Text] what people read.
//
// # Words from the wire
//
// Captures are hostile input. The argument of PASS and ACCT is replaced by
// asterisks unless the user asks for it, also where a reply repeats it or the
// command is part of a line that is no command. Bytes
// that are not valid UTF-8 are read as Latin-1 in JSON, byte by byte, which is
// right for old servers and never loses a byte; in text they stand as \xff.
// Control characters and characters that turn the direction of writing reach
// no terminal: both kinds of output escape them.
package report
