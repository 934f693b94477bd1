package decode

import "time"

// Limits bounds what the decoder keeps. Zero fields take the defaults.
type Limits struct {
	Connections  int           // followed at once: 65536. What nobody answered goes first
	Unanswered   int           // connections followed at once of which only one side was heard: 2048
	Knocks       int           // later ones of which one packet is kept, in case that somebody answers: 32,768; at least 8
	Ended        int           // closed connections kept at once for what still comes: 512
	Remembered   int           // connections that are not followed and may yet turn out to be FTP: 4096
	Fragments    int           // bytes of IP fragments that wait for others: 8 MiB
	Queue        int           // bytes of a control connection that wait for earlier ones: 256 KiB
	QueueLength  int           // segments that wait likewise: 64
	QueueWait    time.Duration // how long they wait, in frame time: 1 s
	Waiting      int           // bytes that wait in all connections together: 32 MiB
	EndedLinger  time.Duration // how long a closed connection is kept for what still comes: 30 s
	FailedLinger time.Duration // how long a connection that did not open is kept after its last packet: 180 s
	Idle         time.Duration // how long any connection is kept after its last packet: without end
	IdleLinger   time.Duration // how long an open connection is kept after its last packet if Connections is reached: 1 h
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.Connections, 65536)
	set(&l.Unanswered, 2048)
	set(&l.Knocks, 32768)
	set(&l.Ended, 512)
	set(&l.Remembered, 4096)
	set(&l.Fragments, 8<<20)
	set(&l.Queue, 256<<10)
	set(&l.QueueLength, 64)
	set(&l.Waiting, 32<<20)
	wait := func(v *time.Duration, def time.Duration) {
		if *v <= 0 {
			*v = def
		}
	}
	wait(&l.QueueWait, time.Second)
	wait(&l.EndedLinger, 30*time.Second)
	wait(&l.FailedLinger, 180*time.Second)
	wait(&l.IdleLinger, time.Hour)
	return l
}
