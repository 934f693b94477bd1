package report

// Path is what captures of several points show together.
type Path struct {
	Points    []int     `json:"points" jsonschema_description:"Indexes into captures, from the client to the server."`
	Clocks    []Clock   `json:"clocks" jsonschema_description:"How far apart the clocks are, against that of the first of points."`
	Views     []View    `json:"views" jsonschema_description:"One for each transfer."`
	Stretches []Stretch `json:"stretches" jsonschema_description:"What happened to a packet between two neighbours."`
	Controls  []View    `json:"controls" jsonschema_description:"The same of the control connection of each session."`
	Because   []string  `json:"because" jsonschema_description:"What the order of points rests on."`
	Aside     []int     `json:"aside" jsonschema_description:"Indexes of captures that hold nothing in common with the others."`
}

// Clock is how the clock of a capture stands to that of the first point.
type Clock struct {
	Capture  int     `json:"capture" jsonschema_description:"Index into captures."`
	Offset   *string `json:"offset" jsonschema:"nullable" jsonschema_description:"What it shows less what the clock of the first point shows at the same moment, like 1.2ms or -1h0m3s; null where nothing tells."`
	Spread   *string `json:"spread" jsonschema:"nullable" jsonschema_description:"The true offset is no farther away than this; null where not bounded."`
	Bounded  bool    `json:"bounded" jsonschema_description:"Packets of both directions bound the offset; if false, it is only a guess from one."`
	Pairs    int     `json:"pairs" jsonschema_description:"Packets in both captures that the estimate rests on."`
	DriftPPM float64 `json:"drift_ppm" jsonschema_description:"How much faster the clock runs, in parts per million."`
	Unsteady bool    `json:"unsteady" jsonschema_description:"More packets contradict the estimate than jitter explains: a clock jumped."`
}

// View is a transfer, or a control connection, at each point of the path.
type View struct {
	Transfer *string     `json:"transfer" jsonschema:"nullable" jsonschema_description:"Id; null for the control connection."`
	Session  string      `json:"session" jsonschema_description:"Id."`
	Points   []ViewPoint `json:"points" jsonschema_description:"From the client to the server."`
}

// ViewPoint is what one point saw.
type ViewPoint struct {
	Capture      int         `json:"capture" jsonschema_description:"Index into captures; frames are of it."`
	Announcement *ViewText   `json:"announcement" jsonschema:"nullable" jsonschema_description:"The line with the endpoint, as seen here; null where absent."`
	SYN          *ViewSYN    `json:"syn" jsonschema:"nullable" jsonschema_description:"The requests to connect; null where absent."`
	Answer       ViewAnswer  `json:"answer" jsonschema_description:"What answered the SYN."`
	Bytes        int64       `json:"bytes" jsonschema_description:"Payload of the file's sender; of the control connection, of both sides."`
	Reply        *FinalReply `json:"reply" jsonschema:"nullable" jsonschema_description:"The final reply to the transfer command; null where absent."`
	Blind        *string     `json:"blind" jsonschema:"nullable" jsonschema_description:"Why absence here proves nothing; null where it does."`
}

// ViewText is a line of the dialogue.
type ViewText struct {
	Text  string `json:"text"`
	Frame int64  `json:"frame"`
}

// ViewSYN is who connected to whom, as a point has it.
type ViewSYN struct {
	Frames      []int64 `json:"frames"`
	Source      string  `json:"source" jsonschema_description:"Address and port."`
	Destination string  `json:"destination" jsonschema_description:"Address and port."`
}

// ViewAnswer is what answered a SYN.
type ViewAnswer struct {
	Kind  *string `json:"kind" jsonschema:"nullable,enum=syn-ack,enum=rst,enum=icmp" jsonschema_description:"Null where nothing did."`
	Frame *int64  `json:"frame" jsonschema:"nullable"`
	From  *string `json:"from" jsonschema:"nullable" jsonschema_description:"Address of its sender."`
}

// Stretch is what happened to a packet between two points.
type Stretch struct {
	Transfer   *string    `json:"transfer" jsonschema:"nullable" jsonschema_description:"Id; null for the control connection."`
	Session    string     `json:"session" jsonschema_description:"Id."`
	Between    [2]int     `json:"between" jsonschema_description:"Indexes into captures, the one nearer to the client first."`
	Packet     string     `json:"packet" jsonschema:"enum=syn,enum=syn-ack,enum=ack,enum=rst,enum=icmp,enum=announcement,enum=command,enum=reply,enum=data,enum=fin" jsonschema_description:"Ack: an acknowledgment without payload; command and reply: payload of the control connection; data: of the data connection."`
	Direction  string     `json:"direction" jsonschema:"enum=to-server,enum=to-client"`
	What       string     `json:"what" jsonschema:"enum=lost,enum=answered,enum=changed" jsonschema_description:"Lost: one point saw it leave and the other never saw it come; answered: somebody between them answered it or spoke in the name of a host; changed: it came out otherwise than it went in."`
	Finding    *string    `json:"finding" jsonschema:"nullable" jsonschema_description:"Id of the finding that explains it."`
	Text       string     `json:"text"`
	Confidence string     `json:"confidence" jsonschema:"enum=certain,enum=likely,enum=possible"`
	Evidence   []Evidence `json:"evidence" jsonschema_description:"The packets that show it."`
}
