package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/ftpscope/ftpscope/samples/workload"
)

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mkworkload:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, args []string) error {
	scale := 1.0
	switch len(args) {
	case 0:
		for _, one := range workload.All() {
			fmt.Fprintf(w, "%s: %s\n", one.Name, one.About)
		}
		return nil
	case 1:
	case 2:
		var err error
		if scale, err = strconv.ParseFloat(args[1], 64); err != nil {
			return fmt.Errorf("the scale is a number, like 0.5: %w", err)
		}
	default:
		return fmt.Errorf("want NAME [SCALE], got %q", args)
	}
	return workload.Write(w, args[0], scale)
}
