package samples

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:generate go run ./internal/mksamples

//go:embed *.ftp *.pcap *.pcapng
var files embed.FS

// Names returns the names of all samples, sorted.
func Names() []string {
	var names []string
	for _, file := range glob("*.ftp") {
		names = append(names, strings.TrimSuffix(file, ".ftp"))
	}
	slices.Sort(names)
	return names
}

// File returns the name of the capture file of a sample, like
// "classic-active.pcap", or "" if there is no such sample.
func File(name string) string {
	for _, ext := range []string{".pcap", ".pcapng"} {
		if _, err := fs.Stat(files, name+ext); err == nil {
			return name + ext
		}
	}
	return ""
}

// Open returns the capture of a sample. The error for an unknown name matches
// fs.ErrNotExist.
func Open(name string) ([]byte, error) {
	file := File(name)
	if file == "" {
		return nil, fmt.Errorf("samples: no sample %q: %w", name, fs.ErrNotExist)
	}
	return files.ReadFile(file)
}

// Source returns the text from which a sample was made. The error for an
// unknown name matches fs.ErrNotExist.
func Source(name string) (string, error) {
	if File(name) == "" {
		return "", fmt.Errorf("samples: no sample %q: %w", name, fs.ErrNotExist)
	}
	text, err := files.ReadFile(name + ".ftp")
	return string(text), err
}

// Describe returns the sentence that says what a sample shows, or "" if there
// is no such sample.
func Describe(name string) string {
	text, err := Source(name)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(text, "\n")
	return strings.TrimPrefix(first, "# ")
}

func glob(pattern string) []string {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		panic(err) // the pattern is a constant
	}
	return names
}
