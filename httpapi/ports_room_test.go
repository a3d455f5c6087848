package httpapi

import (
	"context"
	"fmt"

	"taskreporter/incident"
)

// What the room engine and the projections of a room are in the house.

// done is one change that the engine was told to make.
type done struct {
	by   incident.Principal
	what string
}

func (h *house) did(by incident.Principal, format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = append(h.done, done{by, fmt.Sprintf(format, args...)})
}

// changes are what the engine was told since it was asked last.
func (h *house) changes() []done {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.done
	h.done = nil
	return all
}

const (
	lisMessage = incident.MessageID("0192f0c1-2b7a-7c3e-9a51-0000000000c1")
	noMessage  = incident.MessageID("0192f0c1-2b7a-7c3e-9a51-0000000000cf")
)

// ---- Library ----

func (h *house) Checklist(context.Context, incident.RoomID) ([]incident.ChecklistItem, error) {
	items := incident.ShippedTemplates[0].Items()
	items[1].Done = &incident.Done{By: people["li"].Person, At: epochStart}
	return items, h.fail
}

func (h *house) Message(_ context.Context, room incident.RoomID, id incident.MessageID) (incident.Message, error) {
	if room != press || id != lisMessage {
		return incident.Message{}, incident.E(incident.NotFound, "message", "There is no such message.")
	}
	return incident.Message{
		ID: id, Seq: 5, Author: people["li"].Person, Type: incident.Decision, Text: "換油封", At: epochStart,
		Edits: 1, EditedAt: &epochStart, Pinned: &incident.Done{By: people["wang"].Person, At: epochStart},
		Mentions:  &incident.Mentions{Roles: []incident.Role{incident.Owner}},
		Reactions: []incident.Reaction{{Emoji: "👍", People: []incident.Person{people["chen"].Person}}},
	}, h.fail
}

func (h *house) History(_ context.Context, _ incident.RoomID, id incident.MessageID) ([]incident.Edit, error) {
	if id != lisMessage {
		return nil, incident.E(incident.NotFound, "history", "There is no such message.")
	}
	li := people["li"].Person
	return []incident.Edit{{Seq: 5, Text: "換油", At: epochStart, By: li}, {Seq: 6, Text: "換油封", At: epochStart, By: li}}, h.fail
}

func (h *house) Pins(ctx context.Context, room incident.RoomID) ([]incident.Message, error) {
	m, err := h.Message(ctx, room, lisMessage)
	return []incident.Message{m}, err
}

func (h *house) Timeline(ctx context.Context, room incident.RoomID, q incident.TimelineQuery) (incident.Timeline, error) {
	h.timeline = q
	events, err := h.Events(ctx, room, 4, 7, q.Limit)
	return incident.Timeline{Events: events, Head: 7, Before: true}, err
}

func (h *house) Copy(ctx context.Context, room incident.RoomID, use func(incident.RoomCopy) error) error {
	if h.onCopy != nil {
		h.onCopy()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	files, _, err := h.Files(ctx, room, incident.FileQuery{Limit: 100})
	if err != nil {
		return err
	}
	events, err := h.Events(ctx, room, 0, h.room.Head, 100)
	if err != nil {
		return err
	}
	return use(incident.RoomCopy{
		Room: h.room, Log: once(events), Shown: once(events), Files: once(files), Pinned: once[incident.Message](nil),
	})
}

func once[T any](page []T) incident.Pages[T] {
	return func(yield func([]T, error) bool) { yield(page, nil) }
}

func (h *house) Search(_ context.Context, q incident.SearchQuery) ([]incident.Hit, *incident.SearchCursor, error) {
	h.search = q
	return []incident.Hit{{
		Kind: incident.FoundMessage, Room: press, Number: h.room.Number, Title: h.room.Title, Message: lisMessage, Seq: 5,
		Author: people["li"].Person, At: epochStart, Snippet: []incident.SnippetPart{{Text: "換"}, {Text: "油封", Match: true}},
	}}, &incident.SearchCursor{At: epochStart, ID: string(lisMessage)}, h.fail
}

func (h *house) CreateTemplate(_ context.Context, by incident.Principal, t incident.Template) (incident.Template, error) {
	h.did(by, "create template %s", t.NameEn)
	t.ID, t.Version = incident.ShippedTemplates[0].ID, 1
	return t, h.fail
}

func (h *house) UpdateTemplate(_ context.Context, by incident.Principal, t incident.Template) (incident.Template, error) {
	h.did(by, "update template %s after %d", t.ID, t.Version)
	t.Version++
	return t, h.fail
}

func (h *house) RetireTemplate(_ context.Context, by incident.Principal, id incident.TemplateID) error {
	h.did(by, "retire template %s", id)
	return h.fail
}

// ---- Rooms ----

func (h *house) Declared(room incident.Room, members []incident.UserID) {
	h.did(incident.Principal{}, "declared %s to %v", room.ID, members)
}

func (h *house) UpdateRoom(_ context.Context, p incident.Principal, _ incident.RoomID, patch incident.RoomPatch) (incident.Room, error) {
	h.did(p, "update room")
	h.mu.Lock()
	defer h.mu.Unlock()
	after, _, err := h.room.Update(patch, incident.Members{people["li"].ID: {Person: people["li"].Person}})
	h.room = after
	return after, err
}

func (h *house) MoveRoom(_ context.Context, p incident.Principal, _ incident.RoomID, m incident.Move) (incident.Room, error) {
	h.did(p, "move room to %s", m.To)
	h.mu.Lock()
	defer h.mu.Unlock()
	after, _, err := h.room.Move(m, h.clock)
	h.room = after
	return after, err
}

func (h *house) RemoveMember(_ context.Context, p incident.Principal, _ incident.RoomID, user incident.UserID) error {
	h.did(p, "remove %s", user)
	return h.fail
}

func (h *house) SetRole(_ context.Context, p incident.Principal, _ incident.RoomID, user incident.UserID, role incident.Role) (incident.Member, error) {
	h.did(p, "set role of %s to %s", user, role)
	return incident.Member{Person: incident.Person{ID: user}, Role: role, Read: 6}, h.fail
}

func (h *house) Transfer(_ context.Context, p incident.Principal, _ incident.RoomID, from, to incident.UserID) error {
	h.did(p, "transfer from %s to %s", from, to)
	return h.fail
}

func (h *house) EditMessage(_ context.Context, p incident.Principal, _ incident.RoomID, id incident.MessageID, text string, m incident.Mentions) error {
	h.did(p, "edit %s %q %v", id, text, m.Roles)
	return h.fail
}

func (h *house) DeleteMessage(_ context.Context, p incident.Principal, _ incident.RoomID, id incident.MessageID, reason string) error {
	h.did(p, "delete %s %q", id, reason)
	return h.fail
}

func (h *house) React(_ context.Context, p incident.Principal, _ incident.RoomID, id incident.MessageID, emoji string, there bool) error {
	h.did(p, "react %s %s %v", id, emoji, there)
	return h.fail
}

func (h *house) Pin(_ context.Context, p incident.Principal, _ incident.RoomID, id incident.MessageID, pinned bool) error {
	h.did(p, "pin %s %v", id, pinned)
	return h.fail
}

func (h *house) Tick(_ context.Context, p incident.Principal, _ incident.RoomID, item incident.ItemID, ticked bool) error {
	h.did(p, "tick %d %v", item, ticked)
	return h.fail
}

func (h *house) MarkRead(_ context.Context, p incident.Principal, _ incident.RoomID, upTo incident.Seq) error {
	h.did(p, "read up to %d", upTo)
	return h.fail
}

// told are the changes in words.
func told(changes []done) []string {
	words := make([]string, 0, len(changes))
	for _, c := range changes {
		words = append(words, c.what)
	}
	return words
}

// ---- libraries that differ in one thing ----

// hiding has one room more, which nobody in the house is a member of.
type hiding struct {
	Library
	room incident.RoomID
}

func (l hiding) Room(ctx context.Context, room incident.RoomID, asker incident.UserID) (incident.Room, error) {
	if room == l.room {
		return incident.Room{ID: room}, nil
	}
	return l.Library.Room(ctx, room, asker)
}

// retiring has retired all templates.
type retiring struct{ Library }

func (l retiring) Template(ctx context.Context, id incident.TemplateID, version int) (incident.Template, error) {
	t, err := l.Library.Template(ctx, id, version)
	t.Retired = true
	return t, err
}
