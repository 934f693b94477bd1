package decode

// Tables tells how much the decoder holds, by the names of what is bounded in Limits.
func (d *Decoder) Tables() map[string]int {
	return map[string]int{
		"connections":    d.flows.count(),
		"remembered":     d.dormant.length,
		"unanswered":     d.lonely.length,
		"knocks":         d.knocks.here,
		"ended":          d.over.length,
		"fragment_bytes": d.fragments.bytes,
		"waiting_bytes":  d.waiting.bytes,
	}
}
