package workload

import (
	"encoding/binary"
	"io"
	"net/netip"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// packet is a TCP segment over IPv4 on Ethernet.
type packet struct {
	at       time.Duration
	src, dst netip.AddrPort
	seq, ack uint32
	flags    byte
	ttl      byte
	id       uint16
	bare     bool // without TCP timestamps
	payload  []byte
}

// The flags of a TCP segment.
const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagRST = 0x04
	flagPSH = 0x08
	flagACK = 0x10
)

// began is the time of the first packet.
var began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// writer writes packets into a pcap file.
type writer struct {
	file *pcapgo.Writer
	buf  gopacket.SerializeBuffer
	err  error
}

func newWriter(w io.Writer) *writer {
	out := &writer{file: pcapgo.NewWriter(w), buf: gopacket.NewSerializeBuffer()}
	out.err = out.file.WriteFileHeader(262144, layers.LinkTypeEthernet)
	return out
}

func (w *writer) packet(p *packet) error {
	if w.err != nil {
		return w.err
	}
	if w.err = w.serialize(p); w.err != nil {
		return w.err
	}
	b := w.buf.Bytes()
	w.err = w.file.WritePacket(gopacket.CaptureInfo{Timestamp: began.Add(p.at), CaptureLength: len(b), Length: len(b)}, b)
	return w.err
}

func (w *writer) serialize(p *packet) error {
	src, dst := p.src.Addr().As4(), p.dst.Addr().As4()
	ether := &layers.Ethernet{SrcMAC: mac(src), DstMAC: mac(dst), EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{
		Version: 4, TTL: p.ttl, Id: p.id, Flags: layers.IPv4DontFragment, Protocol: layers.IPProtocolTCP,
		SrcIP: src[:], DstIP: dst[:],
	}
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(p.src.Port()), DstPort: layers.TCPPort(p.dst.Port()), Seq: p.seq, Ack: p.ack, Window: 502,
		FIN: p.flags&flagFIN != 0, SYN: p.flags&flagSYN != 0, RST: p.flags&flagRST != 0, PSH: p.flags&flagPSH != 0, ACK: p.flags&flagACK != 0,
		Options: options(p),
	}
	if p.flags&flagSYN != 0 {
		tcp.Window = 64240
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		return err
	}
	how := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	return gopacket.SerializeLayers(w.buf, how, ether, ip, tcp, gopacket.Payload(p.payload))
}

// mac is the address of the station that a packet of a host comes from: two
// routers, and the hosts behind them.
func mac(host [4]byte) []byte { return []byte{0x02, 0, 0, 0, 0, host[0] & 1} }

// options are those of Linux; without timestamps, those of Windows.
func options(p *packet) []layers.TCPOption {
	nop := layers.TCPOption{OptionType: layers.TCPOptionKindNop}
	segment := layers.TCPOption{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{1460 >> 8, 1460 & 0xff}}
	sack := layers.TCPOption{OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2}
	if p.bare && p.flags&flagSYN == 0 {
		return nil
	}
	if p.bare {
		return []layers.TCPOption{segment, nop, nop, sack}
	}
	stamp := make([]byte, 8)
	binary.BigEndian.PutUint32(stamp, uint32(p.at/time.Millisecond))
	if p.flags&flagACK != 0 {
		binary.BigEndian.PutUint32(stamp[4:], uint32(p.at/time.Millisecond))
	}
	clock := layers.TCPOption{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: stamp}
	if p.flags&flagSYN == 0 {
		return []layers.TCPOption{nop, nop, clock}
	}
	return []layers.TCPOption{
		segment, sack, clock, nop,
		{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{7}},
	}
}
