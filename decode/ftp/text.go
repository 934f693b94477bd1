package ftp

import "bytes"

// Quoted257 reads the path in the text of a reply to PWD or MKD.
//
//	257<space>"<directory-name>"<space><commentary>
//
// A quote in the name is doubled: 257 "/usr/dm/foo""bar" directory created.
//
// https://www.rfc-editor.org/rfc/rfc959#page-63
func Quoted257(text []byte) (path string, ok bool) {
	_, rest, ok := bytes.Cut(text, []byte{'"'})
	if !ok {
		return "", false
	}
	var name []byte
	for i := 0; i < len(rest); i++ {
		if rest[i] == '"' {
			if i+1 == len(rest) || rest[i+1] != '"' {
				return string(name), true
			}
			i++
		}
		name = append(name, rest[i])
	}
	return "", false
}

// STOUName finds the name that the server chose, in the replies to STOU. Most
// servers say it in the first reply:
//
//	125 FILE: pppp
//	150 FILE: pppp
//
// https://www.rfc-editor.org/rfc/rfc1123#section-4.1.2.9
//
// Sample: sv firewall-118-ftp-stou-no-filename-active, "125 FILE: ftpd.lk2m3y98".
// Descendants of BSD's ftpd say it in the last:
//
//	226 Transfer complete (unique file name:pppp).
func STOUName(code int, text []byte) (name string, ok bool) {
	var found []byte
	switch code {
	case 125, 150:
		const label = "FILE:"
		if len(text) < len(label) || !bytes.EqualFold(text[:len(label)], []byte(label)) {
			return "", false
		}
		found, _, _ = bytes.Cut(text[len(label):], []byte{'\n'})
	case 226, 250:
		_, rest, _ := bytes.Cut(text, []byte("(unique file name:"))
		rest, _, _ = bytes.Cut(rest, []byte{'\n'})
		found = rest[:max(0, bytes.LastIndexByte(rest, ')'))]
	}
	found = bytes.Trim(found, " ")
	return string(found), len(found) > 0
}
