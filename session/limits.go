package session

// Limits bounds what the tracker keeps and gives out. Zero fields take the
// defaults. Reaching one is a notice in the session or in the report.
type Limits struct {
	Commands    int // of one session: 100,000
	Transfers   int // of one session: 50,000
	Pending     int // commands of one session that wait for a reply: 1,000
	Replies     int // to one command: 1,000
	Text        int // bytes of commands and replies of one session: 16 MiB
	Unsolicited int // replies of one session that answer nothing: 1,000
	Strays      int // connections between FTP hosts that may yet prove to be data connections: 4,096
	Attempts    int // data connections tried for one announcement: 64
	Leaving     int // sessions that wait, after their control connection is over, for data connections that did not open: 512
	Failed      int // control connections given out that never opened: 10,000
	Live        int // sessions under way at once: 65,536
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.Commands, 100_000)
	set(&l.Transfers, 50_000)
	set(&l.Pending, 1000)
	set(&l.Replies, 1000)
	set(&l.Text, 16<<20)
	set(&l.Unsolicited, 1000)
	set(&l.Strays, 4096)
	set(&l.Attempts, 64)
	set(&l.Leaving, 512)
	set(&l.Failed, 10_000)
	set(&l.Live, 65_536)
	return l
}
