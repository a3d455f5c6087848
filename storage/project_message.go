package storage

import (
	"context"
	"encoding/json"
	"strings"

	"taskreporter/incident"
	"taskreporter/storage/word"
)

// edit replaces a message's text and whom it calls.
func (p *projection) edit(ctx context.Context, e *entry, c incident.MessageEdited) error {
	var mentions any
	if c.Mentions != nil && !c.Mentions.Empty() {
		b, err := json.Marshal(c.Mentions)
		if err != nil {
			return err
		}
		mentions = string(b)
	}
	seq, err := p.change(ctx, e, c.MessageID, `text = $3, mentions = $4, edits = edits + 1, edited_at = $5`,
		c.Text, mentions, incident.Now(e.At))
	if err != nil {
		return err
	}
	_, err = p.exec(ctx, `insert into message_edits (room_id, message_id, seq) values ($1, $2, $3)`,
		string(e.RoomID), string(c.MessageID), int64(e.Seq))
	if err != nil {
		return err
	}
	if err := p.unmention(ctx, e.RoomID, seq); err != nil {
		return err
	}
	if err := p.mention(ctx, e.RoomID, seq, c.Mentions); err != nil {
		return err
	}
	return p.db.index(ctx, p.tx, incident.FoundMessage, e.RoomID, string(c.MessageID), word.Cut(c.Text))
}

// delete leaves a tombstone. The events that said what the message said are read
// without it from now on.
func (p *projection) delete(ctx context.Context, e *entry, id incident.MessageID) error {
	seq, err := p.change(ctx, e, id, `text = '', mentions = null, deleted_at = $3, deleted_by = $4, deleted_by_name = $5,
		pinned_at = null, pinned_by = null, pinned_by_name = ''`, incident.Now(e.At), string(e.By.ID), e.By.Name)
	if err != nil {
		return err
	}
	_, err = p.exec(ctx, `update room_events set redacted = true where room_id = $1 and (seq = $2 or seq in (
		select seq from message_edits where room_id = $1 and message_id = $3))`, string(e.RoomID), int64(seq), string(id))
	if err != nil {
		return err
	}
	if err := p.unmention(ctx, e.RoomID, seq); err != nil {
		return err
	}
	return p.db.index(ctx, p.tx, incident.FoundMessage, e.RoomID, string(id), "")
}

// change sets columns of a message that is not deleted, and returns its seq.
func (p *projection) change(ctx context.Context, e *entry, id incident.MessageID, set string, args ...any) (incident.Seq, error) {
	//nolint:gosec // what is set is a constant of this file
	rows, err := p.tx.QueryContext(ctx, `update messages set `+set+` where room_id = $1 and message_id = $2 and deleted_at is null
		returning seq`, append([]any{string(e.RoomID), string(id)}, args...)...)
	if err != nil {
		return 0, err
	}
	var seqs []int64
	if err := scanAll(rows, &seqs); err != nil {
		return 0, err
	}
	if err := one(len(seqs), nil, e, "message", id); err != nil {
		return 0, err
	}
	return incident.Seq(seqs[0]), nil
}

func (p *projection) react(ctx context.Context, e *entry, c incident.ReactionAdded) error {
	n, err := p.exec(ctx, `insert into reactions (room_id, message_id, emoji, user_id, user_name, seq, at)
		select room_id, message_id, $3, $4, $5, $6, $7 from messages
		where room_id = $1 and message_id = $2 and deleted_at is null
		on conflict (room_id, message_id, emoji, user_id) do update set user_name = reactions.user_name`,
		string(e.RoomID), string(c.MessageID), c.Emoji, string(e.By.ID), e.By.Name, int64(e.Seq), incident.Now(e.At))
	return one(n, err, e, "message", c.MessageID)
}

// mention counts a message for those whom it calls.
func (p *projection) mention(ctx context.Context, room incident.RoomID, seq incident.Seq, m *incident.Mentions) error {
	targets := mentioned(m)
	if len(targets) == 0 {
		return nil
	}
	args := []any{string(room), int64(seq)}
	var values strings.Builder
	for i, target := range targets {
		if i > 0 {
			values.WriteString(", ")
		}
		args = append(args, target)
		values.WriteString("($1, $2, " + parameters(len(args), 1) + ")")
	}
	_, err := p.exec(ctx, `insert into mentions (room_id, seq, target) values `+values.String()+` on conflict do nothing`, args...)
	return err
}

func (p *projection) unmention(ctx context.Context, room incident.RoomID, seq incident.Seq) error {
	_, err := p.exec(ctx, `delete from mentions where room_id = $1 and seq = $2`, string(room), int64(seq))
	return err
}

// everybody is the target of a message that calls all.
const everybody = "*"

// calledAs is the target of a message that calls a role.
func calledAs(r incident.Role) string { return "role:" + string(r) }

// mentioned returns the targets of a message as table mentions has them.
func mentioned(m *incident.Mentions) []string {
	if m == nil {
		return nil
	}
	list := texts(m.Users)
	for _, r := range m.Roles {
		list = append(list, calledAs(r))
	}
	if m.All {
		list = append(list, everybody)
	}
	return list
}
