package report

import "strings"

// mask stands for a secret, whatever its length.
const mask = "********"

// secretVerbs are the commands whose argument is a secret (RFC 959 section
// 4.1.1). The e-mail address that anonymous users give is one as well.
var secretVerbs = map[string]bool{"PASS": true, "ACCT": true}

// masker hides the secrets of one session. Its zero value hides nothing.
type masker struct {
	hide bool
	seen []string // commands with a secret so far: "PASS secret"
}

// argument returns what to print for a command's argument. An empty secret
// stays empty: that it is empty is worth knowing and nothing to protect.
func (m *masker) argument(verb, argument string) string {
	if !m.hide || !secretVerbs[verb] || argument == "" {
		return argument
	}
	m.seen = append(m.seen, verb+" "+argument)
	return mask
}

// reply returns what to print for the text of a reply. Servers repeat commands
// that they do not understand:
//
//	500 'PASS secret': command not understood.
//
// The secret alone is not looked for: where it is also the name of the user or
// of a file, asterisks in its place would tell it.
func (m *masker) reply(text string) string {
	for _, command := range m.seen {
		verb, _, _ := strings.Cut(command, " ")
		for {
			at := indexFold(text, command)
			if at < 0 {
				break
			}
			text = text[:at] + verb + " " + mask + text[at+len(command):]
			if strings.HasPrefix(mask, command[len(verb)+1:]) {
				break // the secret is made of asterisks
			}
		}
	}
	return text
}

// indexFold is strings.Index without regard to the case of ASCII letters.
func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}
