package report

// SchemaName names the version of the document. It changes when a field is
// renamed or dropped, never when one is added.
const SchemaName = "ftpscope/1"

// Document is the whole report.
type Document struct {
	Schema   string     `json:"schema" jsonschema:"enum=ftpscope/1"`
	Tool     Tool       `json:"tool"`
	Captures []*Capture `json:"captures"`
	Sessions []*Session `json:"sessions" jsonschema_description:"In order of first packet."`
	Findings []*Finding `json:"findings"`
	Summary  Summary    `json:"summary"`
	Path     *Path      `json:"path,omitempty" jsonschema_description:"Only of ftpscope compare."`
}

// Tool is the program that wrote the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Capture is one capture that was read.
type Capture struct {
	Name        string    `json:"name" jsonschema_description:"As given on the command line."`
	Format      string    `json:"format" jsonschema:"enum=pcap,enum=pcapng,enum=live"`
	Compression *string   `json:"compression" jsonschema:"nullable,enum=gzip,enum=zstd,enum=xz,enum=lz4,enum=bzip2" jsonschema_description:"How the file is compressed, or null."`
	LinkTypes   []string  `json:"link_types" jsonschema_description:"Link types of the packets, in order of appearance."`
	Packets     int64     `json:"packets" jsonschema_description:"Packets read."`
	Bytes       int64     `json:"bytes" jsonschema_description:"Size of the file."`
	First       *Time     `json:"first" jsonschema:"nullable" jsonschema_description:"Time of the first packet."`
	Last        *Time     `json:"last" jsonschema:"nullable" jsonschema_description:"Time of the last packet."`
	Vantage     *Vantage  `json:"vantage" jsonschema:"nullable" jsonschema_description:"Where on the path the capture was taken."`
	Complete    bool      `json:"complete" jsonschema_description:"False after an interrupt or where the file is cut."`
	Problems    []Problem `json:"problems" jsonschema_description:"What is wrong with the capture, and limits that were reached."`
	Drops       *int64    `json:"drops,omitempty" jsonschema_description:"Packets that were dropped while capturing; of a file only if it says so and there are some."`
}

// Vantage is where on the path a capture was taken.
type Vantage struct {
	Side       string   `json:"side" jsonschema:"enum=client-host,enum=client-side,enum=middle,enum=server-side,enum=server-host,enum=unknown"`
	Confidence string   `json:"confidence" jsonschema:"enum=certain,enum=likely,enum=possible"`
	Because    []string `json:"because" jsonschema_description:"What speaks for it."`
}

// Problem is something wrong with a capture, or a limit that was reached.
type Problem struct {
	Code    string `json:"code" jsonschema_description:"A stable word, like capture-truncated."`
	Message string `json:"message" jsonschema_description:"What is wrong and where, for people."`
	Frame   *int64 `json:"frame" jsonschema:"nullable" jsonschema_description:"The last packet before it."`
}

// Endpoint is an address and a port.
type Endpoint struct {
	Address string `json:"address"`
	Port    uint16 `json:"port"`
}

// Session is one control connection and all that belonged to it.
type Session struct {
	ID        string      `json:"id" jsonschema_description:"Of the form s1, numbered in order of first packet."`
	Capture   int         `json:"capture" jsonschema_description:"Index into captures, of the first packet."`
	Control   Control     `json:"control" jsonschema_description:"The control connection."`
	Banner    *string     `json:"banner" jsonschema:"nullable" jsonschema_description:"Text of the greeting."`
	User      *string     `json:"user" jsonschema:"nullable" jsonschema_description:"The user name that counted last, or null."`
	Login     string      `json:"login" jsonschema:"enum=accepted,enum=denied,enum=none" jsonschema_description:"What became of USER and PASS; none where it was not tried or cannot be read."`
	Security  string      `json:"security" jsonschema:"enum=none,enum=explicit-tls,enum=implicit-tls,enum=gssapi" jsonschema_description:"How the control connection is protected."`
	Commands  []Command   `json:"commands" jsonschema_description:"Every command, in order."`
	Transfers []*Transfer `json:"transfers" jsonschema_description:"In order of announcement or command, whichever came first."`
	Findings  []string    `json:"findings" jsonschema_description:"Ids of the findings about the session."`

	// Added to the contract by its own rule: fields may be added.
	Unsolicited []CommandReply `json:"unsolicited" jsonschema_description:"Replies that answer no command, the greeting excepted."`
	Needs       []Need         `json:"needs" jsonschema_description:"What a firewall must let pass for what the session tried."`
}

// Need is a connection that a firewall must let pass.
type Need struct {
	What      string   `json:"what" jsonschema_description:"Control connection, or data connection and mode."`
	From      string   `json:"from" jsonschema_description:"Address of who opens it."`
	FromPort  *uint16  `json:"from_port" jsonschema:"nullable" jsonschema_description:"Null for any."`
	To        string   `json:"to" jsonschema_description:"Address of who it is opened to."`
	Ports     Ports    `json:"ports" jsonschema_description:"At the other end, as seen."`
	Count     int      `json:"count" jsonschema_description:"Connections of the kind that the session tried or wanted."`
	Transfers []string `json:"transfers" jsonschema_description:"Some of the transfers that wanted it."`
	Frames    []int64  `json:"frames" jsonschema_description:"Some of the packets that show it."`
}

// Ports are the least and the greatest of some ports.
type Ports struct {
	Low  uint16 `json:"low"`
	High uint16 `json:"high"`
}

// Control is the control connection of a session.
type Control struct {
	Client     Endpoint `json:"client"`
	Server     Endpoint `json:"server"`
	State      string   `json:"state" jsonschema:"enum=unanswered,enum=refused,enum=prohibited,enum=open,enum=closed,enum=reset,enum=midstream" jsonschema_description:"Unanswered, refused (by RST) or prohibited (by ICMP) if the handshake failed; else reset if a RST ended it, closed if both FINs were seen, open otherwise; midstream where neither beginning nor end was seen."`
	FirstFrame int64    `json:"first_frame" jsonschema_description:"Number of the first packet in its capture, from 1, as Wireshark shows it."`
	LastFrame  int64    `json:"last_frame" jsonschema_description:"Number of the last packet in its capture."`
	Start      *Time    `json:"start" jsonschema:"nullable"`
	End        *Time    `json:"end" jsonschema:"nullable"`
}

// Command is one command and what answered it.
type Command struct {
	Frame    int64          `json:"frame" jsonschema_description:"Number of the packet in the capture."`
	Time     *Time          `json:"time" jsonschema:"nullable"`
	Verb     string         `json:"verb" jsonschema_description:"In upper case."`
	Argument string         `json:"argument" jsonschema_description:"As it was sent; that of PASS and ACCT is hidden unless --show-secrets is given."`
	Replies  []CommandReply `json:"replies"`
	Capture  *int           `json:"capture,omitempty" jsonschema_description:"Index into captures, where it is not that of the session."`
}

// CommandReply is a reply where it stands with its command.
type CommandReply struct {
	Frame   int64  `json:"frame" jsonschema_description:"Number of the packet that completed the reply."`
	Time    *Time  `json:"time" jsonschema:"nullable"`
	Code    int    `json:"code" jsonschema_description:"The reply code; 0 where the line has no valid one."`
	Text    string `json:"text" jsonschema_description:"Text of all its lines."`
	Capture *int   `json:"capture,omitempty" jsonschema_description:"Index into captures, where it is not that of the session."`
}

// Transfer is what one announcement or transfer command came to.
type Transfer struct {
	ID           string           `json:"id" jsonschema_description:"Of the form s1.t1."`
	Mode         string           `json:"mode" jsonschema:"enum=active,enum=passive,enum=unknown" jsonschema_description:"Active: the server opens the data connection to what the client announced; passive: the client opens it to what the server announced."`
	Announcement *Announcement    `json:"announcement" jsonschema:"nullable" jsonschema_description:"Where the data connection was to go; null when none was seen."`
	Command      *TransferCommand `json:"command" jsonschema:"nullable" jsonschema_description:"The transfer command; null when none followed."`
	Path         *string          `json:"path" jsonschema:"nullable" jsonschema_description:"The argument, resolved against the working directory where that is known."`
	Direction    *string          `json:"direction" jsonschema:"nullable,enum=download,enum=upload,enum=listing" jsonschema_description:"Null where it is not known."`
	Data         *Data            `json:"data" jsonschema:"nullable" jsonschema_description:"The data connection; null when none was seen."`
	Correlation  string           `json:"correlation" jsonschema:"enum=announced,enum=inferred" jsonschema_description:"How the data connection was tied to the transfer: by the announcement, or inferred from hosts, ports and time."`
	Outcome      string           `json:"outcome" jsonschema:"enum=rejected,enum=refused,enum=blocked,enum=completed,enum=stalled,enum=aborted,enum=incomplete,enum=unseen,enum=unused,enum=unknown" jsonschema_description:"What became of it, as one observer at this point can know it: ftpscope help outcomes."`
	Reply        *FinalReply      `json:"reply" jsonschema:"nullable" jsonschema_description:"The final reply to the transfer command, or null."`
	Findings     []string         `json:"findings" jsonschema_description:"Ids of the findings about the transfer."`

	// Added to the contract by its own rule: fields may be added.
	Type   *string `json:"type" jsonschema:"nullable,enum=A,enum=I,enum=E,enum=L" jsonschema_description:"The representation type in force: ASCII, image, EBCDIC or local; null where it is not known."`
	Offset int64   `json:"offset" jsonschema_description:"Where in the file it was to begin, as REST had it; 0 for the beginning."`
}

// Announcement is the endpoint that a transfer's listener was announced at.
type Announcement struct {
	Verb     string    `json:"verb" jsonschema:"enum=PORT,enum=EPRT,enum=LPRT,enum=PASV,enum=EPSV,enum=LPSV"`
	Frame    int64     `json:"frame" jsonschema_description:"The packet that carries the endpoint: the PORT, EPRT or LPRT command, or the 227, 229 or 228 reply."`
	Time     *Time     `json:"time" jsonschema:"nullable"`
	Endpoint *Endpoint `json:"endpoint" jsonschema:"nullable" jsonschema_description:"As announced; for EPSV the address is the server's. Null where it could not be read or the reply refused it."`
	Accepted *bool     `json:"accepted" jsonschema:"nullable" jsonschema_description:"Whether a 2xx answered; null when no answer was seen."`
	Capture  *int      `json:"capture,omitempty" jsonschema_description:"Index into captures, where it is not that of the session."`
}

// TransferCommand is the command that a transfer was for.
type TransferCommand struct {
	Verb     string `json:"verb"`
	Argument string `json:"argument" jsonschema_description:"As it was sent."`
	Frame    int64  `json:"frame" jsonschema_description:"Number of the packet in the capture."`
	Time     *Time  `json:"time" jsonschema:"nullable"`
	Capture  *int   `json:"capture,omitempty" jsonschema_description:"Index into captures, where it is not that of the session."`
}

// Data is the data connection of a transfer.
type Data struct {
	Initiator       string   `json:"initiator" jsonschema:"enum=client,enum=server,enum=other" jsonschema_description:"Who opened it, seen from this session; other is a third host, as with FXP."`
	Source          Endpoint `json:"source" jsonschema_description:"Of the first SYN."`
	Destination     Endpoint `json:"destination" jsonschema_description:"Of the first SYN."`
	State           string   `json:"state" jsonschema:"enum=unanswered,enum=refused,enum=prohibited,enum=open,enum=closed,enum=reset,enum=midstream" jsonschema_description:"Unanswered, refused (by RST) or prohibited (by ICMP) if the handshake failed; else reset if a RST ended it, closed if both FINs were seen, open otherwise; midstream where neither beginning nor end was seen."`
	TLS             bool     `json:"tls" jsonschema_description:"TLS records were seen on it."`
	FirstFrame      int64    `json:"first_frame" jsonschema_description:"Number of the first packet in the capture."`
	LastFrame       int64    `json:"last_frame" jsonschema_description:"Number of the last packet in the capture."`
	Start           *Time    `json:"start" jsonschema:"nullable"`
	End             *Time    `json:"end" jsonschema:"nullable"`
	Bytes           int64    `json:"bytes" jsonschema_description:"Payload of the file's sender, from sequence numbers, retransmissions counted once, TLS records and all."`
	MissingBytes    int64    `json:"missing_bytes" jsonschema_description:"Of the bytes, those in no captured segment."`
	Packets         int      `json:"packets" jsonschema_description:"Packets of both directions."`
	Retransmissions int      `json:"retransmissions" jsonschema_description:"Segments that repeat sequence numbers; frames that the capture holds twice are not."`
	Capture         *int     `json:"capture,omitempty" jsonschema_description:"Index into captures, where it is not that of the session."`
}

// FinalReply is the reply that ended a transfer command.
type FinalReply struct {
	Code    int    `json:"code"`
	Text    string `json:"text"`
	Frame   int64  `json:"frame" jsonschema_description:"Number of the packet in the capture."`
	Capture *int   `json:"capture,omitempty" jsonschema_description:"Index into captures, where it is not that of the session."`
}

// Finding is an explanation.
type Finding struct {
	ID          string     `json:"id"`
	Code        string     `json:"code" jsonschema_description:"From the catalogue of diagnoses."`
	Severity    string     `json:"severity" jsonschema:"enum=error,enum=warning,enum=note"`
	Session     *string    `json:"session" jsonschema:"nullable" jsonschema_description:"Null for a finding about a whole capture."`
	Transfers   []string   `json:"transfers" jsonschema_description:"Ids of the transfers that it explains, at most 100."`
	Headline    string     `json:"headline"`
	Count       int        `json:"count" jsonschema_description:"Attempts that it explains."`
	Observation Statement  `json:"observation" jsonschema_description:"What was seen."`
	Location    Place      `json:"location" jsonschema_description:"Where on the path."`
	Cause       Statement  `json:"cause" jsonschema_description:"Why."`
	Evidence    []Evidence `json:"evidence" jsonschema_description:"The packets that show it."`
	Unknown     []string   `json:"unknown" jsonschema_description:"What cannot be known from this point."`
	Next        *string    `json:"next" jsonschema:"nullable" jsonschema_description:"The cheapest next experiment, or null."`
	Because     []string   `json:"because" jsonschema_description:"Ids of the findings that it follows from."`
	Remedies    []Remedy   `json:"remedies"`
	Withdraws   []string   `json:"withdraws,omitempty" jsonschema_description:"Ids of findings that it takes back."`

	// Added to the contract by its own rule: fields may be added.
	Works       []string `json:"works" jsonschema_description:"Ids of transfers of the session that went well in another way."`
	NextCommand *string  `json:"next_command" jsonschema:"nullable" jsonschema_description:"What next takes, a command on each line, or null."`
	Filter      *string  `json:"filter" jsonschema:"nullable" jsonschema_description:"A Wireshark display filter that shows its packets, or null."`
}

// Statement is something said, and how sure it is.
type Statement struct {
	Text       string `json:"text"`
	Confidence string `json:"confidence" jsonschema:"enum=certain,enum=likely,enum=possible"`
}

// Place is a statement about where on the path.
type Place struct {
	Text       string `json:"text"`
	Confidence string `json:"confidence" jsonschema:"enum=certain,enum=likely,enum=possible"`
	Where      string `json:"where" jsonschema:"enum=client,enum=client-side,enum=middle,enum=server-side,enum=server,enum=beyond-client,enum=beyond-server,enum=capture,enum=unknown" jsonschema_description:"Client and server are the hosts, client-side and server-side the networks next to them, middle a box between; beyond-client and beyond-server say only in which direction; capture means that the capture itself is at fault."`
}

// Evidence is a packet that shows something.
type Evidence struct {
	Capture int    `json:"capture" jsonschema_description:"Index into captures."`
	Frame   int64  `json:"frame" jsonschema_description:"Number of the packet in the capture."`
	Time    *Time  `json:"time" jsonschema:"nullable"`
	Text    string `json:"text"`
}

// Remedy is what somebody can do.
type Remedy struct {
	Who     string `json:"who" jsonschema:"enum=client,enum=server,enum=firewall,enum=capture" jsonschema_description:"Who can do it."`
	Text    string `json:"text"`
	Example string `json:"example" jsonschema_description:"A command or configuration, or empty."`
}

// Summary counts what is in the document.
type Summary struct {
	Sessions  int        `json:"sessions"`
	Transfers int        `json:"transfers"`
	Modes     Modes      `json:"modes"`
	Outcomes  Outcomes   `json:"outcomes" jsonschema_description:"Only those that occur."`
	Bytes     int64      `json:"bytes" jsonschema_description:"Of all data connections."`
	Findings  Severities `json:"findings"`
}

// Modes counts transfers by mode.
type Modes struct {
	Active  int `json:"active"`
	Passive int `json:"passive"`
	Unknown int `json:"unknown"`
}

// Severities counts findings by severity.
type Severities struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Note    int `json:"note"`
}
