//go:build !unix

package cli

import "os"

// stateSignal asks a program that watches for its state: there is none here.
func stateSignal() os.Signal { return nil }
