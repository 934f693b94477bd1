package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ftpscope/ftpscope/capture"
	"github.com/ftpscope/ftpscope/decode"
)

func TestNothing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		info  capture.Info
		stats decode.Stats
		want  string
	}{
		{"empty", capture.Info{}, decode.Stats{}, "there is no packet in it"},
		{"another time", capture.Info{Packets: 10, First: dawn, Last: dawn}, decode.Stats{}, "no packet is from 2027-01-01 00:00:00: they are from 2026-11-22 06:49:54.000000001 to 2026-11-22"},
		{"another port", capture.Info{Packets: 10}, decode.Stats{Frames: 10, TCP: 10}, "name it with --port"},
		{"no TCP", capture.Info{Packets: 10}, decode.Stats{Frames: 10, UDP: 10}, "there is no TCP in it"},
		{"TFTP", capture.Info{Packets: 10}, decode.Stats{Frames: 10, UDP: 10, TFTP: 10}, "TFTP is another protocol"},
		{"SFTP", capture.Info{Packets: 10}, decode.Stats{Frames: 10, TCP: 10, SSH: 10}, "SFTP runs inside SSH"},
		{"one direction", capture.Info{Packets: 10}, decode.Stats{Frames: 10, TCP: 10, ControlPort: [2]int64{10, 0}}, "one direction only: 10 packets to a control port"},
		{"the other direction", capture.Info{Packets: 10}, decode.Stats{Frames: 10, TCP: 10, ControlPort: [2]int64{0, 10}}, "one direction only: 10 packets from a control port"},
		{"snap length", capture.Info{Packets: 10, Truncated: 9, SnapLength: 54}, decode.Stats{Frames: 10, TCP: 10}, "9 packets of 10 packets are cut (the snap length is 54)"},
		{"link type", capture.Info{Packets: 10, LinkTypes: []capture.LinkType{105}}, decode.Stats{Frames: 10, OtherLink: 10}, "or of a link type that ftpscope does not read"},
		{"unreadable", capture.Info{Packets: 10}, decode.Stats{Frames: 10, Unreadable: 10}, "10 packets could not be read"},
		{"filter", capture.Info{Packets: 10, Filters: []string{"port 80"}}, decode.Stats{Frames: 10, TCP: 10}, "captured with a filter: port 80"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			tt.info.Name, tt.info.Complete = "x.pcap", true
			since := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
			if err := (Text{Width: 200}).Write(&b, Result{Captures: []capture.Info{tt.info}, Stats: tt.stats, Since: since}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), "no FTP session found") || !strings.Contains(b.String(), tt.want) {
				t.Errorf("%q is not in:\n%s", tt.want, b.String())
			}
		})
	}
}
