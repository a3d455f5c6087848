package incident

import "iter"

// RoomCopy is all of a room as it stood at one moment, however long that takes to
// read. Its pages can be ranged over while the call lasts that handed it out; an
// error ends them.
type RoomCopy struct {
	Room      Room // nothing after its Head is in the copy
	Members   []Member
	Checklist []ChecklistItem
	Log       Pages[Event]   // every event, as readers get it
	Shown     Pages[Event]   // what the room shows: see [Timeline]
	Pinned    Pages[Message] // by Seq
	Files     Pages[File]    // by the time of their upload, deleted ones included
	// Messages returns those of the room that have these ids.
	Messages func(ids []MessageID) ([]Message, error)
}

// Pages are some of many things at a time, in their order.
type Pages[T any] = iter.Seq2[[]T, error]
