package diagnose

// kind is the part that a rule has in an explanation.
type kind uint8

const (
	headlines kind = iota // the first that fires is the headline
	causes                // attaches to some headlines as their cause
	remarks               // is said whatever else is said
)

// row is a rule in the table of precedence.
type row struct {
	code   Code
	kind   kind
	match  func(*subject) *Finding
	of     []Code // causes: the headlines that it attaches to
	aside  bool   // may speak of a transfer that went well: as a warning or a note
	unused bool   // the same of one that was announced and not wanted
}

// Headlines that causes attach to.
var (
	passiveFailed = []Code{PassiveUnanswered, PassiveRefused, PassiveRejected, PassiveNoAttempt, HandshakeNotCompleted}
	activeFailed  = []Code{ActiveUnanswered, ActiveRefused, ActiveRejected, ActiveNeverSeen, HandshakeNotCompleted}
	unanswered    = []Code{PassiveUnanswered, PassiveRejected, PassiveNoAttempt, ActiveUnanswered, ActiveRejected, ActiveNeverSeen}
	dataFailed    = []Code{
		PassiveUnanswered, PassiveRefused, PassiveRejected, PassiveNoAttempt, HandshakeNotCompleted,
		ActiveUnanswered, ActiveRefused, ActiveRejected, ActiveNeverSeen, PortCommandRefused,
	}
)

// ofMode are the headlines that another mode, or another command that announces,
// may do away with.
var ofMode = append([]Code{
	AnnouncementDropped, SequenceDamage, ControlReset, PassivePortsExhausted, ExtendedUnsupported, AnnouncementMalformed,
	SYNProxy, PassiveWrongBackend, ActivePortReuse, DataPeerRejected, MTUBlackhole, DataSilence, DataReset,
}, dataFailed...)

// precedence is the order in which rules are asked, about a session as a whole
// and about each of its transfers; a rule says nothing of what is not its
// business. What an endpoint said itself goes before what packets tell, an
// answer before silence, and what explains why nothing could follow before what
// then did not follow.
var precedence = []row{
	// The endpoint's own words.
	{code: ServerSideError, match: serverSideError},

	// The control connection cannot be used: nothing later can be judged.
	{code: ControlUnreachable, match: controlUnreachable},
	{code: GreetingMissing, match: greetingMissing},
	{code: TLSImplicitExplicit, match: tlsImplicitExplicit},
	{code: TLSNegotiationBlocked, match: tlsNegotiationBlocked},

	// Why no data connection could follow.
	{code: AnnouncementDropped, match: announcementDropped, unused: true},
	{code: SequenceDamage, match: sequenceDamage, unused: true},
	{code: ControlReset, match: controlReset, unused: true},

	// Refused, or not understood, before any SYN.
	{code: PortCommandRefused, match: portCommandRefused},
	{code: PassivePortsExhausted, match: passivePortsExhausted},
	{code: ExtendedUnsupported, match: extendedUnsupported},
	{code: AnnouncementMalformed, match: announcementMalformed, unused: true},

	// The handshake of TCP succeeded.
	{code: DataPeerRejected, match: dataPeerRejected},
	{code: TLSSessionReuse, match: tlsSessionReuse, aside: true},
	{code: TLSProtection, match: tlsProtection},

	// It succeeded in part.
	{code: SYNProxy, match: synProxy},
	{code: HandshakeNotCompleted, match: handshakeNotCompleted, aside: true},

	// Somebody said no.
	{code: PassiveRejected, match: passiveRejected},
	{code: ActiveRejected, match: activeRejected},
	{code: PassiveWrongBackend, match: passiveWrongBackend},
	{code: ActivePortReuse, match: activePortReuse},
	{code: PassiveRefused, match: passiveRefused},
	{code: ActiveRefused, match: activeRefused},

	// Nobody said anything.
	{code: PassiveUnanswered, match: passiveUnanswered},
	{code: ActiveUnanswered, match: activeUnanswered},
	{code: PassiveNoAttempt, match: passiveNoAttempt, unused: true},
	{code: ActiveNeverSeen, match: activeNeverSeen},

	// While data flowed, and after.
	{code: MTUBlackhole, match: mtuBlackhole, aside: true},
	{code: ZeroWindowStall, match: zeroWindowStall},
	{code: DataReset, match: dataReset},
	{code: DataSilence, match: dataSilence, aside: true},
	{code: ControlLost, match: controlLost, aside: true},
	{code: FinalReplyDelayed, match: finalReplyDelayed, aside: true},
	{code: ServiceClosing, match: serviceClosing},

	// What attaches as the cause, the most specific first.
	{code: PasvPrivateAddress, kind: causes, match: pasvPrivateAddress, of: passiveFailed, aside: true, unused: true},
	{code: PasvUnusableAddress, kind: causes, match: pasvUnusableAddress, of: passiveFailed, aside: true, unused: true},
	{code: ActivePrivateAddress, kind: causes, match: activePrivateAddress, of: append([]Code{PortCommandRefused}, activeFailed...), aside: true},
	{code: AnnouncementRewritten, kind: causes, match: announcementRewritten, of: append([]Code{CaptureControlOnly, CaptureFTPPortsOnly}, dataFailed...), aside: true},
	{code: EpsvNotTracked, kind: causes, match: epsvNotTracked, of: passiveFailed},
	{code: PassivePortRange, kind: causes, match: passivePortRange, of: passiveFailed},
	{code: TLSBlinds, kind: causes, match: tlsBlinds, of: unanswered},
	{code: PasvAddressMismatch, kind: causes, match: pasvAddressMismatch, of: passiveFailed, aside: true, unused: true},
	{code: ActiveSourcePort, kind: causes, match: activeSourcePort, of: activeFailed, aside: true},
	{code: ALGNotAttached, kind: causes, match: algNotAttached, of: unanswered},

	// What is said whatever else is said.
	{code: ThirdParty, kind: remarks, match: thirdParty},
}

// rules are the rows of precedence that are asked about a subject, in order.
type rules struct{ headlines, causes, remarks []row }

// Of what went well, and of what nobody wanted, most rules have nothing to say.
var (
	usualRules = rulesFor(false, false)
	wellRules  = rulesFor(true, false)
	idleRules  = rulesFor(false, true)
)

// rulesFor picks those for a transfer that went well, that nobody wanted, or
// neither.
func rulesFor(completed, unused bool) rules {
	var out rules
	for _, r := range precedence {
		aside := r.aside && completed || r.unused && unused
		if r.kind == headlines && (aside || !completed && !unused) {
			out.headlines = append(out.headlines, r)
		}
		if r.kind == causes {
			out.causes = append(out.causes, r)
		}
		if r.kind == remarks || r.kind == causes && aside {
			out.remarks = append(out.remarks, r)
		}
	}
	return out
}

// rules are those for the subject.
func (s *subject) rules() *rules {
	switch {
	case s.completed():
		return &wellRules
	case s.unused():
		return &idleRules
	}
	return &usualRules
}
