package main

import (
	"os"

	"github.com/ftpscope/ftpscope/cmd/ftpscope/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.System()))
}
