package diagnose

import "slices"

// Thinned lists, for people, what cannot be told of a thinned capture
// (ftp.CaptureFacts.Thinned): diagnoses that are not made of it, or are made later.
func Thinned() []Lack {
	return []Lack{
		{MTUBlackhole, "which packets were too large for the way"},
		{DataSilence, "a stall of less than a minute, and who stopped"},
		{ZeroWindowStall, "how long a receiver had no room"},
		{TLSSessionReuse, "whether a TLS session was taken up again; a short transfer over TLS may be \"unknown\""},
		{CaptureOffload, "whether the network card cuts large packets"},
		{CaptureLossy, "whether the capture lost data; what the kernel dropped is counted"},
	}
}

// Lack is a diagnosis, and what of it cannot be told.
type Lack struct {
	Code Code
	What string
}

// unseenData is what findings about an open data connection say that packets of it
// would tell.
const unseenData = "what passed on the data connection: most of its packets were left in the kernel (--payload takes all)"

// thin says of a finding about a transfer what it does not know since the capture was
// thinned.
func (s *subject) thin(f *Finding) {
	if c := s.conn(); c != nil && c.Thinned && c.Established.Yes() && f.Severity != Note && !slices.Contains(f.Unknown, unseenData) {
		f.Unknown = append(f.Unknown, unseenData)
	}
}
