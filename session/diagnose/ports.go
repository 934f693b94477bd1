package diagnose

// The ports that services have unless somebody chose others.
//
// https://www.rfc-editor.org/rfc/rfc959#section-3.2 and
// https://www.rfc-editor.org/rfc/rfc959#section-8
const (
	dataPort     = 20  // that servers call from in active mode
	controlPort  = 21  // and that firewalls expect FTP on
	implicitPort = 990 // where TLS is spoken from the first byte; not standardised
)
