package ftp

// Mode says who opens the data connection.
type Mode uint8

// The modes of a transfer.
const (
	ModeUnknown Mode = iota //
	ModeActive              // the server connects to what the client announced: PORT, EPRT, LPRT
	ModePassive             // the client connects to what the server announced: PASV, EPSV, LPSV
)

// String is "unknown", "active" or "passive".
func (m Mode) String() string {
	switch m {
	case ModeActive:
		return "active"
	case ModePassive:
		return "passive"
	}
	return "unknown"
}

// MarshalText is String as text for JSON and its like.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// Direction says which way the bytes of a transfer go.
type Direction uint8

// The directions of a transfer.
const (
	DirectionNone     Direction = iota // no data connection
	DirectionDownload                  // server to client, a file
	DirectionUpload                    // client to server, a file
	DirectionListing                   // server to client, names
)

// String is "", "download", "upload" or "listing".
func (d Direction) String() string {
	switch d {
	case DirectionDownload:
		return "download"
	case DirectionUpload:
		return "upload"
	case DirectionListing:
		return "listing"
	}
	return ""
}

// MarshalText is String as text for JSON and its like.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Sender is the end of the control connection whose host sends the data: the
// client for an upload, else the server.
func (d Direction) Sender() Side {
	if d == DirectionUpload {
		return Initiator
	}
	return Listener
}
