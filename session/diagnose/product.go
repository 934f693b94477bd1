package diagnose

import "strings"

// product is a server program, as far as its greeting names it.
type product uint8

const (
	productUnknown product = iota
	productVsftpd
	productProFTPD
	productPureFTPd
	productFileZilla    // FileZilla Server 1.x
	productFileZillaOld // FileZilla Server 0.9.x
	productIIS
	productPyftpdlib
)

// productOf reads the name of the server program from a greeting. Many servers
// hide or change it: unknown is a usual answer.
func productOf(greeting string) product {
	text := strings.ToLower(greeting)
	for _, known := range []struct {
		word string
		is   product
	}{
		{"vsftpd", productVsftpd},
		{"proftpd", productProFTPD},
		{"pure-ftpd", productPureFTPd},
		{"filezilla server 0.", productFileZillaOld},
		{"filezilla server version 0.", productFileZillaOld},
		{"filezilla server", productFileZilla},
		{"microsoft ftp service", productIIS},
		{"pyftpdlib", productPyftpdlib},
	} {
		if strings.Contains(text, known.word) {
			return known.is
		}
	}
	return productUnknown
}

// configured is what has to be said to a server program about one thing, a line
// each; empty where it has no such setting.
type configured struct {
	vsftpd, proftpd, pure, filezilla, filezillaOld, iis, pyftpdlib string
}

// lines are those for the server of the session. Of a program that is not known
// vsftpd and ProFTPD are the examples.
func (c configured) lines(s *subject) string {
	var out []string
	add := func(title, text string) {
		if text != "" {
			out = append(out, "# "+title, text)
		}
	}
	switch productOf(s.Banner) {
	case productVsftpd:
		add("vsftpd.conf; then restart the service", c.vsftpd)
	case productProFTPD:
		add("proftpd.conf; then restart the service", c.proftpd)
	case productPureFTPd:
		add("Pure-FTPd, on its command line", c.pure)
	case productFileZilla:
		add("FileZilla Server", c.filezilla)
	case productFileZillaOld:
		add("FileZilla Server 0.9", c.filezillaOld)
	case productIIS:
		add("IIS", c.iis)
	case productPyftpdlib:
		add("pyftpdlib", c.pyftpdlib)
	default:
		add("for example vsftpd.conf; then restart the service", c.vsftpd)
		add("for example proftpd.conf; then restart the service", c.proftpd)
	}
	return strings.Join(out, "\n")
}
