package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// fix is something that can be done about findings. remedies turns it into
// words and configuration lines with the addresses and ports of the session.
type fix uint8

const (
	fixUsePassive      fix = iota // client: passive mode
	fixUseActive                  // client: active mode
	fixUsePASV                    // client: PASV in place of EPSV
	fixUseEPSV                    // client: EPSV in place of PASV
	fixIgnoreAddress              // client: connect to the control connection's address whatever 227 says
	fixClientEgress               // client: its own packet filter must let it connect to the server's ports
	fixClientInbound              // client: its own packet filter must let the server connect to it
	fixClientPortRange            // client: fix the range of active ports, and forward it; external address for PORT
	fixNewPort                    // client: a new port for each transfer
	fixSegments                   // client: send a command in one segment, no odd blanks
	fixKeepAlive                  // client and server: TCP keep-alive on the control connection
	fixFewer                      // client: fewer connections at once
	fixImplicit                   // client: implicit TLS on 990, explicit on 21
	fixProtP                      // client: PBSZ 0 and PROT P
	fixPassiveRange               // server: fix the range of passive ports; firewall: open and forward it
	fixServerFilter               // server: its own packet filter must let the passive ports in
	fixExternalAddress            // server: announce the address that clients reach it at
	fixServerEgress               // server: its own packet filter must let it connect to clients
	fixAllowPort                  // server: allow active mode
	fixSourcePort                 // server: call from port 20
	fixMorePorts                  // server: a larger range of passive ports
	fixSessionReuse               // server: do not require TLS session reuse; client: one that resumes
	fixPeerAddress                // firewall: one public address for control and data; server: last resort
	fixTimeouts                   // server: its time-outs
	fixReverseDNS                 // server: no reverse look-up, no ident
	fixLimits                     // server: limits on users and connections
	fixEnableTLS                  // server: TLS
	fixFollowFTP                  // firewall: a helper that follows FTP, both modes
	fixHelperPort                 // firewall: the helper on this control port
	fixHelperOff                  // firewall: no helper that meddles; open the range
	fixStaticRange                // firewall: open the range statically, since it cannot read along
	fixAffinity                   // firewall: load balancer with affinity
	fixMTU                        // firewall: clamp the MSS, let ICMP "too big" pass
	fixIdle                       // firewall: longer idle time for the control connection
	fixRouting                    // firewall: both directions on one path
	fixKeepOpen                   // firewall: open connections stay allowed
	fixSynProxy                   // firewall: no SYN proxy for the passive ports
	fixStrict                     // firewall: inspection that is less strict
	fixService                    // server: the service runs and listens; firewall: let port 21 in
	fixPermission                 // server: permissions, paths, quota
	fixCaptureAll                 // capture: without a filter on ports
	fixCaptureICMP                // capture: ICMP too
	fixCaptureBoth                // capture: both directions
	fixCaptureWhole               // capture: whole packets
	fixCaptureBuffer              // capture: larger buffer
	fixCaptureEarlier             // capture: begin before the client connects
	fixCaptureLonger              // capture: let it run until the failure is over
	fixCaptureOffload             // capture: offloads off
)

// advice turns each fix into words. What does not suit a session gives nothing:
// a mode that failed here too is no advice.
var advice = [...]func(*subject) []Remedy{
	fixUsePassive:      adviseUsePassive,
	fixUseActive:       adviseUseActive,
	fixUsePASV:         adviseUsePASV,
	fixUseEPSV:         adviseUseEPSV,
	fixIgnoreAddress:   adviseIgnoreAddress,
	fixClientEgress:    adviseClientEgress,
	fixClientInbound:   adviseClientInbound,
	fixClientPortRange: adviseClientPortRange,
	fixNewPort:         adviseNewPort,
	fixSegments:        adviseSegments,
	fixKeepAlive:       adviseKeepAlive,
	fixFewer:           adviseFewer,
	fixImplicit:        adviseImplicit,
	fixProtP:           adviseProtP,
	fixPassiveRange:    advisePassiveRange,
	fixServerFilter:    adviseServerFilter,
	fixExternalAddress: adviseExternalAddress,
	fixServerEgress:    adviseServerEgress,
	fixAllowPort:       adviseAllowPort,
	fixSourcePort:      adviseSourcePort,
	fixMorePorts:       adviseMorePorts,
	fixSessionReuse:    adviseSessionReuse,
	fixPeerAddress:     advisePeerAddress,
	fixTimeouts:        adviseTimeouts,
	fixReverseDNS:      adviseReverseDNS,
	fixLimits:          adviseLimits,
	fixEnableTLS:       adviseEnableTLS,
	fixFollowFTP:       adviseFollowFTP,
	fixHelperPort:      adviseHelperPort,
	fixHelperOff:       adviseHelperOff,
	fixStaticRange:     adviseStaticRange,
	fixAffinity:        adviseAffinity,
	fixMTU:             adviseClampMSS,
	fixIdle:            adviseIdleTime,
	fixRouting:         adviseOnePath,
	fixKeepOpen:        adviseKeepOpen,
	fixSynProxy:        adviseNoSYNProxy,
	fixStrict:          adviseLessStrict,
	fixService:         adviseServiceUp,
	fixPermission:      advisePermission,
	fixCaptureAll:      adviseCaptureAll,
	fixCaptureICMP:     adviseCaptureICMP,
	fixCaptureBoth:     adviseCaptureBoth,
	fixCaptureWhole:    adviseCaptureWhole,
	fixCaptureBuffer:   adviseCaptureBuffer,
	fixCaptureEarlier:  adviseCaptureEarlier,
	fixCaptureLonger:   adviseCaptureLonger,
	fixCaptureOffload:  adviseCaptureOffload,
}

// remedies says what can be done, what costs least first: a try at the client
// before a setting of the server, and that before a rule of a firewall. Within
// one addressee the order is that of the fixes.
func (s *subject) remedies(fixes ...fix) []Remedy {
	var out []Remedy
	for _, x := range fixes {
		if s.acquitted(x) {
			continue
		}
		for _, r := range advice[x](s) {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	order := []Who{ForClient, ForServer, ForFirewall, ForCapture}
	slices.SortStableFunc(out, func(a, b Remedy) int {
		return cmp.Compare(slices.Index(order, a.Who), slices.Index(order, b.Who))
	})
	return out
}

// one is a list of one remedy.
func one(who Who, text string, example ...string) []Remedy {
	lines := slices.DeleteFunc(example, func(line string) bool { return line == "" })
	return []Remedy{{Who: who, Text: text, Example: strings.Join(lines, "\n")}}
}
