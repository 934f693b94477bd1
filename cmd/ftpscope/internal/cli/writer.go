package cli

import (
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// writer prints a report in the format that the user chose.
type writer struct {
	options *analyzeOptions
	out     *output
	builder report.Builder
	stream  *report.Stream     // for ndjson
	flowing *report.TextStream // for text, once sessions were shown before the end
	kept    []*session.Session
	said    report.Explanations // of those kept
	pipe    *pipe               // what is read, or nil
	bar     *progress           // what is in the way on a terminal, or nil
}

func (o *analyzeOptions) writer(out *output) *writer {
	w := &writer{options: o, out: out}
	w.builder = report.Builder{Version: toolVersion(), ShowSecrets: o.showSecrets}
	if o.format == formatNDJSON {
		w.stream = report.NewStream(out, w.builder)
	}
	return w
}

// session takes a session that is over. As text it is shown at once where somebody
// waits for it; else sessions that went alike can be summed up at the end.
func (w *writer) session(s *session.Session, said diagnose.Explanation) {
	if w.stream != nil {
		w.clear()
		w.stream.Session(s, said)
		return
	}
	w.kept = append(w.kept, s)
	w.said.Add(s.ID, said)
	if w.options.format == formatText && !w.options.explain && w.pipe.live() {
		w.flow()
	}
}

// flow shows what was kept.
func (w *writer) flow() {
	if w.flowing == nil {
		filter := report.Filter{Sessions: w.options.sessions, OnlyFailed: w.options.onlyFailed}
		w.flowing = w.options.text(w.out).Stream(w.out, filter)
	}
	w.clear()
	for _, s := range w.kept {
		w.flowing.Session(s, w.said.Sessions[s.ID], w.options.infos(w.pipe.source))
	}
	w.kept, w.said = nil, report.Explanations{}
}

// clear takes the bar away where the report goes to a terminal too. It comes again.
func (w *writer) clear() {
	if w.out.file == nil && w.options.streams.OutTTY {
		w.bar.stop()
	}
}

func (w *writer) err() error {
	switch {
	case w.stream != nil:
		return w.stream.Err()
	case w.flowing != nil:
		return w.flowing.Err()
	}
	return nil
}

func (w *writer) finish(res report.Result) error {
	if w.flowing != nil {
		w.flow()
		return w.flowing.Finish(res)
	}
	switch w.options.format {
	case formatNDJSON:
		return w.stream.Finish(res.Captures, res.Notices, res.Said)
	case formatJSON:
		return report.Encode(w.out, w.builder.Document(res.Captures, res.Notices, w.kept, res.Said))
	}
	res.Sessions = report.InOrder(w.kept)
	text := w.options.text(w.out)
	if w.options.explain {
		return text.Explain(w.out, res)
	}
	return text.Write(w.out, res)
}
