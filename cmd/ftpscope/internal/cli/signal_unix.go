//go:build unix

package cli

import (
	"os"
	"syscall"
)

// stateSignal asks a program that watches for its state.
func stateSignal() os.Signal { return syscall.SIGUSR1 }
