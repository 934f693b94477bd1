package report

import (
	"bytes"
	"io"
	"testing"

	"github.com/ftpscope/ftpscope/samples/workload"
)

// counter counts what is written.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// BenchmarkReport writes 200 sessions of five transfers, 50 of them with a
// finding; bytes are those of the report.
func BenchmarkReport(b *testing.B) {
	var pcap bytes.Buffer
	if err := workload.Write(&pcap, "storm", 0.01); err != nil {
		b.Fatal(err)
	}
	res := analyzed(b, pcap.Bytes())
	for _, bb := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"ndjson", func(w io.Writer) error {
			stream := NewStream(w, Builder{})
			for _, s := range res.Sessions {
				stream.Session(s, res.Said.Sessions[s.ID])
			}
			return stream.Finish(res.Captures, nil, res.Said)
		}},
		{"json", func(w io.Writer) error {
			return Encode(w, Builder{}.Document(res.Captures, nil, res.Sessions, res.Said))
		}},
		{"text", func(w io.Writer) error { return Text{Width: 80}.Write(w, res) }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var n counter
				if err := bb.write(&n); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(n))
			}
		})
	}
}
