package diagnose

import (
	"fmt"
	"slices"
	"time"
)

// Thinned lists, for people, what cannot be told of a thinned capture
// (ftp.CaptureFacts.Thinned): diagnoses that are not made of it, or are made later.
func Thinned() []Lack {
	return []Lack{
		{MTUBlackhole, "that it is packets of full size that are lost"},
		{DataSilence, "which side stopped; a short stall of a slow one"},
		{ZeroWindowStall, "for how long, but at least"},
		{DataReset, "that a RST was forged, by what followed it"},
		{TLSSessionReuse, "whether TLS resumed; a short file is unknown"},
		{TLSProtection, "TLS on one side, plain data on the other"},
		{CaptureLossy, "lost data, but for what the kernel counts"},
		{CaptureOffload, "packets that the network card cuts or joins"},
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

// littleSeen is what can be said of a transfer that stood still on a thinned
// connection: not who stopped, and for how long only by estimate.
func (s *subject) littleSeen(f *Finding, fl flow) {
	from, quiet := s.called(fl.from), Duration(s.quiet().Round(time.Second))
	f.Headline = fmt.Sprintf("The transfer stood still for about %s", quiet)
	f.Observation = Statement{fmt.Sprintf("%s had passed when no more was seen of them for about %s; of the packets of data connections one in 64 is looked at, and those that end them", count(int(fl.sent.Bytes), "byte"), quiet), Likely}
	if fl.sent.Bytes == 0 {
		f.Headline = fmt.Sprintf("The data connection opened, and no data of %s was seen for %s", from, quiet)
		f.Observation.Text = fmt.Sprintf("the data connection was open, and nothing of %s was seen on it for %s; of its packets one in 64 is looked at", from, quiet)
	}
	f.Location = Place{Statement{"not to be told by so few packets", Possible}, Unknown}
	f.Cause = Statement{fmt.Sprintf("either %s stopped sending, or %s stopped reading, or something on the way lets the packets of this connection pass no more", from, s.called(fl.from.Other())), Possible}
	f.Unknown = []string{"which side stopped, and whether packets were repeated in vain"}
	f.Next = "watch the next transfer with --payload"
}
