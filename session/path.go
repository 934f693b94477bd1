package session

import (
	"path"
	"strings"
)

// workdir is a working directory as the replies tell it.
type workdir struct {
	path  string // absolute, valid if known
	known bool
}

func (w *workdir) set(p string) { w.path, w.known = path.Clean(p), strings.HasPrefix(p, "/") }

// forget is for when the directory may have changed unseen.
func (w *workdir) forget() { *w = workdir{} }

// change follows a successful CWD.
func (w *workdir) change(argument string) {
	if strings.HasPrefix(argument, "/") {
		w.set(argument)
	} else if w.known && plain(argument) {
		w.set(path.Join(w.path, argument))
	} else {
		w.forget()
	}
}

// up follows a successful CDUP.
func (w *workdir) up() {
	if w.known {
		w.path = path.Dir(w.path)
	}
}

// resolve is the path that an argument names, false where it cannot be known.
func (w *workdir) resolve(argument string) (string, bool) {
	switch {
	case strings.HasPrefix(argument, "/"):
		return path.Clean(argument), true
	case !w.known, !plain(argument):
		return "", false
	case argument == "":
		return w.path, true
	}
	return path.Join(w.path, argument), true
}

// plain reports whether an argument is a name below the working directory: not
// a home directory and not a path with a drive.
func plain(argument string) bool {
	return !strings.HasPrefix(argument, "~") && !strings.Contains(argument, `\`) && !(len(argument) > 1 && argument[1] == ':')
}

// withoutOptions removes the options that many clients put before the path of
// LIST and NLST ("-la"), which no RFC knows and most servers take.
func withoutOptions(argument string) string {
	for strings.HasPrefix(argument, "-") {
		_, rest, _ := strings.Cut(argument, " ")
		argument = strings.TrimLeft(rest, " ")
	}
	return argument
}
