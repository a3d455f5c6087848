package httpapi

import (
	"context"

	"taskreporter/incident"
)

// GetChecklist implements GET …/checklist (F-TP-02).
func (s *Server) GetChecklist(ctx context.Context, req GetChecklistRequestObject) (GetChecklistResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	items, err := s.library.Checklist(ctx, v.room)
	if err != nil {
		return nil, err
	}
	return GetChecklist200JSONResponse{Items: each(items, toChecklistItem)}, nil
}

// TickItem implements PUT …/checklist/{item_id}.
func (s *Server) TickItem(ctx context.Context, req TickItemRequestObject) (TickItemResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActPost)
	if err != nil {
		return nil, err
	}
	if err := s.rooms.Tick(ctx, v.Principal, v.room, incident.ItemID(req.ItemId), req.Body.Done); err != nil {
		return nil, err
	}
	return TickItem204Response{}, nil
}
