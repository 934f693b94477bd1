package samplestest

import "github.com/ftpscope/ftpscope/samples/internal/gen"

// Compile returns the capture that text describes, a whole file in the format
// that text asks for: pcap unless it says otherwise. Errors begin with name
// and the line. Sequence numbers and the like follow from name too: the same
// name and text make the same bytes.
func Compile(name, text string) (capture []byte, err error) {
	c, err := gen.Build(name, []byte(text))
	if err != nil {
		return nil, err
	}
	return c.Data, nil
}
