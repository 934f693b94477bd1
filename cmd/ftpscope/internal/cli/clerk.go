package cli

import (
	"github.com/ftpscope/ftpscope/session"
	"github.com/ftpscope/ftpscope/session/diagnose"
)

// over is a session that is over, with what was known by then of the capture that
// it begins in.
type over struct {
	session *session.Session
	capture diagnose.Capture
}

// clerk works on sessions that are over, in their order: beside the reading in a
// goroutine of its own, or at once. What it does is the same either way.
type clerk struct {
	work  func(*over)
	batch []over
	queue chan []over   // nil for at once
	idle  chan struct{} // closed when all is done
}

// Sessions go to the clerk's goroutine by the dozen, since to wake it costs more
// than to hand one over; and some dozens may wait.
const (
	dozen  = 32
	dozens = 4
)

func newClerk(beside bool, work func(*over)) *clerk {
	c := &clerk{work: work}
	if !beside {
		return c
	}
	c.queue, c.idle = make(chan []over, dozens), make(chan struct{})
	go func() {
		defer close(c.idle)
		for batch := range c.queue {
			for i := range batch {
				c.work(&batch[i])
			}
		}
	}()
	return c
}

// take gives the clerk a session.
func (c *clerk) take(one over) {
	if c.queue == nil {
		c.work(&one)
		return
	}
	if c.batch = append(c.batch, one); len(c.batch) == dozen {
		c.queue <- c.batch
		c.batch = make([]over, 0, dozen)
	}
}

// wait returns when all is done. Nothing may be given afterwards.
func (c *clerk) wait() {
	if c.queue == nil {
		return
	}
	c.queue <- c.batch
	close(c.queue)
	<-c.idle
}
