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
		Text:        req.Body.Text,
		ReplyTo:     incident.MessageID(given(req.Body.ReplyTo)),
	}
	if err := draft.Normalize(); err != nil {
		return nil, err
	}
	m, err := s.rooms.Post(ctx, v.Principal, v.room, draft)
	if err != nil {
		return nil, err
	}
	return PostMessage201JSONResponse(toMessage(s.links, v.room, m)), nil
}

// ListEvents implements GET …/events: the log as its socket frames (F-RT-07).
func (s *Server) ListEvents(ctx context.Context, req ListEventsRequestObject) (ListEventsResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	after, err := within("after_seq", &req.Params.AfterSeq, 0, 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	limit, err := within("limit", req.Params.Limit, 200, 1, 1000)
	if err != nil {
		return nil, err
	}
	head, err := s.library.Head(ctx, v.room)
	if err != nil {
		return nil, err
	}
	events, err := s.library.Events(ctx, v.room, incident.Seq(after), head, limit)
	if err != nil {
		return nil, err
	}
	page := ListEvents200JSONResponse{Events: make([]RoomEvent, len(events)), HeadSeq: int64(head)}
	for i, e := range events {
		if page.Events[i], err = toRoomEvent(ctx, s.links, e); err != nil {
			return nil, err
		}
	}
	return page, nil
}
