package httpapi

import (
	"context"

	"taskreporter/incident"
)

// Retention ends archived rooms. All methods are safe for concurrent use, and what they
// do is audited with it.
type Retention interface {
	// Policy returns the one in force.
	Policy(ctx context.Context) (incident.RetentionPolicy, error)
	// SetPolicy puts another in force; it was checked. Error: Conflict for a stale version.
	SetPolicy(ctx context.Context, by incident.Principal, p incident.RetentionPolicy) (incident.RetentionPolicy, error)
	// Preview tells what a policy would do, and does nothing.
	Preview(ctx context.Context, q incident.RetentionQuery) (incident.RetentionPreview, error)
	// Tombstones returns a page, newest first, and how many there are in all.
	Tombstones(ctx context.Context, limit, offset int) ([]incident.Tombstone, int, error)
	// Hold keeps a room from being purged. Errors: NotFound, Conflict.
	Hold(ctx context.Context, by incident.Principal, room incident.RoomID, reason string) (incident.RoomHold, error)
	// Release lifts a hold. Error: NotFound.
	Release(ctx context.Context, by incident.Principal, room incident.RoomID, reason string) error
}

// Purger ends rooms at once. After an error some may be ended.
type Purger interface {
	// Purge ends the rooms that are named.
	Purge(ctx context.Context, rooms []incident.RoomID, c incident.PurgeCause) ([]incident.Tombstone, []incident.Spared, error)
	// PurgeDue ends up to most of those that the policy makes due.
	PurgeDue(ctx context.Context, by incident.Principal, reason string, most int) ([]incident.Tombstone, []incident.Spared, error)
}

// maxPurged bounds how many rooms one request ends.
const maxPurged = 50

// ShowRetention implements GET /api/admin/retention (F-FU-02).
func (s *Server) ShowRetention(ctx context.Context, _ ShowRetentionRequestObject) (ShowRetentionResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadRetention); err != nil {
		return nil, err
	}
	p, err := s.retention.Policy(ctx)
	return ShowRetention200JSONResponse(toPolicy(p)), err
}

// SetRetention implements PUT /api/admin/retention (F-FU-02).
func (s *Server) SetRetention(ctx context.Context, req SetRetentionRequestObject) (SetRetentionResponseObject, error) {
	by, err := s.allow(ctx, incident.ActManageRetention)
	if err != nil {
		return nil, err
	}
	p := incident.RetentionPolicy{Version: req.Body.Version, Days: daysOf(req.Body.Days)}
	if err := p.Check(); err != nil {
		return nil, err
	}
	p, err = s.retention.SetPolicy(ctx, by, p)
	return SetRetention200JSONResponse(toPolicy(p)), err
}

// PreviewRetention implements GET /api/admin/retention/preview (F-FU-02).
func (s *Server) PreviewRetention(ctx context.Context, req PreviewRetentionRequestObject) (PreviewRetentionResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadRetention); err != nil {
		return nil, err
	}
	q := incident.RetentionQuery{Now: s.now(), Held: given(req.Params.Held)}
	var err error
	if q.Limit, q.Offset, err = pageOf(req.Params.Limit, req.Params.Offset); err != nil {
		return nil, err
	}
	if given(req.Params.Proposed) {
		q.Policy.Days = daysOf(RetentionDays{LOW: req.Params.LOW, MEDIUM: req.Params.MEDIUM, HIGH: req.Params.HIGH, CRITICAL: req.Params.CRITICAL})
		err = q.Policy.Check()
	} else {
		q.Policy, err = s.retention.Policy(ctx)
	}
	if err != nil {
		return nil, err
	}
	p, err := s.retention.Preview(ctx, q)
	return PreviewRetention200JSONResponse{
		Rooms: each(p.Rooms, toRetentionRoom), Total: p.Total, Due: p.Due, Held: p.Held, Files: p.Files, Bytes: p.Bytes,
	}, err
}

// RunRetention implements POST /api/admin/retention/run (F-FU-02).
func (s *Server) RunRetention(ctx context.Context, req RunRetentionRequestObject) (RunRetentionResponseObject, error) {
	const op = "purge rooms"
	by, err := s.allow(ctx, incident.ActManageRetention)
	if err != nil {
		return nil, err
	}
	reason, err := incident.NormalizeReason(op, req.Body.Reason)
	if err != nil {
		return nil, err
	}
	var (
		purged []incident.Tombstone
		spared []incident.Spared
	)
	if req.Body.RoomIds == nil {
		purged, spared, err = s.purger.PurgeDue(ctx, by, reason, maxPurged)
	} else {
		ids := *req.Body.RoomIds
		if len(ids) == 0 || len(ids) > maxPurged {
			return nil, incident.E(incident.Invalid, op, "room_ids must be 1 to %d rooms", maxPurged)
		}
		for _, id := range ids {
			if err := checkID("room_ids", id); err != nil {
				return nil, err
			}
		}
		rooms := each(ids, func(id string) incident.RoomID { return incident.RoomID(id) })
		purged, spared, err = s.purger.Purge(ctx, rooms, incident.PurgeCause{By: by, Reason: reason, Now: s.now()})
	}
	if err != nil {
		return nil, err
	}
	return RunRetention200JSONResponse{
		Purged: each(purged, toTombstone),
		Spared: each(spared, func(one incident.Spared) SparedRoom {
			return SparedRoom{RoomId: string(one.Room), Detail: incident.DetailOf(one.Err)}
		}),
	}, nil
}

// ListTombstones implements GET /api/admin/retention/tombstones (F-FU-02).
func (s *Server) ListTombstones(ctx context.Context, req ListTombstonesRequestObject) (ListTombstonesResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadRetention); err != nil {
		return nil, err
	}
	limit, offset, err := pageOf(req.Params.Limit, req.Params.Offset)
	if err != nil {
		return nil, err
	}
	list, total, err := s.retention.Tombstones(ctx, limit, offset)
	return ListTombstones200JSONResponse{Tombstones: each(list, toTombstone), Total: total}, err
}

// HoldRoom implements PUT /api/rooms/{room_id}/hold (F-FU-02).
func (s *Server) HoldRoom(ctx context.Context, req HoldRoomRequestObject) (HoldRoomResponseObject, error) {
	by, err := s.allow(ctx, incident.ActHoldRoom)
	if err != nil {
		return nil, err
	}
	reason, err := incident.NormalizeReason(string(incident.ActHoldRoom), req.Body.Reason)
	if err != nil {
		return nil, err
	}
	if err := checkID("room_id", req.RoomId); err != nil {
		return nil, err
	}
	h, err := s.retention.Hold(ctx, by, incident.RoomID(req.RoomId), reason)
	return HoldRoom200JSONResponse(toRoomHold(h)), err
}

// ReleaseRoom implements DELETE /api/rooms/{room_id}/hold (F-FU-02).
func (s *Server) ReleaseRoom(ctx context.Context, req ReleaseRoomRequestObject) (ReleaseRoomResponseObject, error) {
	by, err := s.allow(ctx, incident.ActHoldRoom)
	if err != nil {
		return nil, err
	}
	reason, err := incident.NormalizeReason(string(incident.ActHoldRoom), given(req.Params.Reason))
	if err != nil {
		return nil, err
	}
	if err := checkID("room_id", req.RoomId); err != nil {
		return nil, err
	}
	return ReleaseRoom204Response{}, s.retention.Release(ctx, by, incident.RoomID(req.RoomId), reason)
}

func pageOf(limit, offset *int) (int, int, error) {
	n, err := within("limit", limit, 50, 1, 100)
	if err != nil {
		return 0, 0, err
	}
	from, err := within("offset", offset, 0, 0, 100_000)
	return n, from, err
}

func daysOf(d RetentionDays) map[incident.Severity]int {
	days := map[incident.Severity]int{}
	for severity, n := range map[incident.Severity]*int{
		incident.Low: d.LOW, incident.Medium: d.MEDIUM, incident.High: d.HIGH, incident.Critical: d.CRITICAL,
	} {
		if n != nil {
			days[severity] = *n
		}
	}
	return days
}

func toPolicy(p incident.RetentionPolicy) RetentionPolicy {
	out := RetentionPolicy{Version: p.Version}
	for severity, field := range map[incident.Severity]**int{
		incident.Low: &out.Days.LOW, incident.Medium: &out.Days.MEDIUM, incident.High: &out.Days.HIGH, incident.Critical: &out.Days.CRITICAL,
	} {
		if n, ok := p.Days[severity]; ok {
			*field = &n
		}
	}
	if p.Version > 0 {
		out.ChangedAt, out.ChangedBy = &p.ChangedAt, &p.ChangedBy.Name
	}
	return out
}

func toRetentionRoom(c incident.RetentionCandidate) RetentionRoom {
	out := RetentionRoom{
		RoomId: string(c.Room), Number: c.Number, Title: c.Title, Severity: Severity(c.Severity),
		ArchivedAt: c.ArchivedAt, DueAt: c.DueAt, Events: c.Events, Files: c.Files, Bytes: c.Bytes,
	}
	if c.Hold != nil {
		hold := toRoomHold(*c.Hold)
		out.Hold = &hold
	}
	return out
}

func toTombstone(t incident.Tombstone) Tombstone {
	return Tombstone{
		RoomId: string(t.Room), Number: t.Number, Severity: Severity(t.Severity),
		DeclaredAt: t.DeclaredAt, ArchivedAt: t.ArchivedAt, PurgedAt: t.PurgedAt, RemovedAt: t.RemovedAt,
		PurgedBy: t.By.Name, Reason: t.Reason, Policy: t.Policy, State: TombstoneState(t.State),
		Events: t.Events, Messages: t.Messages, Files: t.Files, Bytes: t.Bytes, LogSha256: t.LogHash,
	}
}

func toRoomHold(h incident.RoomHold) RoomHold {
	return RoomHold{PlacedBy: h.By.Name, PlacedAt: h.At, Reason: h.Reason}
}
