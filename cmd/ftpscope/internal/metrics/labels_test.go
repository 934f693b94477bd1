package metrics

import (
	"fmt"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/report"
	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// TestLabels: whatever words there are, there are no more series than the
// vocabularies have, and one for what is in none of them.
func TestLabels(t *testing.T) {
	m, _ := watching()
	tables := make(map[string]int)
	for i := range 1000 {
		word := fmt.Sprint("\xff\n\"", i)
		tables[fmt.Sprintf("t%03d", i)] = i
		s := &session.Session{
			State: session.State(word),
			Transfers: []*session.Transfer{
				{Mode: ftp.Mode(i), Outcome: session.Outcome(word), Data: &session.Data{Bytes: int64(-i)}},
				{Mode: ftp.Mode(i), Outcome: outcomeAt(i)},
			},
		}
		m.Session(s, []*diagnose.Finding{
			{Code: diagnose.Code(word), Severity: diagnose.Severity(word)},
			{Code: diagnose.Codes()[i%len(codes)], Severity: diagnose.Error},
		})
	}
	m.Progress(Progress{Tables: tables})
	for _, c := range []struct {
		name string
		want int
	}{
		{"ftpscope_sessions_total", len(states) + 1},
		{"ftpscope_transfers_total", len(modes) * (len(outcomes) + 1)},
		{"ftpscope_transfer_bytes_total", len(modes)},
		{"ftpscope_findings_total", len(codes) + 1},
		{"ftpscope_table_entries", maxTables},
	} {
		if got, err := testutil.GatherAndCount(m.registry, c.name); got != c.want || err != nil {
			t.Errorf("%s: %d series, want %d (%v)", c.name, got, c.want, err)
		}
	}
	if got := testutil.ToFloat64(m.sessions.WithLabelValues(other)); got != 1000 {
		t.Errorf("sessions in a state without a name: %v, want 1000", got)
	}
}

func outcomeAt(i int) session.Outcome { return session.Outcome(outcomes[i%len(outcomes)]) }

// TestVocabularies: they are those of the report, so that nothing is counted as
// "other" because it was forgotten here.
func TestVocabularies(t *testing.T) {
	for _, c := range []struct {
		name string
		have []string
		want []string
	}{
		{"states", states, enum(t, "Control", "state")},
		{"outcomes", outcomes, enum(t, "Transfer", "outcome")},
		{"modes", modes, enum(t, "Transfer", "mode")},
		{"severities", severities, enum(t, "Finding", "severity")},
	} {
		slices.Sort(c.want)
		if have := slices.Sorted(slices.Values(c.have)); !slices.Equal(have, c.want) {
			t.Errorf("%s: %q, and the schema has %q", c.name, have, c.want)
		}
	}
}

// enum are the words that the schema of the report allows in a field.
func enum(t *testing.T, definition, field string) []string {
	t.Helper()
	def := report.Schema().Definitions[definition]
	if def == nil {
		t.Fatalf("no %s in the schema", definition)
	}
	property, ok := def.Properties.Get(field)
	if !ok {
		t.Fatalf("no %s.%s in the schema", definition, field)
	}
	var words []string
	for _, word := range property.Enum {
		words = append(words, fmt.Sprint(word))
	}
	return words
}
