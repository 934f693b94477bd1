package ftp

import "strconv"

// Verb is what is known of the first word of a command.
type Verb struct {
	Name      string    // upper case
	RFC       int       // number of the RFC that defines it; 0 for a draft or a habit
	Section   string    // where in the RFC, may be empty
	Direction Direction // of the data; DirectionNone if it needs no data connection
	Mode      Mode      // of the data connection that it announces or asks an announcement for
	marks     []int     // reply codes that point to it, see Characteristic
	may       []int     // further codes that it may get though they point to other verbs
	wraps     bool      // it carries another command, so any code may answer it
}

// Link is the address of the paragraph that defines the verb, "" if no RFC does.
func (v *Verb) Link() string {
	if v.RFC == 0 {
		return ""
	}
	link := "https://www.rfc-editor.org/rfc/rfc" + strconv.Itoa(v.RFC)
	if v.Section != "" {
		link += "#section-" + v.Section
	}
	return link
}

// maxKnownVerb is the length of the longest name in the table, and a test holds
// it.
const maxKnownVerb = 7

// LookupVerb finds a verb in any mixture of cases:
//
//	Upper case and lower case alphabetic characters are to be treated identically.
//
// https://www.rfc-editor.org/rfc/rfc959#section-5.3
func LookupVerb(name []byte) (*Verb, bool) {
	var upper [maxKnownVerb]byte
	if len(name) > len(upper) {
		return nil, false
	}
	for i, c := range name {
		upper[i] = upperByte(c)
	}
	v, ok := verbs[string(upper[:len(name)])]
	return v, ok
}

// What stands for a verb that is not in the table.
var (
	unknown  = Verb{Name: "?"}
	greeting = Verb{Name: Greeting, marks: []int{120, 220}}
)

// VerbOf is what is known of a verb in upper case. Who asks several things about
// a command looks it up once. It is never nil: an unknown verb moves no data and
// announces nothing.
func VerbOf(name string) *Verb {
	if v, ok := verbs[name]; ok {
		return v
	}
	if name == Greeting {
		return &greeting
	}
	return &unknown
}

// Transfers reports whether the command moves data over a data connection.
func (v *Verb) Transfers() bool { return v.Direction != DirectionNone }

// IsTransfer reports whether the command moves data over a data connection. The
// verb is in upper case, as in Command.
func IsTransfer(verb string) bool { return VerbOf(verb).Transfers() }

// TransferDirection is which way the data of a command goes, DirectionNone if it
// moves none. The verb is in upper case.
func TransferDirection(verb string) Direction { return VerbOf(verb).Direction }

// Announces is the mode that a command prepares: ModeActive if it announces an
// endpoint of the client, ModePassive if it asks the server to announce one,
// else ModeUnknown. The verb is in upper case. "EPSV ALL" prepares nothing
// although EPSV does; the answer 200 instead of 229 tells.
//
// https://www.rfc-editor.org/rfc/rfc2428#section-4
func Announces(verb string) Mode { return VerbOf(verb).Mode }

func upperByte(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}
