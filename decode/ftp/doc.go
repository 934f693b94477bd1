// Package ftp is the vocabulary of the File Transfer Protocol: commands,
// replies, announcements, the lines they come in, and the events and facts that
// travel from the decoder of packets to the tracker of sessions. It imports the
// standard library only, keeps no state of a session and reads no clock.
//
// # Words
//
//   - control connection: where commands and replies go (RFC 959 section 2.2)
//   - data connection: carries one file or listing (RFC 959 section 2.2)
//   - command, reply: RFC 959 section 4
//   - announcement: PORT, EPRT, LPRT commands and 227, 229, 228 replies; it
//     names the endpoint that the listener of the data connection waits at
//   - initiator, listener: who sends the SYN of a connection, and who gets it
//   - transfer: what one transfer command wanted: its announcement, data
//     connection and reply together
//   - active, passive: the server initiates, or listens to, the data connection
//
// # Path of a byte
//
//	bytes ─▶ Framer ─▶ Line ─┬▶ ParseCommand ───▶ Command ─▶ Announcement
//	                         └▶ ReplyAssembler ─▶ Reply ───▶ Announcement
//
// # Grammar
//
// What is understood, in the notation of RFC 5234.
//
//	command   = *SP verb [SP argument] *CR LF
//	verb      = ALPHA *(ALPHA / DIGIT)           ; any case
//	reply     = last / first *(text *CR LF) last ; both with the same code
//	first     = code "-" text *CR LF
//	last      = code [SP / HTAB] text *CR LF
//	code      = %x31-36 %x30-35 DIGIT
//
//	PORT      = host "," port                    ; blanks around commas are let pass
//	LPRT      = "4,4," host ",2," port / "6,16," 16octets ",2," port
//	host      = octet "," octet "," octet "," octet
//	port      = octet "," octet                  ; not 0,0
//	EPRT      = d family d address d number d    ; d: visible, no letter or digit
//	family    = "1" / "2"
//	227       = *OCTET PORT *OCTET               ; RFC 1123 section 4.1.2.6
//	228       = *OCTET LPRT *OCTET
//	229       = *OCTET "(" d [family] d [address] d number d *OCTET
//	          / *OCTET "|" [family] "|" [address] "|" number "|" *OCTET
//
// # Documents
//
//   - RFC 959 the protocol; RFC 1123 section 4.1 corrects it
//   - RFC 775 XMKD and its like
//   - RFC 1639 LPRT, LPSV; RFC 2428 EPRT, EPSV
//   - RFC 2228 AUTH, PROT and protected replies; RFC 4217 TLS
//   - RFC 2389 FEAT, OPTS; RFC 2640 LANG and UTF-8; RFC 7151 HOST
//   - RFC 3659 SIZE, MDTM, MLST, MLSD, REST
//   - RFC 5797 the registry of commands
//
// # Limitations
//
// Telnet commands inside a line are data, see Framer. Protected replies, 6yz, are
// read but not decoded. GridFTP's striped announcements (SPAS, SPOR) are not
// parsed.
package ftp
