package capture

// EtherTypes: what follows a link-layer header.
//
// https://www.iana.org/assignments/ieee-802-numbers/ieee-802-numbers.xhtml
const (
	EtherIPv4          = 0x0800
	EtherIPv6          = 0x86dd
	EtherVLAN          = 0x8100 // 802.1Q
	EtherQinQ          = 0x88a8 // 802.1ad
	EtherQOld          = 0x9100 // QinQ before 802.1ad
	EtherPPPoE         = 0x8864 // session, not discovery
	EtherMPLS          = 0x8847
	EtherMPLSMulticast = 0x8848
)
