package ftp

import (
	"strings"
	"testing"
)

// said is what either side says in a session with two transfers, one segment each.
var said = [2][]string{
	Initiator: {
		"USER anonymous\r\n", "PASS guest@example.net\r\n", "TYPE I\r\n", "PASV\r\n", "RETR file001.bin\r\n",
		"EPRT |1|192.0.2.10|50030|\r\n", "RETR file002.bin\r\n", "QUIT\r\n",
	},
	Listener: {
		"220 (vsFTPd 3.0.5)\r\n", "331 Please specify the password.\r\n", "230 Login successful.\r\n",
		"200 Switching to Binary mode.\r\n", "227 Entering Passive Mode (198,51,100,20,195,80).\r\n",
		"150 Opening BINARY mode data connection for file001.bin (500 bytes).\r\n", "226 Transfer complete.\r\n",
		"200 EPRT command successful. Consider using EPSV.\r\n",
		"150 Opening BINARY mode data connection for file002.bin (500 bytes).\r\n", "226 Transfer complete.\r\n",
		"221 Goodbye.\r\n",
	},
}

// BenchmarkControl makes commands, replies and announcements of a control
// connection.
func BenchmarkControl(b *testing.B) {
	var segments [2][][]byte
	for side := range said {
		b.SetBytes(int64(len(strings.Join(said[0], "") + strings.Join(said[1], ""))))
		for _, s := range said[side] {
			segments[side] = append(segments[side], []byte(s))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		var client, server Framer
		var replies ReplyAssembler
		endpoints := 0
		for _, s := range segments[Initiator] {
			client.Push(s)
			for line, ok := client.Next(); ok; line, ok = client.Next() {
				c, _ := ParseCommand(line.Bytes)
				if a, err := c.Announcement(); err == nil && a.Verb != "" {
					endpoints++
				}
			}
		}
		for _, s := range segments[Listener] {
			server.Push(s)
			for line, ok := server.Next(); ok; line, ok = server.Next() {
				replies.Line(line.Bytes, Seen{}, false)
				for r, ok := replies.Next(); ok; r, ok = replies.Next() {
					if a, err := r.Announcement(); err == nil && a.Verb != "" {
						endpoints++
					}
				}
			}
		}
		if endpoints != 2 {
			b.Fatalf("%d endpoints", endpoints)
		}
	}
}
