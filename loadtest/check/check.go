package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"taskreporter/incident"
)

// Check returns every promise that the history breaks against the stored logs, in
// an order that is the same for the same history. Each subscriber is accused of
// each kind once a room, of the first case.
func Check(h *History, logs map[incident.RoomID]Log) []Violation {
	sends, views := h.Sends(), h.Views()
	c := checker{rooms: map[incident.RoomID]*room{}}
	for id, log := range logs {
		c.room(id).log = log
	}
	for _, s := range sends {
		r := c.room(s.Room)
		r.sends = append(r.sends, s)
	}
	for _, v := range views {
		r := c.room(v.Room)
		r.views = append(r.views, v)
	}
	for _, id := range slices.Sorted(maps.Keys(c.rooms)) {
		r := c.rooms[id]
		r.checkLog()
		r.checkSends()
		r.checkOrder()
		for _, v := range r.views {
			r.checkView(v)
		}
		c.found = append(c.found, r.found...)
	}
	return c.found
}

type checker struct {
	rooms map[incident.RoomID]*room
	found []Violation
}

func (c *checker) room(id incident.RoomID) *room {
	r := c.rooms[id]
	if r == nil {
		r = &room{id: id, at: map[incident.Seq]Entry{}, removed: map[incident.UserID]incident.Seq{}}
		c.rooms[id] = r
	}
	return r
}

// room is one room under trial.
type room struct {
	id    incident.RoomID
	log   Log
	sends []Send
	views []*View

	at      map[incident.Seq]Entry
	removed map[incident.UserID]incident.Seq // who is out at the end, and since when
	found   []Violation
}

func (r *room) accuse(k Kind, seq incident.Seq, id incident.ClientMsgID, format string, args ...any) {
	v := Violation{Kind: k, Room: r.id, Seq: seq, Detail: fmt.Sprintf(format, args...)}
	if id != "" {
		v.IDs = []incident.ClientMsgID{id}
	}
	r.found = append(r.found, v)
}

// checkLog looks at the log alone, and fills at and removed.
func (r *room) checkLog() {
	var last Entry
	for _, e := range r.log.Entries {
		if e.Seq != last.Seq+1 {
			r.accuse(LogGap, e.Seq, e.ID, "follows seq %d", last.Seq)
		}
		if e.Epoch < last.Epoch {
			r.accuse(EpochBackwards, e.Seq, e.ID, "epoch %d follows epoch %d", e.Epoch, last.Epoch)
		}
		switch e.Type {
		case memberAdded:
			delete(r.removed, e.Subject)
		case memberRemoved:
			r.removed[e.Subject] = e.Seq
		}
		r.at[e.Seq] = e
		last = e
	}
	if last.Seq != r.log.Head {
		r.accuse(LogGap, r.log.Head, "", "is the head, but the log ends at %d", last.Seq)
	}
}

// checkSends compares what senders were told with the log.
func (r *room) checkSends() {
	stored := map[incident.ClientMsgID][]Entry{}
	for _, e := range r.log.Entries {
		if e.Type == message && e.ID != "" {
			stored[e.ID] = append(stored[e.ID], e)
		}
	}
	for _, s := range r.sends {
		places := stored[s.ID]
		delete(stored, s.ID)
		if len(places) > 1 {
			r.accuse(StoredTwice, places[1].Seq, s.ID, "is stored at %d already", places[0].Seq)
		}
		for _, e := range places {
			if e.Text != s.Text || e.By != s.Author {
				r.accuse(StoredUnsent, e.Seq, s.ID, "%s wrote %q, stored is %q of %s", s.Author, s.Text, e.Text, e.By)
			}
		}
		for _, a := range s.Acks {
			switch {
			case len(places) == 0:
				r.accuse(AckedLost, a.Seq, s.ID, "was acked at %s and is not stored", stamp(a.At))
			case !slices.ContainsFunc(places, func(e Entry) bool { return e.Seq == a.Seq }):
				r.accuse(AckedElsewhere, a.Seq, s.ID, "was acked here and is stored at %d", places[0].Seq)
			}
		}
		if s.Refused != "" && !s.Unknown && len(s.Acks) == 0 && len(places) > 0 {
			r.accuse(RefusedStored, places[0].Seq, s.ID, "was refused for good: %s", s.Refused)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(stored)) {
		r.accuse(StoredUnsent, stored[id][0].Seq, id, "nobody sent it")
	}
}

// checkOrder holds the log's order against the clock of the senders, which is one
// for all of a history.
func (r *room) checkOrder() {
	var acked []Send
	for _, s := range r.sends {
		if len(s.Acks) > 0 {
			acked = append(acked, s)
		}
	}
	byAck := slices.Clone(acked)
	slices.SortStableFunc(byAck, func(a, b Send) int { return a.Acks[0].At.Compare(b.Acks[0].At) })
	slices.SortStableFunc(acked, func(a, b Send) int { return a.Invoked.Compare(b.Invoked) })
	var newest Send // of the highest seq among those acked by now
	var highest incident.Seq
	for _, s := range acked {
		for len(byAck) > 0 && byAck[0].Acks[0].At.Before(s.Invoked) {
			if seq := byAck[0].Acks[0].Seq; seq > highest {
				newest, highest = byAck[0], seq
			}
			byAck = byAck[1:]
		}
		if seq := s.Acks[0].Seq; seq < highest {
			r.accuse(AckOrder, seq, s.ID, "was sent after %s had been acked at %d", newest.ID, highest)
		}
	}
}

// checkView compares what a subscriber saw with the log.
func (r *room) checkView(v *View) {
	v.mu.Lock()
	defer v.mu.Unlock()
	accused := map[Kind]bool{}
	accuse := func(k Kind, seq incident.Seq, id incident.ClientMsgID, format string, args ...any) {
		if !accused[k] {
			accused[k] = true
			r.accuse(k, seq, id, format, args...)
			r.found[len(r.found)-1].Who = v.Who
		}
	}
	out, isOut := r.removed[v.User]
	last := incident.Seq(0)
	for _, span := range v.spans {
		last = span.after
		seen := map[incident.Seq]bool{}
		for _, d := range span.seen {
			switch {
			case seen[d.Seq] || d.Seq <= span.after:
				accuse(SeenTwice, d.Seq, d.ID, "came again at %s", stamp(d.At))
			case d.Seq <= last:
				accuse(SeenDisorder, d.Seq, d.ID, "came after %d", last)
			case d.Seq > last+1:
				accuse(SeenGap, d.Seq, d.ID, "came after %d", last)
			}
			seen[d.Seq] = true
			last = max(last, d.Seq)
			if stored, ok := r.at[d.Seq]; !ok {
				accuse(SeenUnstored, d.Seq, d.ID, "came at %s", stamp(d.At))
			} else if stored != d.Entry {
				accuse(SeenOther, d.Seq, d.ID, "came as %s, stored is %s", d.Entry, stored)
			}
			if isOut && d.Seq > out {
				accuse(SeenAsStranger, d.Seq, d.ID, "%s was removed at %d", v.User, out)
			}
		}
	}
	if !isOut && last < r.log.Head {
		accuse(SeenBehind, last, "", "is the last seen, the head is %d", r.log.Head)
	}
}

func (e Entry) String() string {
	return fmt.Sprintf("%s %s %q of epoch %d by %s", e.Type, cmp.Or(string(e.ID), string(e.Subject)), e.Text, e.Epoch, e.By)
}

func stamp(t time.Time) string { return t.Format("15:04:05.000") }
