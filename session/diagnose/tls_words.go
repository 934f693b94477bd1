package diagnose

import (
	"fmt"

	"github.com/ftpscope/ftpscope/decode/ftp"
)

// alertNames are those of the TLS alerts that servers and clients of FTP send.
//
// https://www.rfc-editor.org/rfc/rfc8446#section-6
var alertNames = map[uint8]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 40: "handshake_failure", 42: "bad_certificate",
	43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
	47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
	70: "protocol_version", 71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled",
	109: "missing_extension", 110: "unsupported_extension", 112: "unrecognized_name", 115: "unknown_psk_identity",
	116: "certificate_required", 120: "no_application_protocol",
}

func alertName(description uint8) string {
	if n, ok := alertNames[description]; ok {
		return n
	}
	return fmt.Sprintf("number %d", description)
}

// alertText says who sent an alert, and which.
func alertText(who string, a ftp.Alert) string {
	level := "alert"
	if a.Level == 2 {
		level = "fatal alert"
	}
	return fmt.Sprintf("%s sends the TLS %s %s", who, level, alertName(a.Description))
}

// lastAlert is the last alert on the data connection that could be read; nil if
// there is none.
func (s *subject) lastAlert() *ftp.Alert {
	c := s.conn()
	if c == nil || c.Hello == nil || len(c.Hello.Alerts) == 0 {
		return nil
	}
	return &c.Hello.Alerts[len(c.Hello.Alerts)-1]
}
