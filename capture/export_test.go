package capture

// Ahead returns o with read-ahead in pieces of size bytes, so that small files
// have many of them too.
func (o Options) Ahead(size int) Options {
	o.ReadAhead, o.piece = true, size
	return o
}
