package diagnose

import (
	"fmt"
	"time"

	"github.com/ftpscope/ftpscope/decode/ftp"
	"github.com/ftpscope/ftpscope/session"
)

// finalReplyDelayed: all data was there, and the server took long to say so, or
// did not before the client gave up.
func finalReplyDelayed(s *subject) *Finding {
	if s.t == nil || s.t.Aborted || !s.completed() && (s.t.Outcome != session.OutcomeAborted || s.t.Reply != nil) {
		return nil
	}
	done := s.dataDone()
	if !done.Yes() {
		return nil
	}
	least := max(2*time.Second, 10*s.roundTrip())
	if r := s.t.Reply; r != nil {
		if r.Seen.Time.Sub(done.Time) < least {
			return nil
		}
		return s.repliedLate(done, r)
	}
	gave, own := s.parted(), &s.Control.Half[server]
	if s.Encrypted || s.unread(done) || !gave.Yes() || gave.host != client || gave.Time.Sub(done.Time) < least || !own.LastPacket.Time.After(gave.Time) || own.LastPacket == own.RST {
		return nil
	}
	return s.leftWaiting(done, gave)
}

// repliedLate: the reply came, late.
func (s *subject) repliedLate(done ftp.Seen, r *session.Reply) *Finding {
	gap := r.Seen.Time.Sub(done.Time)
	fl := s.flows()[0]
	f := s.finding(FinalReplyDelayed, Warning)
	f.Headline = fmt.Sprintf("The server took %s to say that the transfer is complete", Duration(gap))
	f.Observation = Statement{fmt.Sprintf("%s came %s after %s closed the data connection", said(r), Duration(gap), s.called(fl.from)), Certain}
	closed := Evidence{done, s.called(fl.from) + " closes the data connection"}
	if done != closing(fl.sent) {
		closed = s.doneEvidence(done)
		f.Observation.Text = fmt.Sprintf("%s came %s after the end of the data, which %s had to send more than once, was acknowledged", said(r), Duration(gap), s.called(fl.from))
	}
	f.Location = Place{Statement{"the server, or what it waits for", Likely}, AtServer}
	f.Cause = Statement{"the server works on the file before it replies: it writes it to a slow disk or a remote store, or has it scanned", Possible}
	f.Evidence = append(s.opening(), closed, replied(r))
	f.Unknown = []string{"what the server does meanwhile"}
	f.Next = "look at the server's log and at its disk during the next transfer"
	if fl.from == server {
		f.Cause.Text = sentAndBusy
		f.Next = "look at the server's log of that moment, and at what else its host does"
	}
	if other := closing(fl.got); fl.from == server && other.Yes() && other.Time.Sub(done.Time)*2 >= gap && !sooner(r.Seen, other) {
		f.Observation.Text += fmt.Sprintf("; %s closed its side %s before the reply", s.called(client), Duration(r.Seen.Time.Sub(other.Time)))
		f.Location = Place{Statement{"the client, which kept the data connection open", Likely}, AtClient}
		f.Cause = Statement{"the server waits until the client closes its side of the data connection too", Likely}
		f.Evidence = append(f.Evidence, Evidence{other, s.called(client) + " closes its side"})
		f.Unknown = []string{"why the client's program closes so late"}
		f.Next = "update the client's program: it must close the data connection when the server does"
	}
	if other := closing(fl.got); fl.from == server && fl.got.Packets > 0 && (!other.Yes() || sooner(r.Seen, other)) && !fl.got.RST.Yes() {
		f.Observation.Text += fmt.Sprintf("; %s had not closed its side by then", s.called(client))
		f.Location = Place{Statement{"the client, which kept the data connection open, or the server", Possible}, AtClient}
		f.Cause = Statement{"the server waits, up to a limit, until the client closes its side of the data connection too", Possible}
		f.Unknown = []string{"whether the server waited for the client or for something else"}
		f.Next = "let the client's program close the data connection as soon as the server does, and look at the server's log"
		if known := productOf(s.Banner) == productProFTPD && (gap-lingerProFTPD).Abs()*10 <= lingerProFTPD; known {
			f.Location = Place{Statement{"the client, which kept the data connection open", Likely}, AtClient}
			f.Cause = Statement{fmt.Sprintf("the server waits until the client closes its side of the data connection too, at most %s (ProFTPD, TimeoutLinger)", Duration(lingerProFTPD)), Likely}
			f.Unknown = []string{"why the client's program does not close"}
		}
	}
	f.Filter = s.dataFilter()
	return f
}

// sentAndBusy is why a server that has sent all of a file may not say so.
const sentAndBusy = "the server's program is busy with something else before it replies: a log, a script, or another transfer"

// lingerProFTPD is how long ProFTPD waits for the client to close a data connection
// that it has closed itself.
//
// http://www.proftpd.org/docs/directives/linked/config_ref_TimeoutLinger.html
const lingerProFTPD = 10 * time.Second

// closing is where a side closed: by FIN or by the alert that ends TLS.
func closing(h *ftp.Half) ftp.Seen {
	if sd := h.Shutdown; sd.Yes() && (!h.FIN.Yes() || sooner(sd, h.FIN)) {
		return sd
	}
	return h.FIN
}

// leftWaiting: the client gave up before the reply came.
func (s *subject) leftWaiting(done ftp.Seen, gave hangup) *Finding {
	gap := gave.Time.Sub(done.Time)
	f := s.finding(FinalReplyDelayed, Error) // a warning where all else went well
	f.key += " never"
	f.Headline = fmt.Sprintf("The client left after %s without the server's last reply", Duration(gap))
	f.Observation = Statement{fmt.Sprintf("no reply in the %s between the end of the data and the end of the session; the server's host still answered then", Duration(gap)), Certain}
	f.Location = Place{Statement{"the server, which had not replied", Likely}, AtServer}
	f.Cause = Statement{"the server still works on the file: it writes it to a slow disk or a remote store, or has it scanned", Possible}
	f.Evidence = append(s.opening(), s.doneEvidence(done), s.endEvidence(gave),
		Evidence{s.Control.Half[server].LastPacket, "the server's host still answers"})
	f.Unknown = []string{"whether the server has the whole file", "whether its reply was lost on the way"}
	if s.flows()[0].from == server {
		f.Cause.Text = sentAndBusy
		f.Unknown = f.Unknown[1:]
	}
	f.Next = "let the client wait longer for the reply, and look at the server's log meanwhile"
	f.Filter = s.dataFilter()
	return f
}
