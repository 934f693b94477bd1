package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/ftpscope/ftpscope/samples"
)

// notCut are samples whose point is how frames are cut, and why.
var notCut = map[string]string{
	"snaplen-96-cut-227": "its frames are cut off at 96 bytes: smaller segments are not",
}

// notDisplaced are samples in which the order of frames tells something, and why.
var notDisplaced = map[string]string{
	"starts-late":             beginsInTheMiddle,
	"starts-late-in-transfer": beginsInTheMiddle,
}

// byOrder are samples with errors that are told by which packet came at the heels
// of which, and why.
var byOrder = map[string]string{
	"control-reset-after-command": "what cuts the connection does so as soon as the command passes",
	"ftps-session-reuse-refused":  "who closes first, and how soon after TLS began, is all that can be seen of the refusal",
}

const (
	beginsInTheMiddle = "a connection whose beginning is missing is told at once: decode/DESIGN.md, \"Own streams\""
)

// TestCutAndOrder: what the report says of a dialogue depends neither on how TCP
// cut it into segments nor on small displacements of frames in the file.
func TestCutAndOrder(t *testing.T) {
	rounds := uint64(4)
	if testing.Short() {
		rounds = 1
	}
	names := samples.Names()
	for _, named := range []map[string]string{notCut, notDisplaced, byOrder} {
		for name := range named {
			if !slices.Contains(names, name) {
				t.Errorf("there is no sample %s", name)
			}
		}
	}
	ways := []struct {
		name string
		not  []map[string]string
		make func(pcap, *rand.Rand) pcap
	}{
		{"cut", []map[string]string{notCut}, pcap.cut},
		{"displaced", []map[string]string{notDisplaced}, pcap.displaced},
		{"both", []map[string]string{notCut, notDisplaced}, func(c pcap, r *rand.Rand) pcap { return c.cut(r).displaced(r) }},
	}
	made, changed := 0, 0
	for _, name := range names {
		if !strings.HasSuffix(samples.File(name), ".pcap") {
			continue // two of them, whose point is not in the dialogue
		}
		file, err := samples.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		want := told(t, file)
		c := readPCAP(t, file, want.control)
		if !bytes.Equal(c.bytes(), file) {
			t.Errorf("%s: what was taken apart is not put together as it was", name)
		}
		for i, way := range ways {
			if slices.ContainsFunc(way.not, func(m map[string]string) bool { return m[name] != "" }) {
				continue
			}
			for n := range rounds {
				other := way.make(c, rand.New(rand.NewPCG(n, uint64(i)))).bytes()
				made++
				if !bytes.Equal(other, file) {
					changed++
				}
				got := told(t, other)
				if diff := cmp.Diff(want.errors, got.errors); diff != "" && (way.name == "cut" || byOrder[name] == "") {
					t.Errorf("%s, %s, round %d: the errors differ (-of the sample +of what was made of it):\n%s", name, way.name, n, diff)
				}
				if diff := cmp.Diff(want.report, got.report); diff != "" {
					t.Errorf("%s, %s, round %d: the report differs (-of the sample +of what was made of it):\n%s", name, way.name, n, diff)
				}
			}
		}
	}
	if changed < made*9/10 {
		t.Errorf("of %d captures only %d are changed", made, changed)
	}
}

// telling is a report without what cutting and displacing must change.
type telling struct {
	report  any
	errors  []string        // codes of findings, and the transfers that they are about
	control map[string]bool // the control connections, as "192.0.2.10:1028 198.51.100.20:21"
}

func told(t *testing.T, file []byte) telling {
	t.Helper()
	got := analyzeBytes(t, file, "--format", "json")
	if got.status != 0 {
		t.Fatalf("exit status %d: %s", got.status, got.errOut)
	}
	var doc map[string]any
	var known struct {
		Findings []struct {
			Code, Severity string
			Transfers      []string
		}
		Sessions []struct {
			Control struct {
				Client, Server struct {
					Address string
					Port    int
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(got.out), &doc); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got.out), &known); err != nil {
		t.Fatal(err)
	}
	out := telling{control: make(map[string]bool)}
	for _, s := range known.Sessions {
		out.control[connection(s.Control.Client.Address, s.Control.Client.Port, s.Control.Server.Address, s.Control.Server.Port)] = true
	}
	for _, c := range doc["captures"].([]any) {
		for _, key := range []string{"packets", "bytes"} {
			delete(c.(map[string]any), key)
		}
	}
	// Notes and warnings may be about how lines were cut, and all findings name
	// frames: of them only the errors have to stay.
	without(doc, "findings", "vantage")
	for _, f := range known.Findings {
		if f.Severity == "error" {
			out.errors = append(out.errors, fmt.Sprint(f.Code, " ", f.Transfers))
		}
	}
	slices.Sort(out.errors)
	out.report = without(doc, "frame", "frames", "first_frame", "last_frame", "time", "start", "end", "first", "last", "packets", "retransmissions")
	return out
}

// without takes keys out of a document, at any depth.
func without(v any, keys ...string) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range keys {
			delete(v, key)
		}
		for _, inner := range v {
			without(inner, keys...)
		}
	case []any:
		for _, inner := range v {
			without(inner, keys...)
		}
	}
	return v
}

// connection names a connection whoever is named first.
func connection(a string, aPort int, b string, bPort int) string {
	ends := []string{fmt.Sprint(a, ":", aPort), fmt.Sprint(b, ":", bPort)}
	slices.Sort(ends)
	return strings.Join(ends, " ")
}

// pcap is a pcap file taken apart.
type pcap struct {
	header []byte
	frames []frame
}

// frame is one of its packets.
type frame struct {
	time       time.Duration
	data       []byte
	original   int    // length on the wire
	connection string // empty if it is no TCP
	control    bool   // of a session
	ip, tcp    int    // where the headers begin
	payload    int    // where the payload begins
	end        int    // where it ends
}

const pcapHeader, recordHeader = 24, 16

// readPCAP takes a file apart that samples' generator wrote: little-endian, with
// microseconds or nanoseconds.
func readPCAP(t *testing.T, file []byte, control map[string]bool) pcap {
	t.Helper()
	c := pcap{header: file[:pcapHeader]}
	le := binary.LittleEndian
	link := layers.LinkType(le.Uint32(file[20:]))
	for at := pcapHeader; at < len(file); {
		r := file[at:]
		n := int(le.Uint32(r[8:]))
		f := frame{
			time: time.Duration(le.Uint32(r))*time.Second + time.Duration(le.Uint32(r[4:]))*c.unit(),
			data: r[recordHeader : recordHeader+n], original: int(le.Uint32(r[12:])),
		}
		f.look(link, control)
		c.frames = append(c.frames, f)
		at += recordHeader + n
	}
	return c
}

// unit is that of the fractions of seconds.
func (c pcap) unit() time.Duration {
	if binary.LittleEndian.Uint32(c.header) == 0xa1b23c4d {
		return time.Nanosecond
	}
	return time.Microsecond
}

// look finds the headers of a TCP segment that is whole.
func (f *frame) look(link layers.LinkType, control map[string]bool) {
	p := gopacket.NewPacket(f.data, link, gopacket.DecodeOptions{NoCopy: true})
	segment, ok := p.TransportLayer().(*layers.TCP)
	if !ok || len(f.data) < f.original {
		return
	}
	offset := func(part []byte) int { return cap(f.data) - cap(part) }
	network := p.NetworkLayer()
	flow := network.NetworkFlow()
	f.connection = connection(flow.Src().String(), int(segment.SrcPort), flow.Dst().String(), int(segment.DstPort))
	f.control = control[f.connection]
	f.ip, f.tcp = offset(network.LayerContents()), offset(segment.Contents)
	f.payload = f.tcp + len(segment.Contents)
	f.end = f.payload + len(segment.Payload)
}

// Offsets and flags of a TCP header.
const (
	tcpSeq, tcpFlags, tcpUrgent = 4, 13, 18

	fin, syn, psh, urg = 1, 2, 8, 32
)

// part is a segment with a part of the payload.
func (f frame) part(from, to int) frame {
	out := f
	out.data = slices.Concat(f.data[:f.payload], f.data[f.payload+from:f.payload+to])
	out.end = len(out.data)
	out.original = len(out.data)
	be := binary.BigEndian
	ip, tcp := out.data[f.ip:], out.data[f.tcp:]
	if ip[0]>>4 == 4 {
		be.PutUint16(ip[2:], uint16(len(ip)))
		be.PutUint16(ip[4:], be.Uint16(ip[4:])^uint16(from<<8)) // another packet, another identification
	} else {
		be.PutUint16(ip[4:], uint16(len(ip)-40))
	}
	be.PutUint32(tcp[tcpSeq:], be.Uint32(tcp[tcpSeq:])+uint32(from))
	if to < f.end-f.payload {
		tcp[tcpFlags] &^= fin | psh
	}
	if tcp[tcpFlags]&urg != 0 {
		if at := int(be.Uint16(tcp[tcpUrgent:])); at > from {
			be.PutUint16(tcp[tcpUrgent:], uint16(at-from))
		} else {
			tcp[tcpFlags] &^= urg
		}
	}
	return out
}

// cut splits most segments of the control connections in two.
func (c pcap) cut(r *rand.Rand) pcap {
	out := pcap{header: c.header}
	for _, f := range c.frames {
		n := f.end - f.payload
		if !f.control || n < 2 || r.IntN(4) == 0 {
			out.frames = append(out.frames, f)
			continue
		}
		at := 1 + r.IntN(n-1)
		second := f.part(at, n)
		second.time += time.Microsecond
		out.frames = append(out.frames, f.part(0, at), second)
	}
	return out
}

// displaced swaps neighbours of one connection that are at most a second apart,
// those of the handshake excepted. Their times stay where they are.
func (c pcap) displaced(r *rand.Rand) pcap {
	out := pcap{c.header, slices.Clone(c.frames)}
	for i := 0; i+1 < len(out.frames); i++ {
		a, b := &out.frames[i], &out.frames[i+1]
		if a.connection == "" || a.connection != b.connection || b.time-a.time > time.Second || a.opens() || b.opens() || r.IntN(2) == 0 {
			continue
		}
		*a, *b = *b, *a
		a.time, b.time = b.time, a.time
		i++
	}
	return out
}

func (f *frame) opens() bool { return f.data[f.tcp+tcpFlags]&syn != 0 }

func (c pcap) bytes() []byte {
	var b bytes.Buffer
	b.Write(c.header)
	for _, f := range c.frames {
		for _, v := range []int{int(f.time / time.Second), int(f.time % time.Second / c.unit()), len(f.data), f.original} {
			_ = binary.Write(&b, binary.LittleEndian, uint32(v))
		}
		b.Write(f.data)
	}
	return b.Bytes()
}
