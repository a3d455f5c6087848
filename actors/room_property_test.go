package actors

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"taskreporter/incident"
)

// F-RT-07, 08, 09 as properties: whatever senders and the database do, acked
// messages are stored, stored ones are stored once, the log has no gap, and what
// is told is the log.
func TestLogStaysWholeWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var log []incident.Event // what the database holds
		stored := map[incident.SendKey]incident.Event{}
		epoch := incident.Epoch(7)
		acked := map[incident.SendKey]incident.Seq{}
		var told []incident.Event

		w := newScript()
		var r *room
		activate := func() {
			w = newScript()
			r = newRoom(testRoom, w, DefaultLimits)
			r.onClaimed(incident.RoomState{
				Room:    incident.Room{ID: testRoom, Epoch: epoch, Head: incident.Seq(len(log))},
				Members: []incident.Member{{Person: wang.Person, Role: incident.Owner}, {Person: lee.Person, Role: incident.Editor}},
			}, nil)
			r.ask(&watch{Relay: asker("relay")}, nil)
			told = append([]incident.Event(nil), log...) // a relay reads up to the head
		}
		store := func(b incident.Batch) error {
			if b.Epoch != epoch || b.Lo != incident.Seq(len(log)) {
				return incident.ErrFenced
			}
			for _, ev := range b.Events {
				if _, dup := stored[incident.SendKey{Author: ev.By.ID, ID: ev.ClientMsgID}]; dup {
					return incident.ErrDuplicate
				}
			}
			for _, ev := range b.Events {
				log = append(log, ev)
				stored[incident.SendKey{Author: ev.By.ID, ID: ev.ClientMsgID}] = ev
			}
			return nil
		}
		collect := func() {
			for _, answers := range w.replies {
				for _, a := range answers {
					if p, ok := a.(*posted); ok && p.Err == nil {
						acked[incident.SendKey{Author: p.Message.Author.ID, ID: p.ID}] = p.Message.Seq
					}
				}
			}
			for _, p := range w.told {
				told = append(told, p.Events...)
			}
			w.replies, w.told = map[string][]answer{}, nil
		}
		answerBatch := func(outcome string) {
			if len(w.batches) == 0 {
				return
			}
			b := w.batches[0]
			w.batches = w.batches[1:]
			switch outcome {
			case "stored":
				r.onCommitted(store(b))
			case "lost before":
				r.onCommitted(incident.ErrOutcomeUnknown)
			case "lost after":
				_ = store(b)
				r.onCommitted(incident.ErrOutcomeUnknown)
			case "away":
				r.onCommitted(incident.E(incident.Unavailable, "append", ""))
			}
			for len(w.lookUps) > 0 {
				found := map[incident.SendKey]incident.Event{}
				for _, k := range w.lookUps[0] {
					if ev, ok := stored[k]; ok {
						found[k] = ev
					}
				}
				w.lookUps = w.lookUps[1:]
				r.onSentFound(found, nil)
			}
		}
		activate()
		steps := rapid.IntRange(1, 60).Draw(t, "steps")
		for range steps {
			switch rapid.SampledFrom([]string{"post", "post", "post", "commit", "commit", "lost before", "lost after", "away", "replaced"}).Draw(t, "step") {
			case "post":
				by := rapid.SampledFrom([]incident.Principal{wang, lee}).Draw(t, "by")
				id := fmt.Sprint(rapid.IntRange(0, 15).Draw(t, "id"))
				r.ask(say(by, id, "text "+id), asker("x"))
			case "commit":
				answerBatch("stored")
			case "lost before":
				answerBatch("lost before")
			case "lost after":
				answerBatch("lost after")
			case "away":
				answerBatch("away")
			case "replaced": // another activation claims and writes one event
				epoch++
				log = append(log, incident.Event{RoomID: testRoom, Seq: incident.Seq(len(log) + 1), Epoch: epoch, Change: incident.FileDeleted{}})
			}
			collect()
			if w.stops > 0 {
				epoch++
				activate()
			}
		}
		for i, ev := range log {
			if ev.Seq != incident.Seq(i+1) {
				t.Fatalf("log has seq %d at place %d", ev.Seq, i+1)
			}
		}
		for k, seq := range acked {
			if stored[k].Seq != seq {
				t.Fatalf("%v acked at %d, stored at %d", k, seq, stored[k].Seq)
			}
		}
		for i, ev := range told {
			if ev.Seq != incident.Seq(i+1) || log[i].ClientMsgID != ev.ClientMsgID {
				t.Fatalf("told %d at place %d", ev.Seq, i+1)
			}
		}
	})
}
