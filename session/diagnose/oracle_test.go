package diagnose

import (
	"testing"

	"github.com/ftpscope/ftpscope/session"
)

func TestServerMet(t *testing.T) {
	for _, tt := range []struct {
		code int
		text string
		want errno
	}{
		{425, "Failed to establish connection.", errnoNone},
		{425, "Can't open data connection.", errnoNone},
		{425, "Unable to build data connection: Connection timed out", errnoTimedOut},
		{425, "Unable to build data connection: No route to host", errnoUnreachable},
		{425, "Unable to build data connection: Connection refused", errnoRefused},
		{425, "Unable to build data connection: ECONNREFUSED - Connection Refused", errnoRefused},
		{425, "Unable to build data connection: Operation not permitted", errnoNotResumed},
		{425, "Unable to build data connection: TLS session of data connection not resumed.", errnoNotResumed},
		{522, "SSL connection failed; session reuse required: see require_ssl_reuse option in vsftpd.conf man page", errnoNotResumed},
		{450, "TLS session of data connection has not resumed or the session does not match the control connection", errnoNotResumed},
		{425, "Could not open data connection to port 40113: Operation now in progress", errnoTimedOut},
		{421, "Active data channel timed out.", errnoTimedOut},
		{421, "Timeout (no new data for 60 seconds)", errnoTimedOut},
		{421, "Timeout.", errnoNone},
		{425, "Security: Bad IP connecting.", errnoBadPeer},
		{425, "Rejected data connection from foreign address 192.0.2.7:4711.", errnoBadPeer},
		{425, "Use PORT or PASV first.", errnoNoAnnouncement},
		{503, "Use PORT or PASV first.", errnoNoAnnouncement},
		{425, "All reserved TCP ports are busy", errnoNoPorts},
		{425, "Cannot prepare for data connection.", errnoNoPorts},
		{425, "Can't build data connection: Address already in use.", errnoInUse},
		{500, "OOPS: vsf_sysutil_bind: Address already in use", errnoInUse},
		{425, "Can't open data connection: Permission denied", errnoDenied},
		{550, "x.bin: Permission denied", errnoNone},
		{550, "Connection refused.txt: No such file", errnoNone},
		{226, "Connection refused is what the file says", errnoNone},
	} {
		if got := serverMet(&session.Reply{Code: tt.code, Text: tt.text}); got != tt.want {
			t.Errorf("%d %s: %d, want %d", tt.code, tt.text, got, tt.want)
		}
	}
	if serverMet(nil) != errnoNone {
		t.Error("no reply says nothing")
	}
}
