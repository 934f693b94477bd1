package session

// Limits bounds what the tracker keeps and gives out. Zero fields take the
// defaults. Reaching one is a notice in the session or in the report.
type Limits struct {
	Commands    int // of one session: 100,000
	Transfers   int // of one session: 50,000
	Pending     int // commands of one session that wait for a reply: 1,000
	Replies     int // to one command: 1,000
	Unsolicited int // replies of one session that answer nothing: 1,000
	Strays      int // connections between FTP hosts that may yet prove to be data connections: 4,096
	Attempts    int // data connections tried for one announcement: 64
	Failed      int // control connections given out that never opened: 10,000
	Live        int // sessions under way at once: 65,536
}

func (l Limits) withDefaults() Limits {
	for v, def := range map[*int]int{
		&l.Commands: 100_000, &l.Transfers: 50_000, &l.Pending: 1000, &l.Replies: 1000, &l.Unsolicited: 1000,
		&l.Strays: 4096, &l.Attempts: 64, &l.Failed: 10_000, &l.Live: 65_536,
	} {
		if *v <= 0 {
			*v = def
		}
	}
	return l
}
