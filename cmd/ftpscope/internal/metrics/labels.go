package metrics

import (
	"slices"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// The values that labels may have, and other.
var (
	states = words(session.StateUnanswered, session.StateRefused, session.StateProhibited, session.StateOpen,
		session.StateClosed, session.StateReset, session.StateMidstream)
	modes    = []string{ftp.ModeActive.String(), ftp.ModePassive.String(), ftp.ModeUnknown.String()}
	outcomes = words(session.OutcomeRejected, session.OutcomeRefused, session.OutcomeBlocked, session.OutcomeCompleted,
		session.OutcomeStalled, session.OutcomeAborted, session.OutcomeIncomplete, session.OutcomeUnseen,
		session.OutcomeUnused, session.OutcomeUnknown)
	codes      = words(diagnose.Codes()...)
	severities = words(diagnose.Error, diagnose.Warning, diagnose.Note)
)

// other stands for what is in no vocabulary.
const other = "other"

func words[T ~string](all ...T) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = string(one)
	}
	return out
}

// known is a word if it is in the vocabulary, else other.
func known(vocabulary []string, word string) string {
	if slices.Contains(vocabulary, word) {
		return word
	}
	return other
}
