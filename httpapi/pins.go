package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ListPins implements GET …/pins.
func (s *Server) ListPins(ctx context.Context, req ListPinsRequestObject) (ListPinsResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	pins, err := s.library.Pins(ctx, v.room)
	if err != nil {
		return nil, err
	}
	return ListPins200JSONResponse{
		Messages: each(pins, func(m incident.Message) Message { return toMessage(s.links, v.room, m) }),
	}, nil
}

// PinMessage implements PUT …/pin.
func (s *Server) PinMessage(ctx context.Context, req PinMessageRequestObject) (PinMessageResponseObject, error) {
	return PinMessage204Response{}, s.pin(ctx, req.RoomId, req.MessageId, true)
}

// UnpinMessage implements DELETE …/pin.
func (s *Server) UnpinMessage(ctx context.Context, req UnpinMessageRequestObject) (UnpinMessageResponseObject, error) {
	return UnpinMessage204Response{}, s.pin(ctx, req.RoomId, req.MessageId, false)
}

func (s *Server) pin(ctx context.Context, room RoomID, message MessageID, pinned bool) error {
	v, id, err := s.enterMessage(ctx, room, message, incident.ActPost)
	if err != nil {
		return err
	}
	return s.rooms.Pin(ctx, v.Principal, v.room, id, pinned)
}
