package gen

import "fmt"

// pair is a client and a server of TLS.
type pair struct{ client, server *host }

// doSecure does a whole handshake. What follows on the connection is encrypted.
func (s *scene) doSecure(a *args) error {
	client, err := s.openSide(a)
	if err != nil {
		return err
	}
	c := client.conn
	if c.sealed {
		return fmt.Errorf("%s is secured already", c.name)
	}
	t := s.tlsOf(c)
	t.client, t.old = client, tls12(a)
	t.resumed = a.accept("resumed")
	hello := clientHello{psk: t.resumed && !t.old, old: t.old, typical: t.old}
	with := pair{client.host, client.peer.host}
	id := s.ids[with]
	if !t.old || !t.resumed || id == nil {
		id = t.noise(32)
	}
	if t.old && !t.resumed {
		s.ids[with] = id // the server gives it
	} else {
		hello.id = id // the server repeats it
	}
	s.transmit(client, t.clientHello(hello), nil, flagPSH)
	s.transmit(client.peer, t.serverFlight(id), nil, flagPSH)
	s.transmit(client, t.lastFlight(true), nil, flagPSH)
	s.transmit(client.peer, t.lastFlight(false), nil, flagPSH)
	c.sealed = true
	return nil
}

func (s *scene) doClear(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	c := from.conn
	if !c.sealed {
		return fmt.Errorf("%s is not secured", c.name)
	}
	s.transmit(from, c.tls.alert(alertWarning, closeNotify), nil, flagPSH)
	s.transmit(from.peer, c.tls.alert(alertWarning, closeNotify), nil, flagPSH)
	c.tls, c.sealed = nil, false
	return nil
}

// doHello sends a ClientHello and nothing more.
func (s *scene) doHello(a *args) error {
	from, t, err := s.shaking(a)
	if err != nil {
		return err
	}
	h := clientHello{old: tls12(a), typical: true}
	given := false
	for a.more() {
		switch {
		case a.accept("psk"):
			h.psk = true
		case a.accept("ticket"):
			h.ticket = true
		case a.accept("session"):
			if h.id, err = a.hex("a session id", 32); err != nil {
				return err
			}
			given = true
		default:
			return fmt.Errorf("want psk, ticket or session, got %q", a.rest[0].text)
		}
	}
	if h.psk && h.old {
		return fmt.Errorf("TLS 1.2 knows no psk")
	}
	if !given && !h.old {
		h.id = t.noise(32) // for old middle boxes
	}
	t.client, t.id = from, h.id
	s.transmit(from, t.clientHello(h), nil, flagPSH)
	return nil
}

// doServerHello answers a ClientHello.
func (s *scene) doServerHello(a *args) error {
	from, t, err := s.shaking(a)
	if err != nil {
		return err
	}
	if t.client == from {
		return fmt.Errorf("%s is the client of TLS on %s", from.host.name, from.conn.name)
	}
	if !a.peek("tls12") && !a.peek("tls13") {
		return fmt.Errorf("want tls12 or tls13")
	}
	t.client, t.old = from.peer, tls12(a)
	t.resumed = a.accept("resumed")
	id := t.id
	switch {
	case a.accept("session"):
		if id, err = a.hex("a session id", 32); err != nil {
			return err
		}
	case t.old && !t.resumed:
		id = t.noise(32)
	}
	s.transmit(from, t.serverFlight(id), nil, flagPSH)
	return nil
}

// doFinished sends what is left of the handshake.
func (s *scene) doFinished(a *args) error {
	from, t, err := s.shaking(a)
	if err != nil {
		return err
	}
	if t.client == nil {
		return fmt.Errorf("no handshake of TLS on %s", from.conn.name)
	}
	flight := t.lastFlight(from == t.client)
	if flight == nil {
		return fmt.Errorf("%s has said all of its handshake", from.host.name)
	}
	s.transmit(from, flight, nil, flagPSH)
	return nil
}

// shaking takes a side that is open, and not yet secured.
func (s *scene) shaking(a *args) (*side, *tlsState, error) {
	from, err := s.openSide(a)
	if err != nil {
		return nil, nil, err
	}
	if from.conn.sealed {
		return nil, nil, fmt.Errorf("%s is secured already", from.conn.name)
	}
	return from, s.tlsOf(from.conn), nil
}

// tls12 takes a version: whether it is TLS 1.2, or 1.3 as without.
func tls12(a *args) bool { return !a.accept("tls13") && a.accept("tls12") }

// doAlert sends an alert: in clear text unless the connection is secured.
func (s *scene) doAlert(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	var level uint64
	switch {
	case a.accept("warning"):
		level = alertWarning
	case a.accept("fatal"):
		level = alertFatal
	default:
		if level, err = a.number("warning, fatal or a level", 255); err != nil {
			return err
		}
	}
	description, err := a.number("a description", 255)
	if err != nil {
		return err
	}
	data := record(recordAlert, []byte{byte(level), byte(description)})
	if from.conn.sealed {
		data = from.conn.tls.alert(byte(level), byte(description))
	}
	s.transmit(from, data, nil, flagPSH)
	return nil
}

// appData sends records in which so many bytes would hide.
func (s *scene) appData(a *args) error {
	from, err := s.openSide(a)
	if err != nil {
		return err
	}
	n, err := a.number("a number of bytes", 20000)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("nothing to send")
	}
	s.transmit(from, s.tlsOf(from.conn).seal(make([]byte, n)), nil, flagPSH)
	return nil
}
