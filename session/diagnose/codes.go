package diagnose

import "strings"

// Code names a diagnosis. It is stable: programs and pages know it.
type Code string

// The diagnoses of the control connection.
const (
	ControlUnreachable    Code = "control-unreachable"
	GreetingMissing       Code = "greeting-missing"
	ServiceClosing        Code = "service-closing-421"
	ControlReset          Code = "control-reset-after-command"
	TLSNegotiationBlocked Code = "tls-negotiation-blocked"
	TLSImplicitExplicit   Code = "tls-implicit-explicit-mismatch"
	PasvPrivateAddress    Code = "pasv-private-address"
	PasvUnusableAddress   Code = "pasv-unusable-address"
	PasvAddressMismatch   Code = "pasv-address-mismatch"
	AnnouncementMalformed Code = "announcement-malformed"
	AnnouncementDropped   Code = "announcement-dropped-by-alg"
	AnnouncementRewritten Code = "announcement-rewritten"
	SequenceDamage        Code = "alg-sequence-damage"
	ALGNotAttached        Code = "alg-not-attached"
	ExtendedUnsupported   Code = "extended-command-unsupported"
	PassiveUnanswered     Code = "passive-syn-unanswered"
	PassiveRefused        Code = "passive-syn-refused"
	PassiveRejected       Code = "passive-syn-rejected-by-middlebox"
	PassiveWrongBackend   Code = "passive-wrong-backend"
	PassiveNoAttempt      Code = "passive-no-attempt"
	PassivePortRange      Code = "passive-port-range-mismatch"
	PassivePortsExhausted Code = "passive-ports-exhausted"
	DataPeerRejected      Code = "data-peer-address-rejected"
	EpsvNotTracked        Code = "epsv-not-tracked"
	ActivePrivateAddress  Code = "active-private-address"
	PortCommandRefused    Code = "port-command-refused"
	ActiveUnanswered      Code = "active-syn-unanswered"
	ActiveRefused         Code = "active-syn-refused"
	ActiveRejected        Code = "active-syn-rejected-by-middlebox"
	ActiveNeverSeen       Code = "active-syn-never-seen"
	ActiveSourcePort      Code = "active-source-port-not-20"
	ActivePortReuse       Code = "active-port-reuse-collision"
	SYNProxy              Code = "syn-proxy-interference"
	HandshakeNotCompleted Code = "handshake-not-completed"
	ThirdParty            Code = "third-party-data-endpoint"
	TLSBlinds             Code = "tls-blinds-middlebox"
	TLSSessionReuse       Code = "tls-session-reuse-required"
	TLSProtection         Code = "tls-protection-mismatch"
	MTUBlackhole          Code = "mtu-blackhole"
	ZeroWindowStall       Code = "zero-window-stall"
	DataReset             Code = "data-reset-midway"
	DataSilence           Code = "data-silence-midway"
	ControlLost           Code = "control-lost-during-transfer"
	FinalReplyDelayed     Code = "final-reply-delayed"
	ServerSideError       Code = "server-side-error"
)

// The defects of captures.
const (
	CaptureControlOnly  Code = "capture-control-only"
	CaptureFTPPortsOnly Code = "capture-ftp-ports-only"
	CaptureNoICMP       Code = "capture-no-icmp"
	CaptureOneDirection Code = "capture-one-direction"
	CaptureTruncated    Code = "capture-truncated"
	CaptureLossy        Code = "capture-lossy"
	CaptureStartsLate   Code = "capture-starts-late"
	CaptureEndsEarly    Code = "capture-ends-early"
	CaptureDuplicated   Code = "capture-duplicated"
	CaptureOffload      Code = "capture-offload"
	CaptureTwoSides     Code = "capture-two-sides"
	CaptureClock        Code = "capture-clock"
)

// ofCapture reports whether the code is that of a defect of a capture.
func (c Code) ofCapture() bool { return strings.HasPrefix(string(c), "capture-") }

// Codes lists all codes: the diagnoses in the order of the catalogue, then the
// defects of captures.
func Codes() []Code {
	return []Code{
		ControlUnreachable, GreetingMissing, ServiceClosing, ControlReset, TLSNegotiationBlocked,
		TLSImplicitExplicit, PasvPrivateAddress, PasvUnusableAddress, PasvAddressMismatch, AnnouncementMalformed,
		AnnouncementDropped, AnnouncementRewritten, SequenceDamage, ALGNotAttached, ExtendedUnsupported,
		PassiveUnanswered, PassiveRefused, PassiveRejected, PassiveWrongBackend, PassiveNoAttempt, PassivePortRange,
		PassivePortsExhausted, DataPeerRejected, EpsvNotTracked, ActivePrivateAddress, PortCommandRefused,
		ActiveUnanswered, ActiveRefused, ActiveRejected, ActiveNeverSeen, ActiveSourcePort, ActivePortReuse,
		SYNProxy, HandshakeNotCompleted, ThirdParty, TLSBlinds, TLSSessionReuse, TLSProtection, MTUBlackhole,
		ZeroWindowStall, DataReset, DataSilence, ControlLost, FinalReplyDelayed, ServerSideError, CaptureControlOnly,
		CaptureFTPPortsOnly, CaptureNoICMP, CaptureOneDirection, CaptureTruncated, CaptureLossy, CaptureStartsLate,
		CaptureEndsEarly, CaptureDuplicated, CaptureOffload, CaptureTwoSides, CaptureClock,
	}
}
