package report

import (
	"strings"

	"github.com/ftpscope/ftpscope/session"
)

func (e *encoder) transfer(t *session.Transfer) {
	e.text(`{"id":`, t.ID)
	e.text(`,"mode":`, t.Mode.String())
	e.announcement(`,"announcement":`, t.Announcement)
	e.transferCommand(`,"command":`, t.Command)
	e.textIf(t.HasPath, `,"path":`, t.Path)
	direction := t.Direction.String()
	e.textIf(direction != "", `,"direction":`, direction)
	e.data(`,"data":`, t.Data)
	e.text(`,"correlation":`, string(t.Correlation))
	e.text(`,"outcome":`, string(t.Outcome))
	e.finalReply(`,"reply":`, t.Reply)
	list(e, `,"findings":`, e.mentionsOf(t.ID), (*encoder).mention)
	e.representation(`,"type":`, t.Type)
	e.int(`,"offset":`, t.Offset)
	e.put(`}`)
}

func (e *encoder) announcement(key string, a *session.Announcement) {
	if a == nil {
		e.null(key)
		return
	}
	e.put(key)
	e.text(`{"verb":`, a.Verb)
	e.int(`,"frame":`, a.Seen.Frame)
	e.time(`,"time":`, a.Seen.Time)
	if a.Endpoint.IsValid() {
		e.endpoint(`,"endpoint":`, a.Endpoint)
	} else {
		e.null(`,"endpoint":`)
	}
	if a.Accepted != nil {
		e.bool(`,"accepted":`, *a.Accepted)
	} else {
		e.null(`,"accepted":`)
	}
	e.elsewhere(a.Seen)
	e.put(`}`)
}

func (e *encoder) transferCommand(key string, c *session.TransferCommand) {
	if c == nil {
		e.null(key)
		return
	}
	e.put(key)
	e.text(`{"verb":`, c.Verb)
	e.text(`,"argument":`, c.Argument)
	e.int(`,"frame":`, c.Seen.Frame)
	e.time(`,"time":`, c.Seen.Time)
	e.elsewhere(c.Seen)
	e.put(`}`)
}

func (e *encoder) data(key string, d *session.Data) {
	if d == nil {
		e.null(key)
		return
	}
	e.put(key)
	e.text(`{"initiator":`, string(d.Initiator))
	e.endpoint(`,"source":`, d.Source)
	e.endpoint(`,"destination":`, d.Destination)
	e.text(`,"state":`, string(d.State))
	e.bool(`,"tls":`, d.TLS)
	e.int(`,"first_frame":`, d.First.Frame)
	e.int(`,"last_frame":`, d.Last.Frame)
	e.time(`,"start":`, d.First.Time)
	e.time(`,"end":`, d.Last.Time)
	e.int(`,"bytes":`, d.Bytes)
	e.int(`,"missing_bytes":`, d.MissingBytes)
	e.int(`,"packets":`, int64(d.Packets))
	e.int(`,"retransmissions":`, int64(d.Retransmissions))
	e.elsewhere(d.First)
	e.put(`}`)
}

func (e *encoder) finalReply(key string, r *session.Reply) {
	if r == nil {
		e.null(key)
		return
	}
	e.put(key)
	e.int(`{"code":`, int64(r.Code))
	e.text(`,"text":`, e.masker.reply(r.Text))
	e.int(`,"frame":`, r.Seen.Frame)
	e.elsewhere(r.Seen)
	e.put(`}`)
}

// representation puts the letter of a representation type that is known, or null.
func (e *encoder) representation(key string, letter byte) {
	if strings.IndexByte(representations, letter) < 0 {
		e.null(key)
		return
	}
	e.put(key)
	e.out = append(e.out, '"', letter, '"')
}
