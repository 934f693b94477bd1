package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// mask stands for a secret, whatever its length.
const mask = "********"

// secretVerbs are the commands whose argument is a secret (RFC 959 section
// 4.1.1). The e-mail address that anonymous users give is one as well.
var secretVerbs = []string{"PASS", "ACCT"}

// secretKey is how much of a secret is compared with a reply: what begins like a
// longer one is hidden up to the end of its line.
const secretKey = 32

// masker hides the secrets of one session. Its zero value hides nothing.
type masker struct {
	hide    bool
	secrets map[secret]bool // true if it goes on behind the key
	lengths []int           // of the keys, the longest first
}

// secret is what the argument of a verb begins with.
type secret struct {
	verb string
	key  string // in lower case, at most secretKey bytes
}

// manySecrets is how many may be forgotten one by one: a map stays as large as it
// has ever been.
const manySecrets = 64

// newMasker knows the secrets of a session, as the others saw it too.
func newMasker(s *session.Session, hide bool, others ...*session.Session) *masker {
	m := &masker{}
	m.reset(s, hide, others)
	return m
}

// reset forgets the secrets of one session and learns those of another.
func (m *masker) reset(s *session.Session, hide bool, others []*session.Session) {
	if len(m.secrets) > manySecrets {
		m.secrets = nil
	}
	clear(m.secrets)
	m.hide, m.lengths = hide, m.lengths[:0]
	if !hide {
		return
	}
	m.learnAll(s)
	for _, one := range others {
		m.learnAll(one)
	}
}

func (m *masker) learnAll(s *session.Session) {
	for i := range s.Commands {
		m.learn(s.Commands[i].Verb, s.Commands[i].Argument)
	}
}

// learn takes a command that may hold a secret.
func (m *masker) learn(verb, argument string) {
	words := argument
	if !slices.Contains(secretVerbs, verb) {
		var ok bool
		if _, verb, words, ok = hiddenCommand(verb, argument); !ok {
			return
		}
	}
	words = strings.Trim(words, blanks)
	m.remember(verb, words)
	if !isPlain(words) {
		quoted := strconv.Quote(words) // as findings repeat it
		m.remember(verb, quoted[1:len(quoted)-1])
	}
}

func (m *masker) remember(verb, words string) {
	if words == "" {
		return
	}
	one := secret{verb, lower(words[:min(len(words), secretKey)])}
	if m.secrets == nil {
		m.secrets = make(map[secret]bool)
	}
	m.secrets[one] = m.secrets[one] || len(one.key) < len(words)
	if !slices.Contains(m.lengths, len(one.key)) {
		m.lengths = append(m.lengths, len(one.key))
		slices.SortFunc(m.lengths, func(a, b int) int { return b - a })
	}
}

// argument returns what to print for a command's argument. An empty secret
// stays empty: that it is empty is worth knowing and nothing to protect.
func (m *masker) argument(verb, argument string) string {
	switch {
	case !m.hide || argument == "":
		return argument
	case slices.Contains(secretVerbs, verb):
		return mask
	}
	if before, verb, secret, ok := hiddenCommand(verb, argument); ok && strings.Trim(secret, blanks) != "" {
		return before + verb + " " + mask
	}
	return argument
}

// blanks may stand around a secret without being part of it.
const blanks = " \t\r\n"

// hiddenCommand finds a command with a secret in the argument of another one:
// of a line that has no verb, since something else than a blank follows it
// ("PASS\tsecret"), of SITE, or of a verb that nobody knows ("QUOTE PASS
// secret"). Of a known verb the argument is what it is meant to be, such as the
// name of a file: "RETR pass 2.txt".
func hiddenCommand(of, argument string) (before, verb, secret string, ok bool) {
	at := 0
	for at < len(argument) && !letter(argument[at]) {
		at++
	}
	if verb = secretVerb(argument[at:]); verb == "" {
		return "", "", "", false
	}
	if _, known := ftp.LookupVerb([]byte(of)); known && of != "SITE" {
		return "", "", "", false
	}
	return argument[:at], verb, argument[at+len(verb)+1:], true
}

// secretVerb is the verb that a text begins with, if a secret may follow.
func secretVerb(s string) string {
	for _, verb := range secretVerbs {
		if n := len(verb); len(s) > n && !letter(s[n]) && strings.EqualFold(s[:n], verb) {
			return verb
		}
	}
	return ""
}

// secretInitials has the letters that secretVerbs begin with, of both cases.
var secretInitials = func() (set [256]bool) {
	for _, verb := range secretVerbs {
		set[verb[0]], set[verb[0]|0x20] = true, true
	}
	return set
}()

// nextSecretVerb is where the next verb stands that a secret may follow, or -1.
func nextSecretVerb(text string, from int) (at int, verb string) {
	for at = from; at < len(text); at++ {
		if !secretInitials[text[at]] {
			continue
		}
		if verb = secretVerb(text[at:]); verb != "" {
			return at, verb
		}
	}
	return -1, ""
}

// reply returns what to print for the text of a reply. Servers repeat commands
// that they do not understand:
//
//	500 'PASS secret': command not understood.
//
// The secret alone is not looked for: where it is also the name of the user or
// of a file, asterisks in its place would tell it.
func (m *masker) reply(text string) string {
	if len(m.secrets) == 0 {
		return text
	}
	at, verb := nextSecretVerb(text, 0)
	if at < 0 {
		return text
	}
	var out strings.Builder
	folded, done := lower(text), 0
	for ; at >= 0; at, verb = nextSecretVerb(text, at) {
		end := m.secretEnd(verb, folded, at+len(verb)+1)
		if end == 0 {
			at++
			continue
		}
		out.WriteString(text[done:at] + verb + " " + mask)
		done, at = end, end
	}
	return out.String() + text[done:]
}

// said returns what to print for a sentence that may quote a reply. Quotes are
// cut where they are long, be it within a secret: "PASS s3c…".
func (m *masker) said(text string) string {
	text = m.reply(text)
	if len(m.secrets) == 0 || !strings.Contains(text, "…") {
		return text
	}
	var out strings.Builder
	folded, done := lower(text), 0
	for at, verb := nextSecretVerb(text, 0); at >= 0; at, verb = nextSecretVerb(text, at+1) {
		rest := strings.TrimLeft(folded[at+len(verb)+1:], blanks)
		head, _, ok := strings.Cut(rest, "…")
		if ok && m.begins(verb, head) {
			out.WriteString(text[done:at] + verb + " " + mask)
			done = len(text) - len(rest) + len(head)
			at = done - 1
		}
	}
	return out.String() + text[done:]
}

// begins reports whether a secret of a verb begins like this.
func (m *masker) begins(verb, head string) bool {
	for one := range m.secrets {
		if head != "" && one.verb == verb && strings.HasPrefix(one.key, head) {
			return true
		}
	}
	return false
}

// secretEnd is where the longest secret of a verb ends that stands at a place of
// a text in lower case, after any blanks; or 0.
func (m *masker) secretEnd(verb, text string, at int) int {
	rest := strings.TrimLeft(text[at:], blanks)
	at = len(text) - len(rest)
	for _, n := range m.lengths {
		if n > len(rest) {
			continue
		}
		more, ok := m.secrets[secret{verb, rest[:n]}]
		if !ok {
			continue
		}
		if more {
			line, _, _ := strings.Cut(rest, "\n")
			n = len(line)
		}
		return at + n
	}
	return 0
}

func letter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

// lower turns ASCII letters only, so the length stays.
func lower(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) < 0 {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
