package gen

import (
	"fmt"
	"io/fs"
	"strings"
)

// All builds what belongs beside the *.ftp files of dir, by file name: the
// captures and README.md.
func All(dir fs.FS) (map[string][]byte, error) {
	names, err := fs.Glob(dir, "*.ftp")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("gen: no *.ftp files")
	}
	out := map[string][]byte{}
	var table strings.Builder
	for _, file := range names {
		text, err := fs.ReadFile(dir, file)
		if err != nil {
			return nil, err
		}
		c, err := Build(file, text)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(file, ".ftp")
		out[name+c.Ext] = c.Data
		title := strings.ReplaceAll(c.Title, "|", `\|`)
		fmt.Fprintf(&table, "| [%s](%s) | %s |\n", name, file, title)
	}
	out["README.md"] = []byte(readme + table.String())
	return out, nil
}

const readme = `<!-- Made by go generate ./samples from the first lines of the *.ftp files. Do not edit. -->

# Samples

Small captures with known content: to learn from, and to test with. Each is
made from a dialogue in text, ` + "`NAME.ftp`" + `, whose comments say which program
behaved like that; ` + "`go generate ./samples`" + ` writes ` + "`NAME.pcap`" + ` (or ` + "`.pcapng`" + `)
from it, byte-identical each time. The language is described in
[internal/gen/doc.go](internal/gen/doc.go). Addresses are those reserved for
documentation; nothing here was recorded from anybody's network.

To add one, write ` + "`NAME.ftp`" + `, run ` + "`go generate ./samples`" + `, and look at the
result with ` + "`tcpdump -nr samples/NAME.pcap`" + `.

| name | what it shows |
|---|---|
`
