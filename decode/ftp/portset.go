package ftp

// PortSet is a set of TCP ports: a bit for each. The zero PortSet is empty.
type PortSet [1 << 16 / 64]uint64

// Has reports whether a port is in the set.
func (s *PortSet) Has(port uint16) bool { return s[port/64]&(1<<(port%64)) != 0 }

// Add puts a port into the set.
func (s *PortSet) Add(port uint16) { s[port/64] |= 1 << (port % 64) }

// Remove takes a port out of the set.
func (s *PortSet) Remove(port uint16) { s[port/64] &^= 1 << (port % 64) }
