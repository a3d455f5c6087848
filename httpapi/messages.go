package httpapi

import (
	"context"
	"math"

	"taskreporter/incident"
)

// ListMessages implements GET …/messages.
func (s *Server) ListMessages(ctx context.Context, req ListMessagesRequestObject) (ListMessagesResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	q, err := messageQuery(req.Params)
	if err != nil {
		return nil, err
	}
	msgs, head, more, err := s.library.Messages(ctx, v.room, q)
	if err != nil {
		return nil, err
	}
	return ListMessages200JSONResponse{
		Messages: each(msgs, func(m incident.Message) Message { return toMessage(s.links, v.room, m) }),
		HeadSeq:  int64(head),
		HasMore:  more,
	}, nil
}

func messageQuery(params ListMessagesParams) (q incident.MessageQuery, err error) {
	if params.BeforeSeq != nil && params.AfterSeq != nil {
		return q, incident.E(incident.Invalid, readParameter, "Give before_seq or after_seq, not both.")
	}
	before, err := within("before_seq", params.BeforeSeq, 0, 1, math.MaxInt64)
	if err != nil {
		return q, err
	}
	after, err := within("after_seq", params.AfterSeq, 0, 0, math.MaxInt64)
	if err != nil {
		return q, err
	}
	q.Before, q.After, q.Forward = incident.Seq(before), incident.Seq(after), params.AfterSeq != nil
	q.Limit, err = within("limit", params.Limit, 50, 1, 200)
	return q, err
}

// PostMessage implements POST …/messages; it answers after the message is durable
// (F-RT-08, F-RT-09).
func (s *Server) PostMessage(ctx context.Context, req PostMessageRequestObject) (PostMessageResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActPost)
	if err != nil {
		return nil, err
	}
	draft := incident.Draft{
		ClientMsgID: incident.ClientMsgID(req.Body.ClientMsgId),
		Type:        incident.MessageType(given(req.Body.MessageType)),
		Text:        req.Body.Text,
		ReplyTo:     incident.MessageID(given(req.Body.ReplyTo)),
		Mentions:    fromMentions(req.Body.Mentions),
	}
	if err := draft.Normalize(); err != nil {
		return nil, err
	}
	if err := checkReply(ctx, s.library, v.room, draft.ReplyTo); err != nil {
		return nil, err
	}
	m, err := s.rooms.Post(ctx, v.Principal, v.room, draft)
	if err != nil {
		return nil, err
	}
	return PostMessage201JSONResponse(toMessage(s.links, v.room, m)), nil
}

// Replies is what is asked about a message that another one answers.
type Replies interface {
	// Role is the one of [Library].
	Role(ctx context.Context, room incident.RoomID, user incident.UserID) (incident.Role, error)
	// Message is the one of [Library].
	Message(ctx context.Context, room incident.RoomID, id incident.MessageID) (incident.Message, error)
}

// checkReply makes sure that a draft answers a message of its own room.
func checkReply(ctx context.Context, from Replies, room incident.RoomID, to incident.MessageID) error {
	if to == "" {
		return nil
	}
	_, err := from.Message(ctx, room, to)
	if incident.KindOf(err) == incident.NotFound {
		return incident.Wrap(incident.Invalid, "post message", err, "reply_to is no message of this room.")
	}
	return err
}

// GetMessage implements GET …/messages/{message_id}.
func (s *Server) GetMessage(ctx context.Context, req GetMessageRequestObject) (GetMessageResponseObject, error) {
	v, id, err := s.enterMessage(ctx, req.RoomId, req.MessageId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	m, err := s.library.Message(ctx, v.room, id)
	if err != nil {
		return nil, err
	}
	return GetMessage200JSONResponse(toMessage(s.links, v.room, m)), nil
}

// EditMessage implements PATCH …/messages/{message_id} (F-RT-11). Whose message it
// is, the room knows.
func (s *Server) EditMessage(ctx context.Context, req EditMessageRequestObject) (EditMessageResponseObject, error) {
	v, id, err := s.enterMessage(ctx, req.RoomId, req.MessageId, incident.ActPost)
	if err != nil {
		return nil, err
	}
	text, mentions := req.Body.Text, fromMentions(req.Body.Mentions)
	if err := checkEdit(&text, mentions); err != nil {
		return nil, err
	}
	if err := s.rooms.EditMessage(ctx, v.Principal, v.room, id, text, mentions); err != nil {
		return nil, err
	}
	m, err := s.library.Message(ctx, v.room, id)
	if err != nil {
		return nil, err
	}
	return EditMessage200JSONResponse(toMessage(s.links, v.room, m)), nil
}

// checkEdit normalizes the new text of a message and refuses what may not be stored.
func checkEdit(text *string, mentions incident.Mentions) error {
	if err := mentions.Check(); err != nil {
		return err
	}
	return incident.NormalizeText(text)
}

// DeleteMessage implements DELETE …/messages/{message_id} (F-RT-11).
func (s *Server) DeleteMessage(ctx context.Context, req DeleteMessageRequestObject) (DeleteMessageResponseObject, error) {
	reason, err := incident.CleanDeleteReason(given(req.Params.Reason))
	if err != nil {
		return nil, err
	}
	if err := checkID("room_id", req.RoomId); err != nil {
		return nil, err
	}
	if err := checkID("message_id", req.MessageId); err != nil {
		return nil, err
	}
	// Whose message it is decides which act this is. Nothing is told of it before.
	m, missing := s.library.Message(ctx, incident.RoomID(req.RoomId), incident.MessageID(req.MessageId))
	if missing != nil && incident.KindOf(missing) != incident.NotFound {
		return nil, missing
	}
	acts := []incident.Act{incident.ActPost, incident.ActDeleteAnyMessage}
	if missing == nil && m.Author.ID != requestOf(ctx).principal.ID {
		acts = acts[1:]
	}
	v, err := s.enterToDelete(ctx, req.RoomId, reason, acts...)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		return nil, missing
	}
	if err := s.rooms.DeleteMessage(ctx, v.Principal, v.room, m.ID, reason); err != nil {
		return nil, err
	}
	return DeleteMessage204Response{}, nil
}

// GetHistory implements GET …/messages/{message_id}/history (F-RT-11).
func (s *Server) GetHistory(ctx context.Context, req GetHistoryRequestObject) (GetHistoryResponseObject, error) {
	v, id, err := s.enterMessage(ctx, req.RoomId, req.MessageId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	versions, err := s.library.History(ctx, v.room, id)
	if err != nil {
		return nil, err
	}
	return GetHistory200JSONResponse{Versions: each(versions, toVersion)}, nil
}

// enterMessage is enter for a route of one message.
func (s *Server) enterMessage(ctx context.Context, room RoomID, message MessageID, act incident.Act) (visit, incident.MessageID, error) {
	v, err := s.enter(ctx, room, act)
	if err != nil {
		return visit{}, "", err
	}
	return v, incident.MessageID(message), checkID("message_id", message)
}
