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
	Compression *string   `json:"compression" jsonschema:"nullable,enum=gzip,enum=zstd,enum=xz,enum=lz4,enum=bzip2"`
	LinkTypes   []string  `json:"link_types"`
	Packets     int64     `json:"packets" jsonschema_description:"Packets read."`
	Bytes       int64     `json:"bytes" jsonschema_description:"Size of the file."`
	First       *Time     `json:"first" jsonschema:"nullable"`
	Last        *Time     `json:"last" jsonschema:"nullable"`
	Vantage     *Vantage  `json:"vantage" jsonschema:"nullable"`
	Complete    bool      `json:"complete" jsonschema_description:"False after an interrupt or where the file is cut."`
	Problems    []Problem `json:"problems"`
}

// Vantage is where on the path a capture was taken.
type Vantage struct {
	Side       string   `json:"side" jsonschema:"enum=client-host,enum=client-side,enum=middle,enum=server-side,enum=server-host,enum=unknown"`
	Confidence string   `json:"confidence" jsonschema:"enum=certain,enum=likely,enum=possible"`
	Because    []string `json:"because"`
}

// Problem is something wrong with a capture, or a limit that was reached.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Frame   *int64 `json:"frame" jsonschema:"nullable"`
}

// Endpoint is an address and a port.
type Endpoint struct {
	Address string `json:"address"`
	Port    uint16 `json:"port"`
}

// Session is one control connection and all that belonged to it.
type Session struct {
	ID        string      `json:"id"`
	Capture   int         `json:"capture" jsonschema_description:"Index into captures, of the first packet."`
	Control   Control     `json:"control"`
	Banner    *string     `json:"banner" jsonschema:"nullable" jsonschema_description:"Text of the greeting."`
	User      *string     `json:"user" jsonschema:"nullable"`
	Login     string      `json:"login" jsonschema:"enum=accepted,enum=denied,enum=none"`
	Security  string      `json:"security" jsonschema:"enum=none,enum=explicit-tls,enum=implicit-tls,enum=gssapi"`
	Commands  []Command   `json:"commands"`
	Transfers []*Transfer `json:"transfers" jsonschema_description:"In order of announcement or command, whichever came first."`
	Findings  []string    `json:"findings"`

	// Added to the contract by its own rule: fields may be added.
	Unsolicited []CommandReply `json:"unsolicited" jsonschema_description:"Replies that answer no command, the greeting excepted."`
}

// Control is the control connection of a session.
type Control struct {
	Client     Endpoint `json:"client"`
	Server     Endpoint `json:"server"`
	State      string   `json:"state" jsonschema:"enum=unanswered,enum=refused,enum=prohibited,enum=open,enum=closed,enum=reset,enum=midstream"`
	FirstFrame int64    `json:"first_frame"`
	LastFrame  int64    `json:"last_frame"`
	Start      *Time    `json:"start" jsonschema:"nullable"`
	End        *Time    `json:"end" jsonschema:"nullable"`
}

// Command is one command and what answered it.
type Command struct {
	Frame    int64          `json:"frame"`
	Time     *Time          `json:"time" jsonschema:"nullable"`
	Verb     string         `json:"verb"`
	Argument string         `json:"argument"`
	Replies  []CommandReply `json:"replies"`
}

// CommandReply is a reply where it stands with its command.
type CommandReply struct {
	Frame int64  `json:"frame"`
	Time  *Time  `json:"time" jsonschema:"nullable"`
	Code  int    `json:"code"`
	Text  string `json:"text"`
}

// Transfer is what one announcement or transfer command came to.
type Transfer struct {
	ID           string           `json:"id"`
	Mode         string           `json:"mode" jsonschema:"enum=active,enum=passive,enum=unknown"`
	Announcement *Announcement    `json:"announcement" jsonschema:"nullable"`
	Command      *TransferCommand `json:"command" jsonschema:"nullable"`
	Path         *string          `json:"path" jsonschema:"nullable" jsonschema_description:"The argument, resolved against the working directory where that is known."`
	Direction    *string          `json:"direction" jsonschema:"nullable,enum=download,enum=upload,enum=listing"`
	Data         *Data            `json:"data" jsonschema:"nullable"`
	Correlation  string           `json:"correlation" jsonschema:"enum=announced,enum=inferred"`
	Outcome      string           `json:"outcome" jsonschema:"enum=rejected,enum=refused,enum=blocked,enum=completed,enum=stalled,enum=aborted,enum=incomplete,enum=unseen,enum=unused,enum=unknown"`
	Reply        *FinalReply      `json:"reply" jsonschema:"nullable"`
	Findings     []string         `json:"findings"`
}

// Announcement is the endpoint that a transfer's listener was announced at.
type Announcement struct {
	Verb     string    `json:"verb" jsonschema:"enum=PORT,enum=EPRT,enum=LPRT,enum=PASV,enum=EPSV,enum=LPSV"`
	Frame    int64     `json:"frame"`
	Time     *Time     `json:"time" jsonschema:"nullable"`
	Endpoint *Endpoint `json:"endpoint" jsonschema:"nullable"`
	Accepted *bool     `json:"accepted" jsonschema:"nullable"`
}

// TransferCommand is the command that a transfer was for.
type TransferCommand struct {
	Verb     string `json:"verb"`
	Argument string `json:"argument"`
	Frame    int64  `json:"frame"`
	Time     *Time  `json:"time" jsonschema:"nullable"`
}

// Data is the data connection of a transfer.
type Data struct {
	Initiator       string   `json:"initiator" jsonschema:"enum=client,enum=server,enum=other"`
	Source          Endpoint `json:"source"`
	Destination     Endpoint `json:"destination"`
	State           string   `json:"state" jsonschema:"enum=unanswered,enum=refused,enum=prohibited,enum=open,enum=closed,enum=reset,enum=midstream"`
	TLS             bool     `json:"tls"`
	FirstFrame      int64    `json:"first_frame"`
	LastFrame       int64    `json:"last_frame"`
	Start           *Time    `json:"start" jsonschema:"nullable"`
	End             *Time    `json:"end" jsonschema:"nullable"`
	Bytes           int64    `json:"bytes"`
	MissingBytes    int64    `json:"missing_bytes"`
	Packets         int      `json:"packets"`
	Retransmissions int      `json:"retransmissions"`
}

// FinalReply is the reply that ended a transfer command.
type FinalReply struct {
	Code  int    `json:"code"`
	Text  string `json:"text"`
	Frame int64  `json:"frame"`
}

// Finding is an explanation.
type Finding struct {
	ID          string     `json:"id"`
	Code        string     `json:"code"`
	Severity    string     `json:"severity" jsonschema:"enum=error,enum=warning,enum=note"`
	Session     *string    `json:"session" jsonschema:"nullable"`
	Transfers   []string   `json:"transfers"`
	Headline    string     `json:"headline"`
	Count       int        `json:"count"`
	Observation Statement  `json:"observation"`
	Location    Place      `json:"location"`
	Cause       Statement  `json:"cause"`
	Evidence    []Evidence `json:"evidence"`
	Unknown     []string   `json:"unknown"`
	Next        *string    `json:"next" jsonschema:"nullable"`
	Because     []string   `json:"because"`
	Remedies    []Remedy   `json:"remedies"`
	Withdraws   []string   `json:"withdraws,omitempty"`
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
	Where      string `json:"where" jsonschema:"enum=client,enum=client-side,enum=middle,enum=server-side,enum=server,enum=beyond-client,enum=beyond-server,enum=capture,enum=unknown"`
}

// Evidence is a packet that shows something.
type Evidence struct {
	Capture int    `json:"capture"`
	Frame   int64  `json:"frame"`
	Time    *Time  `json:"time" jsonschema:"nullable"`
	Text    string `json:"text"`
}

// Remedy is what somebody can do.
type Remedy struct {
	Who     string `json:"who" jsonschema:"enum=client,enum=server,enum=firewall,enum=capture"`
	Text    string `json:"text"`
	Example string `json:"example"`
}

// Summary counts what is in the document.
type Summary struct {
	Sessions  int        `json:"sessions"`
	Transfers int        `json:"transfers"`
	Modes     Modes      `json:"modes"`
	Outcomes  Outcomes   `json:"outcomes" jsonschema_description:"Only those that occur."`
	Bytes     int64      `json:"bytes"`
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
