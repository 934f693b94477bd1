package samplestest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ftpscope/ftpscope/samples"
	"github.com/ftpscope/ftpscope/samples/samplestest"
)

func TestCompile(t *testing.T) {
	const name = "classic-active"
	text, err := samples.Source(name)
	if err != nil {
		t.Fatal(err)
	}
	want, err := samples.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	got, err := samplestest.Compile(name+".ftp", text)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("not the bytes of the sample made from this text")
	}
}

func TestCompileError(t *testing.T) {
	got, err := samplestest.Compile("t.ftp", "# A test.\n\nfoo\n")
	if err == nil || !strings.HasPrefix(err.Error(), "t.ftp:3: ") || got != nil {
		t.Errorf("got %d bytes, error %v; want none and an error that begins with t.ftp:3", len(got), err)
	}
}
