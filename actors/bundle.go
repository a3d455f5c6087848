package actors

import "taskreporter/incident"

// bundle is consecutive events of a room on their way to those who read it. Whoever wants all
// of them, which is nearly everybody, gets them as one piece: one offer and, where nothing else
// waits, one write, however many events there are. The bytes are shared by all.
type bundle struct {
	events []placed
	joined Frame // their frames, one after the other
}

// placed is an encoded event with its place; the frame is nil where the event has none.
type placed struct {
	seq   incident.Seq
	frame Frame
}

func (b *bundle) add(seq incident.Seq, f Frame) {
	if len(b.events) == 0 {
		b.joined = f[:len(f):len(f)] // what follows is appended to a copy
	} else {
		b.joined = append(b.joined, f...)
	}
	b.events = append(b.events, placed{seq, f})
}

func (b *bundle) last() incident.Seq { return b.events[len(b.events)-1].seq }

// part returns the frames of the events with after < seq ≤ upTo, and the last one's seq; zero
// when there is none.
func (b *bundle) part(after, upTo incident.Seq) (f Frame, last incident.Seq) {
	if len(b.events) > 0 && after < b.events[0].seq && b.last() <= upTo {
		return b.joined, b.last()
	}
	from, to := 0, 0
	for _, p := range b.events {
		switch {
		case p.seq <= after:
			from += len(p.frame)
			to = from
		case p.seq <= upTo:
			to += len(p.frame)
			last = p.seq
		}
	}
	return b.joined[from:to:to], last
}
