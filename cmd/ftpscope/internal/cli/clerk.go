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
	queue chan over     // nil for at once
	idle  chan struct{} // closed when all is done
}

// ahead is how many sessions may wait for the clerk.
const ahead = 64

func newClerk(beside bool, work func(*over)) *clerk {
	c := &clerk{work: work}
	if !beside {
		return c
	}
	c.queue, c.idle = make(chan over, ahead), make(chan struct{})
	go func() {
		defer close(c.idle)
		for one := range c.queue {
			c.work(&one)
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
	c.queue <- one
}

// wait returns when all is done. Nothing may be given afterwards.
func (c *clerk) wait() {
	if c.queue != nil {
		close(c.queue)
		<-c.idle
	}
}
