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
	q.Mine, q.Assigned = given(params.Mine), given(params.Assigned)
	if q.Statuses, err = choices[Status, incident.Status]("status", params.Status); err != nil {
		return q, err
	}
	if q.Severities, err = choices[Severity, incident.Severity]("severity", params.Severity); err != nil {
		return q, err
	}
	if q.Types, err = choices[IncidentType, incident.IncidentType]("type", params.Type); err != nil {
		return q, err
	}
	if q.Roles, err = choices[Role, incident.Role]("role", params.Role); err != nil {
		return q, err
	}
	if q.Line, err = words("line", params.Line, incident.MaxPlacePart); err != nil {
		return q, err
	}
	if q.Since, q.Until, err = span(params.Since, params.Until); err != nil {
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
	p, err := s.allow(ctx, incident.ActDeclare)
	if err != nil {
		return nil, err
	}
	n, err := s.newRoom(ctx, *req.Body)
	if err != nil {
		return nil, err
	}
	room, err := s.library.CreateRoom(ctx, p, n)
	if err != nil {
		return nil, err
	}
	s.tellDeclared(ctx, room)
	location := roomPath(room.ID)
	return CreateRoom201JSONResponse{Body: toRoom(room), Headers: CreateRoom201ResponseHeaders{Location: &location}}, nil
}

// tellDeclared shows a new room to those who are in it from the start (F-RM-11). The
// room is there, whether they are told or not.
func (s *Server) tellDeclared(ctx context.Context, room incident.Room) {
	members, err := s.library.Members(ctx, room.ID)
	if err != nil {
		s.log.Warn("members of a new room not told", "room_id", string(room.ID), "request_id", requestOf(ctx).id, "err", err)
		return
	}
	s.rooms.Declared(room, each(members, func(m incident.Member) incident.UserID { return m.ID }))
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
		t, err := s.library.Template(ctx, incident.TemplateID(id), 0)
		if incident.KindOf(err) == incident.NotFound {
			return n, incident.Wrap(incident.Invalid, "declare incident", err, "There is no template with this template_id.")
		}
		if err != nil {
			return n, err
		}
		if t.Retired {
			return n, incident.E(incident.Invalid, "declare incident", "This template is retired. Choose another one.")
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

// UpdateRoom implements PATCH /api/rooms/{room_id} (F-RM-03, F-RM-10). Every act
// that the patch needs must be allowed.
func (s *Server) UpdateRoom(ctx context.Context, req UpdateRoomRequestObject) (UpdateRoomResponseObject, error) {
	patch := roomPatch(*req.Body)
	var v visit
	for _, act := range patch.Acts() {
		var err error
		if v, err = s.enter(ctx, req.RoomId, act); err != nil {
			return nil, err
		}
	}
	if a := given(patch.Assignee); a != "" {
		if err := checkID("assignee", string(a)); err != nil {
			return nil, err
		}
	}
	if _, err := s.rooms.UpdateRoom(ctx, v.Principal, v.room, patch); err != nil {
		return nil, err
	}
	room, err := s.library.Room(ctx, v.room, v.ID)
	if err != nil {
		return nil, err
	}
	return UpdateRoom200JSONResponse(toRoom(room)), nil
}

func roomPatch(body RoomPatch) incident.RoomPatch {
	place := given(body.Place)
	return incident.RoomPatch{
		Version:     body.Version,
		Title:       body.Title,
		Type:        (*incident.IncidentType)(body.IncidentType),
		Severity:    (*incident.Severity)(body.Severity),
		Site:        place.Site,
		Line:        place.Line,
		Station:     place.Station,
		Equipment:   place.Equipment,
		Lot:         body.Lot,
		Description: body.Description,
		LineStopped: body.LineStopped,
		UnitsAtRisk: body.UnitsAtRisk,
		Tags:        body.Tags,
		Assignee:    (*incident.UserID)(body.Assignee),
	}
}

// MoveRoom implements POST …/status (F-RM-09). What the move needs depends on the
// status, which the room's own order may have changed already: the room decides
// again.
func (s *Server) MoveRoom(ctx context.Context, req MoveRoomRequestObject) (MoveRoomResponseObject, error) {
	m := incident.Move{
		To:         incident.Status(req.Body.Status),
		Version:    req.Body.Version,
		Reason:     given(req.Body.Reason),
		Resolution: given(req.Body.Resolution),
		RootCause:  given(req.Body.RootCause),
		Waiver:     given(req.Body.Waiver),
		Of:         incident.RoomID(given(req.Body.DuplicateOf)),
	}
	if err := checkID("room_id", req.RoomId); err != nil {
		return nil, err
	}
	now, err := s.library.Room(ctx, incident.RoomID(req.RoomId), requestOf(ctx).principal.ID)
	if err != nil && incident.KindOf(err) != incident.NotFound {
		return nil, err
	}
	v, err := s.enter(ctx, req.RoomId, m.Act(now.Status))
	if err != nil {
		return nil, err
	}
	room, err := s.move(ctx, v, m)
	if err != nil {
		return nil, err
	}
	return MoveRoom200JSONResponse(toRoom(room)), nil
}

// ArchiveRoom implements DELETE /api/rooms/{room_id}: the last move.
func (s *Server) ArchiveRoom(ctx context.Context, req ArchiveRoomRequestObject) (ArchiveRoomResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActSettings)
	if err != nil {
		return nil, err
	}
	now, err := s.library.Room(ctx, v.room, v.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.move(ctx, v, incident.Move{To: incident.Archived, Version: now.Version}); err != nil {
		return nil, err
	}
	return ArchiveRoom204Response{}, nil
}

func (s *Server) move(ctx context.Context, v visit, m incident.Move) (incident.Room, error) {
	if err := m.Normalize(); err != nil {
		return incident.Room{}, err
	}
	if m.To == incident.Duplicate {
		may, err := s.mayRead(ctx, v.Principal, m.Of)
		if err != nil {
			return incident.Room{}, err
		}
		if !may {
			return incident.Room{}, incident.E(incident.Invalid, "move room", "duplicate_of must be the room_id of an incident that you may read.")
		}
	}
	if _, err := s.rooms.MoveRoom(ctx, v.Principal, v.room, m); err != nil {
		return incident.Room{}, err
	}
	return s.library.Room(ctx, v.room, v.ID)
}
