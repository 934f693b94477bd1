package ftp

// verbs holds the known verbs by name. FTP's registry is
// https://www.rfc-editor.org/rfc/rfc5797#section-3
var verbs = index(
	login, parameters, files, transfers, security, extensions, experimental, vendors,
)

func index(groups ...[]Verb) map[string]*Verb {
	m := make(map[string]*Verb, 128)
	for _, group := range groups {
		for i := range group {
			m[group[i].Name] = &group[i]
		}
	}
	return m
}

// Codes that several verbs share.
var (
	transferMarks = []int{110, 125, 150, 226, 425, 426, 522}
	// pyftpdlib in active mode connects when it reads PORT and says 421 or 425 to
	// PORT itself; others say 425 to PASV if they find no port to listen at.
	announceMay = []int{425}
	sumMarks    = []int{213, 250, 251}
)

// https://www.rfc-editor.org/rfc/rfc959#section-4.1.1
var login = []Verb{
	{Name: "USER", RFC: 959, Section: "4.1.1", marks: []int{230, 232, 331, 332, 336}},
	{Name: "PASS", RFC: 959, Section: "4.1.1", marks: []int{230, 332}},
	{Name: "ACCT", RFC: 959, Section: "4.1.1", marks: []int{230}},
	{Name: "CWD", RFC: 959, Section: "4.1.1"},
	{Name: "CDUP", RFC: 959, Section: "4.1.1"},
	{Name: "SMNT", RFC: 959, Section: "4.1.1"},
	{Name: "REIN", RFC: 959, Section: "4.1.1", marks: []int{120, 220}},
	{Name: "QUIT", RFC: 959, Section: "4.1.1", marks: []int{221}},
}

// https://www.rfc-editor.org/rfc/rfc959#section-4.1.2
var parameters = []Verb{
	{Name: "PORT", RFC: 959, Section: "4.1.2", Mode: ModeActive, may: announceMay},
	{Name: "PASV", RFC: 959, Section: "4.1.2", Mode: ModePassive, marks: []int{227}, may: announceMay},
	{Name: "TYPE", RFC: 959, Section: "4.1.2"},
	{Name: "STRU", RFC: 959, Section: "4.1.2"},
	{Name: "MODE", RFC: 959, Section: "4.1.2"},
	{Name: "LPRT", RFC: 1639, Mode: ModeActive, marks: []int{521}, may: announceMay},
	{Name: "LPSV", RFC: 1639, Mode: ModePassive, marks: []int{228, 521}, may: announceMay},
	{Name: "EPRT", RFC: 2428, Section: "2", Mode: ModeActive, marks: []int{522}, may: announceMay},
	{Name: "EPSV", RFC: 2428, Section: "3", Mode: ModePassive, marks: []int{229, 522}, may: announceMay},
}

// https://www.rfc-editor.org/rfc/rfc959#section-4.1.3
var transfers = []Verb{
	{Name: "RETR", RFC: 959, Section: "4.1.3", Direction: DirectionDownload, marks: transferMarks},
	{Name: "STOR", RFC: 959, Section: "4.1.3", Direction: DirectionUpload, marks: transferMarks},
	{Name: "STOU", RFC: 959, Section: "4.1.3", Direction: DirectionUpload, marks: transferMarks},
	{Name: "APPE", RFC: 959, Section: "4.1.3", Direction: DirectionUpload, marks: transferMarks},
	{Name: "LIST", RFC: 959, Section: "4.1.3", Direction: DirectionListing, marks: transferMarks},
	{Name: "NLST", RFC: 959, Section: "4.1.3", Direction: DirectionListing, marks: transferMarks},
	{Name: "MLSD", RFC: 3659, Section: "7", Direction: DirectionListing, marks: transferMarks},
	{Name: "ERET", Direction: DirectionDownload, marks: transferMarks}, // GridFTP, GFD.20
	{Name: "ESTO", Direction: DirectionUpload, marks: transferMarks},   // GridFTP, GFD.20
}

// https://www.rfc-editor.org/rfc/rfc959#section-4.1.3
var files = []Verb{
	{Name: "ALLO", RFC: 959, Section: "4.1.3"},
	{Name: "REST", RFC: 959, Section: "4.1.3", marks: []int{350}},
	{Name: "RNFR", RFC: 959, Section: "4.1.3", marks: []int{350}},
	{Name: "RNTO", RFC: 959, Section: "4.1.3"},
	// What 426 and 226 after ABOR belong to depends on the server: 426 for the
	// transfer and then 226 for ABOR, or the other way round, or 226 for a
	// transfer that went through and then 225 for ABOR.
	// Samples: lab ops-pasv-vsftpd-abor-plain, ops-port-vsftpd-abor-urgent.
	{Name: "ABOR", RFC: 959, Section: "4.1.3", marks: []int{225, 226}, may: []int{426}},
	{Name: "DELE", RFC: 959, Section: "4.1.3"},
	{Name: "RMD", RFC: 959, Section: "4.1.3"},
	{Name: "MKD", RFC: 959, Section: "4.1.3", marks: []int{257}, may: []int{521}},
	{Name: "PWD", RFC: 959, Section: "4.1.3", marks: []int{257}},
	{Name: "SITE", RFC: 959, Section: "4.1.3", may: []int{211, 212, 213, 214, 350}}, // 350: ProFTPD's SITE CPFR
	{Name: "SYST", RFC: 959, Section: "4.1.3", marks: []int{215}},
	{Name: "STAT", RFC: 959, Section: "4.1.3", marks: []int{211, 212, 213}},
	{Name: "HELP", RFC: 959, Section: "4.1.3", marks: []int{214}, may: []int{211}},
	{Name: "NOOP", RFC: 959, Section: "4.1.3"},
	{Name: "SIZE", RFC: 3659, Section: "4", marks: []int{213}},
	{Name: "MDTM", RFC: 3659, Section: "3", marks: []int{213}},
	{Name: "MLST", RFC: 3659, Section: "7"},
}

// https://www.rfc-editor.org/rfc/rfc2228#section-3
// https://www.rfc-editor.org/rfc/rfc4217
var security = []Verb{
	{Name: "AUTH", RFC: 2228, Section: "3", marks: []int{234, 334, 431, 534}},
	{Name: "ADAT", RFC: 2228, Section: "3", marks: []int{235, 335, 535}},
	{Name: "PBSZ", RFC: 2228, Section: "3"},
	{Name: "PROT", RFC: 2228, Section: "3", marks: []int{534, 536}, may: []int{521}},
	{Name: "CCC", RFC: 2228, Section: "3", marks: []int{533, 534}},
	{Name: "MIC", RFC: 2228, Section: "3", wraps: true},
	{Name: "CONF", RFC: 2228, Section: "3", wraps: true},
	{Name: "ENC", RFC: 2228, Section: "3", wraps: true},
	{Name: "CPSV", Mode: ModePassive, marks: []int{227}, may: announceMay}, // PASV with TLS roles reversed, for FXP
	{Name: "SSCN"}, // the same wish as a switch
}

var extensions = []Verb{
	{Name: "FEAT", RFC: 2389, Section: "3", marks: []int{211}},
	{Name: "OPTS", RFC: 2389, Section: "4"},
	{Name: "LANG", RFC: 2640, Section: "4.1"},
	{Name: "HOST", RFC: 7151, Section: "3", marks: []int{220}},
}

// https://www.rfc-editor.org/rfc/rfc775
// https://www.rfc-editor.org/rfc/rfc1123#section-4.1.3.1
var experimental = []Verb{
	{Name: "XMKD", RFC: 775, marks: []int{257}, may: []int{521}},
	{Name: "XRMD", RFC: 775},
	{Name: "XPWD", RFC: 775, marks: []int{257}},
	{Name: "XCUP", RFC: 775},
	{Name: "XCWD", RFC: 1123, Section: "4.1.3.1"},
}

// Drafts and habits.
var vendors = []Verb{
	{Name: "CLNT"}, // the client names itself
	{Name: "CSID"}, // the same, both ways
	{Name: "MFMT", marks: []int{213}},
	{Name: "MFCT", marks: []int{213}},
	{Name: "MFF", marks: []int{213}},
	{Name: "AVBL", marks: []int{213}},
	{Name: "DSIZ", marks: []int{213}},
	{Name: "HASH", marks: sumMarks},
	{Name: "MD5", marks: sumMarks},
	{Name: "XMD5", marks: sumMarks},
	{Name: "XCRC", marks: sumMarks},
	{Name: "XSHA", marks: sumMarks},
	{Name: "XSHA1", marks: sumMarks},
	{Name: "XSHA256", marks: sumMarks},
	{Name: "XSHA512", marks: sumMarks},
	{Name: "RANG", marks: []int{350}},
	{Name: "COMB"},
	{Name: "PRET"},                    // announces the transfer command before PASV
	{Name: "SPAS", marks: []int{229}}, // GridFTP: many endpoints, in lines of one reply
	{Name: "SPOR"},
	{Name: "SBUF"},
	{Name: "DCAU"},
	{Name: "CKSM", marks: []int{213}},
}
