package cli

import "github.com/spf13/cobra"

func helpTopics() []*cobra.Command {
	return []*cobra.Command{
		topic("exit-codes", "Exit statuses and what they mean", topicExitCodes),
		topic("formats", "Output formats, and how they treat words from the wire", topicFormats),
		topic("signs", "The signs and columns of the text", topicSigns),
		topic("outcomes", "The words for what became of a transfer", topicOutcomes),
		topic("findings", "How to read a finding: what is sure, and what is not", topicFindings),
	}
}

const topicExitCodes = `
    0  A report was printed, however damaged the captures are: what is wrong
       with them is in the report.
    1  An input could not be read, the output could not be written, there is
       no session that --session names (the report was printed all the same),
       or something else failed. What was wrong is on standard error.
    2  The command line was not understood.
    3  A report was printed, and something in it is as bad as --fail-on says.
  130  The user interrupted (Ctrl-C, SIGINT or SIGTERM). A report of what was
       known by then was printed; captures[].complete is false in it, and
       captures is empty if nothing had been read yet.

Of sniff, whose usual end is an interrupt, that is 0, and 3 means that
--until-failure saw one.

What --fail-on looks at is what the report shows: what --session and
--only-failed leave out does not count. It looks at the severity of findings,
and at transfers and sessions too, in case that something failed and nobody
could explain it:

  error    a transfer blocked, refused, unseen, aborted, stalled or unknown;
           a control connection unanswered, refused or prohibited; a server
           that says 4xx or 5xx in place of its greeting
  warning  a transfer rejected by reply; a login denied; a control connection
           without greeting; one on which the server says no FTP, or left the
           last command without a reply for 5 s (QUIT and ABOR do not count)
  note     a transfer incomplete or unused

A greeting is missing if the control connection was opened in this capture, all
of it is there, in clear text, and the server said nothing, although the
connection was closed or lasted 5 s. --only-failed shows what is an error or a
warning here.

Each includes those above it: --fail-on warning also fails on errors.
`

const topicFormats = `
text (the default) is for people: a table of transfers for each session, below
those that failed what the packets show, and frame numbers to look up in
Wireshark. It is as wide as the terminal, as COLUMNS says, or 80 columns.
Sessions that went the same way are summed up, as are long runs of transfers;
--session NAME lists all of a session. "ftpscope help signs" explains its signs.

Of a capture that is being made and comes through a pipe alone ("tcpdump -U -w - |
ftpscope analyze -"), text shows each session when it is over, and of those that
went the same way the first in full. That is 30 to 45 s after the last packet of
the session, or three minutes and more where connections did not open, in case
that something still comes.

json is one document with everything, sessions in order of their first packet.
"ftpscope schema" prints its JSON Schema.

ndjson is the same, one object on each line with a "type" before its other
keys: each session as soon as it is over, followed by the findings about it; at
the end the findings about captures, each capture and the summary. A stream
without a summary line was cut off. sniff adds lines for what goes on in sessions
that are not over: opened and closed for control connections, transfer for each
that ended, failure where a connection did not open. They say what was known at
their moment, the session line what came of it.

compare prints text or json: the same document, with every capture point in
captures and, in path, what each of them saw of each transfer.

In all of them the arguments of PASS and ACCT are shown as ******** unless you
say --show-secrets, also the e-mail address that anonymous users give, where a
reply repeats the command, and where the command is part of a line that has no
verb or one that nobody knows. A password that is empty is shown as empty.

Words from the wire may hold anything. In text, control characters, characters
that turn the direction of writing and bytes that are not UTF-8 are shown as
\x1b, \u202e or \xff. In JSON, control characters and the like are escaped as
\u001b, and a byte that is not UTF-8 is read as Latin-1: \xe9 becomes é.

Text has colour if standard output is a terminal, NO_COLOR is not set and TERM
is not dumb; --color always or never decides it. Colour never says what words
do not.

--output FILE writes to a file beside FILE first and renames it when the report
is whole, so FILE is never half a report.
`

const topicSigns = `
The columns of a session's table:

  #                the number of the transfer: 2 is s1.t2 in JSON
  mode             active or passive: see "ftpscope help outcomes"
  announced        the command that announced the data connection, and where
                   to: PORT 192.0.2.10:39123
  data connection  who opened it and to whom, client and server by these names
  command          the transfer command, with the path it means if that is
                   known; "from 1,448" where REST set an offset
  bytes            payload of the data connection that passed here
  time             from the first to the last packet of the data connection;
                   of one that stalled, to the end of the wait; of one that did
                   not open, to the reply
  rate             bytes by time, not of what stalled or was aborted
  outcome          see "ftpscope help outcomes"

Where the window is narrow, the data connection goes first, then the rate; then
paths and announcements are cut, with … in place of what is missing.

  –                nothing of the kind was seen: no command, no bytes
  PORT …:39123     the address is the one to expect: the client's of the control
                   connection if the client announces, else the server's
  seen …:50012     no announcement could be read; the data connection went there
  PASV ?           it was accepted, but where to could not be read: the packet
                   is not in the capture, or cut
  PASV refused     the server did not accept it
  PASV –           no answer to it was seen
  unasked: 421 …   the server said so and no command had asked
  in place of a greeting: 421 …
                   the first that the server said is that it will not serve
  ✗ …   ! warning: …   · note: …
                   what went wrong, and the code of the diagnosis: see
                   "ftpscope help findings"
  as #2            the same as in the transfer with this number
  frames 12 14 … 20
                   the packets that show it, as Wireshark numbers them; of
                   several captures with the name, up to the next name:
                   eth0.pcap:12
  […]              the reply has more lines
  \x1b, \u202e     characters that a terminal might obey

The rows of "ftpscope compare", one for each capture, from client to server:

  #14, #18 … 31    the frame, or the first and the last of some, in the capture
                   that the row is of
  absent           another capture has it, and this one would if it had passed
  not seen         another capture has it; that it is missing here proves
                   nothing, for the reason that stands below
  none             nothing answered the SYN, at no point
  RST server #562  end of the connection, in whose name: shown where another
                   point has not that RST; FIN if it was closed, open if no end
                   is here
  changed          it is not what the one who announced said; the texts stand
                   below as they were and as they came out
  addresses        those of the control connection, where NAT translates them;
                   --all shows those of each data connection
  as above (s1)    the same as stands below that session

Times of day are UTC. Sizes are decimal: 1 kB is 1,000 bytes.
`

const topicOutcomes = `
  completed   a 2xx reply ended it; or, where no final reply can be seen, the
              data connection carried bytes and their sender closed it in order
  blocked     the data connection was tried here and could not be opened: its
              SYNs were not answered, or were answered by ICMP
  refused     its SYN was answered by a RST
  unseen      announced, accepted and wanted, but nobody's attempt to connect
              passed this point, and no 2xx says that it went well elsewhere
  aborted     data connection opened, then cut off: ABOR, RST, 426, 451, 552,
              control connection gone
  stalled     data connection opened, then no data for 5 s or more before the
              end, whoever ended it
  rejected    declined by reply, for a reason of its own and not because a
              connection failed; no data flowed
  unused      announced, and no transfer command followed
  incomplete  still going on well when the capture ended
  unknown     the capture does not hold enough to say

Summaries in text count them in the order of this table.

Where two words fit, the first of this order holds: rejected, refused, blocked,
completed, stalled, aborted, incomplete, unseen, unused, unknown.

A mode is named after the server's part: active, the server opens the data
connection to what the client announced (PORT, EPRT, LPRT); passive, the client
opens it to what the server announced (replies to PASV, EPSV, LPSV).

An outcome says what happened. A finding says where and why, and what to do:
"ftpscope explain FILE" shows findings, "ftpscope help findings" how to read
them.
`

const topicFindings = `
A finding explains what went wrong in three sentences, each with a word for how
sure it is:

  seen      what the packets show
  where     on which part of the path it happened, seen from the point where
            the capture was taken
  why       what is likely behind it: a rule, a setting, a program

  certain   a packet shows it, and a fact excludes everything else
  likely    the picture is complete; it would take a coincidence to be otherwise
  possible  part of the picture is missing, or something else would look alike

That something did not come is never certain proof of where it was lost: one
capture cannot tell a request that was lost on its way there from an answer
that was lost on its way back. What a finding cannot know stands behind
"unknown", and "find out" names the cheapest experiment that would tell.
Two captures, of both sides, are proof: "ftpscope compare" says between which
of them a packet was lost, answered by somebody else, or changed.

Above these stand the packets that matter, the control connection on the left
and the data connection beside it: → goes to the server and ← to the client, ×
is an ICMP error, and ⚡ marks where a packet should have come and did not.
Seconds count from the first of these packets. The announcement of the transfer
is shown with the address and port that it means, other commands as they were
sent.

Severities: an error is why a transfer or a session failed; a warning is about
something that works by luck or will fail elsewhere, or about a capture that
cannot show what is asked of it; a note explains and asks for nothing.
A transfer that completed never has an error.

packets     of compare: what shows it, as NAME:FRAME
because     another finding that is the cause of this one
works       transfers of the same session that went well in another way
what to do  what to change, by whom; lines carry the addresses and ports of the
            capture, and are meant to be read before they are pasted
must pass   what a firewall must let pass for all that the session tried, where
            a connection did not open: who connects to whom, to which ports; a
            server has more passive ports than were seen
wireshark   a display filter that shows the packets

Where a capture was taken is found out from TTLs, times, checksums, MAC
addresses and what the capture itself says of directions. It stands below the
capture's name with the reasons; --vantage overrules it:

  client-host, client-side, middle, server-side, server-host, unknown

Each diagnosis has a page: "ftpscope explain --list".
`
