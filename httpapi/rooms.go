package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ListRooms implements GET /api/rooms (F-RM-02, F-RM-04, F-RM-06).
func (s *Server) ListRooms(ctx context.Context, req ListRoomsRequestObject) (ListRoomsResponseObject, error) {
	p := requestOf(ctx).principal
	q, err := roomQuery(p, req.Params)
	if err != nil {
		return nil, err
	}
	rooms, total, err := s.library.Rooms(ctx, q)
	if err != nil {
		return nil, err
	}
	return ListRooms200JSONResponse{Rooms: each(rooms, toRoom), Total: total, Limit: q.Limit, Offset: q.Offset}, nil
}

func roomQuery(p incident.Principal, params ListRoomsParams) (q incident.RoomQuery, err error) {
	q.Asker = p.ID
	q.All = incident.Can(p, incident.NoRole, incident.ActRead)
	if q.Statuses, err = choices[Status, incident.Status]("status", params.Status); err != nil {
		return q, err
	}
	if q.Severities, err = choices[Severity, incident.Severity]("severity", params.Severity); err != nil {
		return q, err
	}
	if q.Text, err = words("q", params.Q, 100); err != nil {
		return q, err
	}
	if q.Limit, err = within("limit", params.Limit, 50, 1, 100); err != nil {
		return q, err
	}
	q.Offset, err = within("offset", params.Offset, 0, 0, 100_000)
	return q, err
}

// CreateRoom implements POST /api/rooms (F-RM-01).
func (s *Server) CreateRoom(ctx context.Context, req CreateRoomRequestObject) (CreateRoomResponseObject, error) {
	p := requestOf(ctx).principal
	if !incident.Can(p, incident.NoRole, incident.ActDeclare) {
		return nil, incident.E(incident.Forbidden, "declare incident", "Your account reads only: it cannot declare an incident.")
	}
	n, err := s.newRoom(ctx, *req.Body)
	if err != nil {
		return nil, err
	}
	room, err := s.library.CreateRoom(ctx, p, n)
	if err != nil {
		return nil, err
	}
	location := roomPath(room.ID)
	return CreateRoom201JSONResponse{Body: toRoom(room), Headers: CreateRoom201ResponseHeaders{Location: &location}}, nil
}

func (s *Server) newRoom(ctx context.Context, body NewRoom) (incident.NewRoom, error) {
	n := incident.NewRoom{
		Title:       body.Title,
		Type:        incident.IncidentType(given(body.IncidentType)),
		Severity:    incident.Severity(given(body.Severity)),
		Place:       fromPlace(given(body.Place)),
		Lot:         given(body.Lot),
		Description: given(body.Description),
		LineStopped: given(body.LineStopped),
		UnitsAtRisk: given(body.UnitsAtRisk),
		Tags:        given(body.Tags),
	}
	if id := given(body.TemplateId); id != "" {
		if err := checkID("template_id", id); err != nil {
			return n, err
		}
		t, err := s.library.Template(ctx, incident.TemplateID(id))
		if incident.KindOf(err) == incident.NotFound {
			return n, incident.Wrap(incident.Invalid, "declare incident", err, "There is no template with this template_id.")
		}
		if err != nil {
			return n, err
		}
		n.Template = &t
	}
	return n, n.Normalize()
}

// GetRoom implements GET /api/rooms/{room_id}.
func (s *Server) GetRoom(ctx context.Context, req GetRoomRequestObject) (GetRoomResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	room, err := s.library.Room(ctx, v.room, v.ID)
	if err != nil {
		return nil, err
	}
	return GetRoom200JSONResponse(toRoom(room)), nil
}

// ListTemplates implements GET /api/templates (F-TP-01).
func (s *Server) ListTemplates(ctx context.Context, _ ListTemplatesRequestObject) (ListTemplatesResponseObject, error) {
	templates, err := s.library.Templates(ctx)
	if err != nil {
		return nil, err
	}
	return ListTemplates200JSONResponse{Templates: each(templates, toTemplate)}, nil
}
