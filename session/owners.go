package session

import "github.com/ftpscope/ftpscope/decode/ftp"

// owners are the sessions that a data connection which is not over belongs to: one,
// or in FXP two. Conn.Follower holds them, as a *dialogue or as *owners.
// https://www.rfc-editor.org/rfc/rfc959#section-5.2
type owners [2]*dialogue

func ownersOf(c *ftp.Conn) owners {
	switch of := c.Follower.(type) {
	case *dialogue:
		return owners{of}
	case *owners:
		return *of
	}
	return owners{}
}

// claim notes that a session waits for the end of a data connection.
func claim(c *ftp.Conn, d *dialogue) {
	switch of := ownersOf(c); {
	case of[0] == nil:
		c.Follower = d
	case of[1] == nil:
		c.Follower = &owners{of[0], d}
	default:
		return
	}
	d.running++
}

// disclaim takes that back.
func disclaim(c *ftp.Conn, d *dialogue) {
	switch of := ownersOf(c); {
	case of[0] == d && of[1] != nil:
		c.Follower = of[1]
	case of[1] == d:
		c.Follower = of[0]
	case of[0] == d:
		c.Follower = nil
	}
}
