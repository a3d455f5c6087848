package chaos

import (
	"cmp"
	"slices"
	"time"

	"taskreporter/incident"
	"taskreporter/loadtest/check"
)

// moments are when things happened in a round.
type moments struct {
	begin, fault, heal, end time.Time
}

// Times are what a round's history tells, in milliseconds; -1 where there was
// no ack.
type Times struct {
	Sent       int `json:"sent"`
	Acked      int `json:"acked"`
	Failed     int `json:"failed"`     // refused for good
	Unanswered int `json:"unanswered"` // neither, to the end

	RoomsMoved  int     `json:"rooms_moved"`     // whose epoch rose after the fault
	AgainMedian float64 `json:"again_median_ms"` // from the fault to the first ack of a message sent after it: rooms that moved, else all
	AgainMax    float64 `json:"again_max_ms"`    // of all rooms
	AfterHeal   float64 `json:"after_heal_ms"`   // the same from the heal: median of all rooms
	PauseMedian float64 `json:"pause_median_ms"` // longest time between two acks, median of the rooms
	PauseMax    float64 `json:"pause_max_ms"`    // and the worst
	AckMedian   float64 `json:"ack_median_ms"`   // from send to ack, of all messages
	AckMax      float64 `json:"ack_max_ms"`
	SeenMedian  float64 `json:"seen_median_ms"` // from send to each subscriber
	SeenMax     float64 `json:"seen_max_ms"`
}

// measure reads the times out of a history.
func measure(sends []check.Send, views []*check.View, logs map[incident.RoomID]check.Log, m moments) Times {
	var t Times
	byRoom := map[incident.RoomID][]check.Send{}
	var delays []time.Duration
	for _, s := range sends {
		t.Sent++
		ack, acked := s.Acked()
		switch {
		case acked:
			t.Acked++
			byRoom[s.Room] = append(byRoom[s.Room], s)
			delays = append(delays, ack.At.Sub(s.Invoked))
		case s.Refused != "":
			t.Failed++
		default:
			t.Unanswered++
		}
	}
	var moved, all, healed, pauses []time.Duration
	for room, log := range logs {
		acked := byRoom[room]
		slices.SortFunc(acked, func(a, b check.Send) int { return a.Acks[0].At.Compare(b.Acks[0].At) })
		again := firstAfter(acked, m.fault)
		all = append(all, again)
		healed = append(healed, firstAfter(acked, m.heal))
		pauses = append(pauses, longestPause(acked, m))
		if epochRose(acked, log, m.fault) {
			t.RoomsMoved++
			moved = append(moved, again)
		}
	}
	if len(moved) == 0 {
		moved = all
	}
	t.AgainMedian, _ = spread(moved)
	_, t.AgainMax = spread(all)
	t.AfterHeal, _ = spread(healed)
	t.PauseMedian, t.PauseMax = spread(pauses)
	t.AckMedian, t.AckMax = spread(delays)
	t.SeenMedian, t.SeenMax = spread(seen(sends, views))
	return t
}

// seen is how long each message took to each of its subscribers.
func seen(sends []check.Send, views []*check.View) []time.Duration {
	invoked := make(map[incident.ClientMsgID]time.Time, len(sends))
	for _, s := range sends {
		invoked[s.ID] = s.Invoked
	}
	var all []time.Duration
	for _, v := range views {
		for _, d := range v.Deliveries() {
			if sent, ok := invoked[d.ID]; ok {
				all = append(all, d.At.Sub(sent))
			}
		}
	}
	return all
}

// never stands for an ack that did not come.
const never = time.Duration(1<<63 - 1)

// firstAfter is the time from a moment to the first ack of a message that was sent
// after it; acked is sorted by ack.
func firstAfter(acked []check.Send, moment time.Time) time.Duration {
	for _, s := range acked {
		if s.Invoked.After(moment) {
			return s.Acks[0].At.Sub(moment)
		}
	}
	return never
}

// longestPause is the longest time without an ack while messages were sent.
func longestPause(acked []check.Send, m moments) time.Duration {
	last, longest := m.begin, time.Duration(0)
	for _, s := range acked {
		at := s.Acks[0].At
		if at.After(m.end) {
			break
		}
		longest = max(longest, at.Sub(last))
		last = at
	}
	return max(longest, m.end.Sub(last))
}

// epochRose reports whether the room was activated again after the fault.
func epochRose(acked []check.Send, log check.Log, fault time.Time) bool {
	if len(log.Entries) == 0 {
		return false
	}
	before := log.Entries[0].Epoch
	for _, s := range acked {
		if seq := int(s.Acks[0].Seq); s.Acks[0].At.Before(fault) && seq >= 1 && seq <= len(log.Entries) {
			before = max(before, log.Entries[seq-1].Epoch)
		}
	}
	return log.Entries[len(log.Entries)-1].Epoch > before
}

// spread returns the median and the maximum in milliseconds.
func spread(d []time.Duration) (median, most float64) {
	if len(d) == 0 {
		return -1, -1
	}
	slices.SortFunc(d, cmp.Compare)
	return inMS(d[len(d)/2]), inMS(d[len(d)-1])
}

func inMS(d time.Duration) float64 {
	if d == never {
		return -1
	}
	return float64(d.Microseconds()/100) / 10
}
