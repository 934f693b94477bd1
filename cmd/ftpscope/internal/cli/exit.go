package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/capture/live"
	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/metrics"
)

// The exit statuses. They are a contract: see topicExitCodes.
const (
	exitOK          = 0   // a report was printed, however damaged the captures
	exitError       = 1   // an input could not be read, an output not be written
	exitUsage       = 2   // the command line could not be understood
	exitFailOn      = 3   // a report was printed, and --fail-on says that it is bad news
	exitInterrupted = 130 // a report was printed of what was known when the user interrupted
)

// statusError ends the program with a status and without a word: all has been
// said.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// usageError is the user's misunderstanding, not the program's failure.
type usageError struct {
	err  error
	hint []string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) *usageError {
	return &usageError{err: fmt.Errorf(format, args...)}
}

// with adds a hint.
func (e *usageError) with(format string, args ...any) *usageError {
	e.hint = append(e.hint, fmt.Sprintf(format, args...))
	return e
}

// hintedError is the program's failure, with what to do about it.
type hintedError struct {
	error
	hint string
}

func (e *hintedError) Unwrap() error { return e.error }

// status is the exit status for an error.
func status(err error) int {
	if err == nil {
		return exitOK
	}
	if s, ok := errors.AsType[statusError](err); ok {
		return int(s)
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitError
}

// hints says what to do about an error.
func hints(err error) []string {
	if e, ok := errors.AsType[*usageError](err); ok {
		return e.hint
	}
	if e, ok := errors.AsType[*hintedError](err); ok {
		return []string{e.hint}
	}
	if e, ok := errors.AsType[*capture.NotCaptureError](err); ok && e.Hint != "" {
		return strings.Split(e.Hint, "\n")
	}
	if e, ok := errors.AsType[*live.PermissionError](err); ok {
		return strings.Split(e.Hint, "\n")
	}
	if _, ok := errors.AsType[*live.InterfaceError](err); ok {
		return []string{"ftpscope interfaces lists them, and whether you may capture"}
	}
	if e, ok := errors.AsType[*metrics.AddressError](err); ok {
		return []string{e.Hint}
	}
	if errors.Is(err, fs.ErrPermission) {
		return []string{"captures written by root can often be read by root only: sudo chmod +r FILE"}
	}
	if errors.Is(err, capture.ErrDirectory) {
		return []string{"name the files in it: ftpscope analyze DIRECTORY/*.pcap"}
	}
	return nil
}

// complain prints an error with its hints, unless all has been said.
func complain(s *Streams, err error) {
	if _, ok := errors.AsType[statusError](err); ok {
		return
	}
	s.say("%s", strings.TrimPrefix(err.Error(), "capture: "))
	for _, h := range hints(err) {
		s.hint("%s", h)
	}
}
