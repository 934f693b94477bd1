package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// filler fills whatever it is given by chance: with the least and the greatest,
// with nothing, and with words that are hostile or secret.
type filler struct{ *rand.Rand }

func pick[T any](f filler, all []T) T { return all[f.IntN(len(all))] }

var (
	fillWords = []string{
		"", "PASS", "ACCT", "SITE", "RETR", "QUOTE", "s3cret", "S3CRET word", "s3\"cr\xffet", "'PASS s3cret' what?", "PASS s3c…",
		"Pass S3CRET word\nACCT s3cret", "500 \"PASS s3\\\"cr\\xffet\"", "PASS\ts3cret", strings.Repeat("s3cret", 10), "PASS " + strings.Repeat("s3cret", 9) + "s",
		"a b.txt", "grüße 日本 → 😀", "<a href='x'>&amp;</a>", `"quoted" \ and / slashed`, "\x00\x01\b\t\n\v\f\r\x1b[2J\x1f\x7f",
		"\u0080\u009b\u00a0\u00ad", "\u2028\u2029\u202e\u2066\u200b\ufeff", "\U000e0041\U0010ffff\ue000", "\ufffd", "\xed\xa0\x80\xed\xb0\x80", "\xc0\x80\xff\xe6\x97", "é\xe9",
	}
	fillIDs   = []string{"s1.t1", "s1.t2", "s1.t3", "f1", "<&>\u2028\x7f\"", ""}
	fillInts  = []int64{0, 1, -1, 7, 226, math.MaxInt64, math.MinInt64, math.MaxInt32}
	fillBytes = []uint64{0, 1, 2, 3, 'A', 'E', 'I', 'L', 'X', 255, 65535}
	fillTimes = []time.Time{
		{},
		dawn, dawn.Add(59*time.Second + 999999998), dawn.In(time.FixedZone("x", -3601)), time.Unix(0, 0), time.Unix(-1, 5), time.Unix(-62135596801, 0),
		time.Unix(math.MaxInt32, 0), time.Unix(math.MinInt32, 1), time.Unix(math.MaxInt64, 999999999),
	}
	fillAddrs = []string{"", "192.0.2.1", "255.255.255.255", "::", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "fe80::1%\"\x1b\u202e"}
)

// ours are the fields with words that never come from the wire. They are valid
// UTF-8: what Builder does not say of the others.
var ours = map[string]bool{
	"Session.ID": true, "Transfer.ID": true, "Announcement.Verb": true, "Need.What": true, "Need.Transfers": true,
	"Finding.ID": true, "Finding.Session": true, "Finding.Transfers": true, "Finding.Because": true, "Finding.Withdraws": true, "Finding.Works": true,
}

func (f filler) addr() netip.Addr {
	a, _ := netip.ParseAddr(pick(f, fillAddrs))
	return a
}

// fill fills a value, which field is the name of.
func (f filler) fill(v reflect.Value, field string) {
	switch v.Addr().Interface().(type) {
	case *ftp.Time:
		v.Set(reflect.ValueOf(ftp.TimeOf(pick(f, fillTimes))))
		return
	case *netip.Addr:
		v.Set(reflect.ValueOf(f.addr()))
		return
	case *netip.AddrPort:
		v.Set(reflect.ValueOf(netip.AddrPortFrom(f.addr(), uint16(pick(f, fillBytes)))))
		return
	case **ftp.Conn:
		return // reports have nothing of it
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(f.IntN(2) > 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(pick(f, fillInts))
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(pick(f, fillBytes) & (1<<v.Type().Bits() - 1))
	case reflect.String:
		words := pick(f, fillWords)
		if ours[field] || v.Type() != reflect.TypeFor[string]() {
			words = pick(f, fillIDs)
		}
		v.SetString(words)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), f.IntN(4), 4))
		for i := range v.Len() {
			f.fill(v.Index(i), field)
		}
	case reflect.Pointer:
		if strings.HasSuffix(field, "s") || f.IntN(4) > 0 { // in lists there is no nil
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), field)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				f.fill(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name)
			}
		}
	default:
		panic(field + " is of a kind that nobody thought of")
	}
}

// session makes a session and what there is to say about it.
func (f filler) session() (*session.Session, diagnose.Explanation) {
	var s session.Session
	var said diagnose.Explanation
	f.fill(reflect.ValueOf(&s).Elem(), "")
	f.fill(reflect.ValueOf(&said).Elem(), "")
	for i, t := range s.Transfers {
		t.ID = fillIDs[i]
	}
	for i, one := range said.Findings {
		one.ID += fmt.Sprint(i)
	}
	return &s, said
}

// TestStreamFilledAsBuilt: whatever a session holds, the stream writes what the
// document has; no field of the document has been forgotten.
func TestStreamFilledAsBuilt(t *testing.T) {
	f := filler{rand.New(rand.NewPCG(1, 2))}
	x := newAsBuilt(t, Builder{})
	fields := make(map[string]bool) // of the document, and whether any session had something in it
	for range 2000 {
		s, said := f.session()
		x.check(s, said)
		if t.Failed() {
			t.FailNow()
		}
		b := x.streams[0].builder
		noteFields(fields, reflect.ValueOf(b.Session(s, said)))
		noteFields(fields, reflect.ValueOf(b.Findings(s, said.Findings)))
	}
	if len(fields) < 90 {
		t.Errorf("only %d fields", len(fields))
	}
	for name, filled := range fields {
		if !filled {
			t.Errorf("%s was empty each time: the test tells nothing about it", name)
		}
	}
}

// noteFields notes which fields of a value, and of what it holds, are not empty.
func noteFields(fields map[string]bool, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			noteFields(fields, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			noteFields(fields, v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Time]() {
			return
		}
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			fields[name] = fields[name] || !v.Field(i).IsZero()
			noteFields(fields, v.Field(i))
		}
	}
}
