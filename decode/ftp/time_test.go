package ftp_test

import (
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

func TestTime(t *testing.T) {
	at := time.Date(2026, 11, 22, 6, 0, 0, 123456789, time.UTC)
	epoch := time.Unix(0, 0)
	for _, want := range []time.Time{at, epoch, epoch.Add(-1234), time.Date(1824, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2115, 12, 31, 0, 0, 0, 0, time.UTC)} {
		if got := ftp.TimeOf(want); got.IsZero() || !got.Std().Equal(want) || got.String() != want.UTC().String() {
			t.Errorf("%v becomes %v", want, got)
		}
	}
	for _, none := range []time.Time{{}, time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got := ftp.TimeOf(none); !got.IsZero() || !got.Std().IsZero() {
			t.Errorf("%v becomes %v, want no time", none, got)
		}
	}
	early, late := ftp.TimeOf(time.Date(1824, 1, 1, 0, 0, 0, 0, time.UTC)), ftp.TimeOf(time.Date(2115, 12, 31, 0, 0, 0, 0, time.UTC))
	if d := late.Sub(early); d <= 0 || !early.Add(d).Equal(late) || !early.Before(late) || !late.After(early) {
		t.Errorf("from %v to %v it takes %v", early, late, d)
	}
	if early.Compare(late) != -1 || late.Compare(early) != 1 || late.Compare(late) != 0 {
		t.Error("Compare is wrong")
	}
}
