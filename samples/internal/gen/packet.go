package gen

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

type flags uint8

const (
	flagFIN flags = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
	flagURG
)

// packet is a TCP packet before it is seen from anywhere.
type packet struct {
	from    *side
	box     *host // that really sent it; nil: who sends for from
	seq     uint32
	ack     uint32
	acks    bool // ack is what it is to acknowledge, whatever from expects
	flags   flags
	urgent  uint16
	payload []byte
	ipid0   bool // IP identification 0

	ipid   uint16
	window uint16
	tsval  uint32
	tsecr  uint32
}

func (p *packet) sender() *host {
	if p.box != nil {
		return p.box
	}
	return p.from.sender()
}

// step lets the time pass that it takes until h sends.
func (s *scene) step(h *host) {
	gap := sameHost
	if s.last != h {
		gap = 2*h.delay + think
	}
	s.stamp(h, gap)
}

// stamp lets gap pass before h sends; the first packet comes at once.
func (s *scene) stamp(h *host, gap time.Duration) {
	if s.started {
		s.now += gap
	}
	s.started, s.last = true, h
}

// tcp sends p after the usual pause.
func (s *scene) tcp(p *packet) {
	s.step(p.sender())
	s.tcpNow(p)
}

// tcpNow fills in what follows from the state of its side, and sends p.
func (s *scene) tcpNow(p *packet) {
	sd := p.from
	if p.flags&flagACK != 0 && !p.acks {
		p.ack = sd.rcv
	}
	switch {
	case p.ipid0 || p.flags&(flagSYN|flagACK) == flagSYN|flagACK && !p.sender().stack.windows:
		// Linux sends its SYN-ACKs and RSTs with identification 0.
	default:
		sd.ipid++
		p.ipid = sd.ipid
	}
	switch {
	case p.flags&flagRST != 0:
	case p.flags&flagSYN != 0:
		p.window = p.sender().stack.window
	default:
		p.window = uint16(min(sd.window>>sd.shift(), 65535))
	}
	if p.flags&flagRST == 0 {
		p.tsval = uint32(s.now.Milliseconds()) + uint32(p.sender().number)*1_000_000
		p.tsecr = sd.peer.tsval
		sd.tsval = p.tsval
	}
	sd.owesACK = false
	sd.conn.last = p
	if !s.passes(sd.host, int(sd.port), int(sd.peer.port)) {
		return
	}
	s.views(p.sender(), p.from.peer.host, p.ip)
}

// passes says whether the capture filter lets a packet of h with these ports
// pass. An ICMP error has none.
func (s *scene) passes(h *host, ports ...int) bool {
	if s.set.from != nil && s.set.from != h {
		return false
	}
	return len(s.set.only) == 0 || slices.ContainsFunc(ports, func(p int) bool {
		return slices.Contains(s.set.only, p)
	})
}

// ip returns the packet as it is seen from v.
func (p *packet) ip(v view) ([]byte, error) {
	payload := v.payload(p)
	t := &layers.TCP{
		SrcPort: layers.TCPPort(p.from.port), DstPort: layers.TCPPort(p.from.peer.port),
		Seq: v.seq(p.from, p.seq), Window: p.window, Urgent: p.urgent, Options: p.options(),
		FIN: p.flags&flagFIN != 0, SYN: p.flags&flagSYN != 0, RST: p.flags&flagRST != 0,
		PSH: p.flags&flagPSH != 0, ACK: p.flags&flagACK != 0, URG: p.flags&flagURG != 0,
	}
	if t.ACK {
		t.Ack = v.seq(p.from.peer, p.ack)
	}
	src, dst := v.addr(p.from.host), v.addr(p.from.peer.host)
	net := network(src, dst, v.ttl(p.sender()), layers.IPProtocolTCP, p.ipid)
	if err := t.SetNetworkLayerForChecksum(net); err != nil {
		return nil, err
	}
	b, err := serialize(net, t, gopacket.Payload(payload))
	if err == nil && p.sender().offload {
		unfinish(b)
	}
	return b, err
}

type networkLayer interface {
	gopacket.NetworkLayer
	gopacket.SerializableLayer
}

func network(src, dst netip.Addr, ttl uint8, proto layers.IPProtocol, id uint16) networkLayer {
	if src.Is4() {
		return &layers.IPv4{
			Version: 4, TTL: ttl, Protocol: proto, Id: id, Flags: layers.IPv4DontFragment,
			SrcIP: src.AsSlice(), DstIP: dst.AsSlice(),
		}
	}
	return &layers.IPv6{
		Version: 6, HopLimit: ttl, NextHeader: proto,
		SrcIP: src.AsSlice(), DstIP: dst.AsSlice(),
	}
}

func serialize(parts ...gopacket.SerializableLayer) ([]byte, error) {
	buf := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, parts...)
	return buf.Bytes(), err
}

// unfinish leaves in the TCP checksum what a host leaves there when its
// network card is to finish it: the sum of the pseudo header.
func unfinish(b []byte) {
	be := binary.BigEndian
	var addrs []byte
	head := 40
	if b[0]>>4 == 4 {
		head = int(b[0]&15) * 4
		addrs = b[12:20]
	} else {
		addrs = b[8:40]
	}
	sum := uint32(layers.IPProtocolTCP) + uint32(len(b)-head)
	for i := 0; i < len(addrs); i += 2 {
		sum += uint32(be.Uint16(addrs[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	be.PutUint16(b[head+16:], uint16(sum))
}
