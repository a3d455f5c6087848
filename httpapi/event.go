package httpapi

import (
	"context"
	"encoding/json"
	"fmt"

	"taskreporter/incident"
)

// toEvent makes the socket frame that tells an event: one of the *Frame structs.
// The same frame goes to every member, so nothing in it depends on the reader.
func toEvent(ctx context.Context, l *Links, e incident.Event) (any, error) {
	room, seq, epoch, by := string(e.RoomID), int64(e.Seq), int64(e.Epoch), toPerson(e.By)
	switch c := e.Change.(type) {
	case incident.RoomCreated:
		r := c.Room
		r.Head, r.MemberCount = e.Seq, max(r.MemberCount, 1) // the creator
		return RoomCreatedFrame{
			Type: RoomCreated, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			Room: toSharedRoom(r), Checklist: some(each(c.Checklist, toChecklistItem)),
		}, nil
	case incident.RoomUpdated:
		r := c.Room
		r.Head, r.LastActivity = e.Seq, e.At
		return RoomUpdatedFrame{
			Type: RoomUpdated, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			Room: toSharedRoom(r), Changed: each(c.Changed, toFieldChange), Reason: optional(c.Reason),
		}, nil
	case incident.MemberAdded:
		return MemberAddedFrame{Type: MemberAdded, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, Member: toMember(c.Member)}, nil
	case incident.MemberRemoved:
		return MemberRemovedFrame{Type: MemberRemoved, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, User: toPerson(c.Person)}, nil
	case incident.RoleChanged:
		return RoleChangedFrame{
			Type: RoleChanged, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			User: toPerson(c.Person), From: Role(c.From), To: Role(c.To),
		}, nil
	case incident.MessagePosted:
		m := c.Message
		m.Seq = e.Seq
		return MessageFrame{Type: MessageFrameTypeMessage, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, Message: toMessage(l, e.RoomID, m)}, nil
	case incident.MessageEdited:
		return MessageEditedFrame{
			Type: MessageEdited, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			MessageId: string(c.MessageID), Text: c.Text, Mentions: toMentions(c.Mentions),
		}, nil
	case incident.MessageDeleted:
		return MessageDeletedFrame{
			Type: MessageDeleted, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			MessageId: string(c.MessageID), Reason: optional(c.Reason),
		}, nil
	case incident.ReactionAdded:
		return ReactionAddedFrame{
			Type: ReactionAdded, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			MessageId: string(c.MessageID), Emoji: c.Emoji,
		}, nil
	case incident.ReactionRemoved:
		return ReactionRemovedFrame{
			Type: ReactionRemoved, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			MessageId: string(c.MessageID), Emoji: c.Emoji,
		}, nil
	case incident.MessagePinned:
		return MessagePinnedFrame{Type: MessagePinned, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, MessageId: string(c.MessageID)}, nil
	case incident.MessageUnpinned:
		return MessageUnpinnedFrame{Type: MessageUnpinned, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, MessageId: string(c.MessageID)}, nil
	case incident.ChecklistChanged:
		return ChecklistChangedFrame{
			Type: ChecklistChanged, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			ItemId: int(c.ItemID), Done: c.Done,
		}, nil
	case incident.FileUploaded:
		return FileUploadedFrame{Type: FileUploaded, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by, File: toFile(ctx, l, c.File)}, nil
	case incident.FileDeleted:
		return FileDeletedFrame{
			Type: FileDeleted, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			FileId: string(c.FileID), DeletedBy: toPerson(c.DeletedBy), Reason: optional(c.Reason),
		}, nil
	case incident.FileScanned:
		return FileScannedFrame{
			Type: FileScanned, RoomId: room, Seq: seq, Epoch: epoch, At: e.At, By: by,
			FileId: string(c.FileID), ScanState: ScanState(c.Scan),
		}, nil
	default:
		return nil, fmt.Errorf("event %s/%d: no frame tells a %T", e.RoomID, e.Seq, e.Change)
	}
}

func toFieldChange(c incident.FieldChange) FieldChange {
	return FieldChange{Field: FieldChangeField(c.Field), From: optional(c.From), To: optional(c.To)}
}

// toRoomEvent is the same frame as an element of a page.
func toRoomEvent(ctx context.Context, l *Links, e incident.Event) (RoomEvent, error) {
	frame, err := toEvent(ctx, l, e)
	if err != nil {
		return RoomEvent{}, err
	}
	b, err := json.Marshal(frame)
	if err != nil {
		return RoomEvent{}, fmt.Errorf("encode event %s/%d: %w", e.RoomID, e.Seq, err)
	}
	return RoomEvent{union: b}, nil
}

func toRoomEvents(ctx context.Context, l *Links, events []incident.Event) ([]RoomEvent, error) {
	out := make([]RoomEvent, len(events))
	for i, e := range events {
		var err error
		if out[i], err = toRoomEvent(ctx, l, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}
