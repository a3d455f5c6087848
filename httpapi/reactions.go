package httpapi

import (
	"context"

	"taskreporter/incident"
)

// AddReaction implements PUT …/reactions/{emoji} (F-RT-03).
func (s *Server) AddReaction(ctx context.Context, req AddReactionRequestObject) (AddReactionResponseObject, error) {
	return AddReaction204Response{}, s.react(ctx, req.RoomId, req.MessageId, req.Emoji, true)
}

// RemoveReaction implements DELETE …/reactions/{emoji} (F-RT-03).
func (s *Server) RemoveReaction(ctx context.Context, req RemoveReactionRequestObject) (RemoveReactionResponseObject, error) {
	return RemoveReaction204Response{}, s.react(ctx, req.RoomId, req.MessageId, req.Emoji, false)
}

func (s *Server) react(ctx context.Context, room RoomID, message MessageID, emoji string, there bool) error {
	v, id, err := s.enterMessage(ctx, room, message, incident.ActReact)
	if err != nil {
		return err
	}
	if err := incident.CheckEmoji(emoji); err != nil {
		return err
	}
	return s.rooms.React(ctx, v.Principal, v.room, id, emoji, there)
}

// MarkRead implements PUT …/read (F-RT-11).
func (s *Server) MarkRead(ctx context.Context, req MarkReadRequestObject) (MarkReadResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActReact)
	if err != nil {
		return nil, err
	}
	if req.Body.Seq < 0 {
		return nil, incident.E(incident.Invalid, "mark read", "seq must not be negative.")
	}
	if err := s.rooms.MarkRead(ctx, v.Principal, v.room, incident.Seq(req.Body.Seq)); err != nil {
		return nil, err
	}
	return MarkRead204Response{}, nil
}
