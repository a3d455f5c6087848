package storage

import (
	"context"
	"fmt"
	"strings"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/predicate"
	"taskreporter/ent/room"
	"taskreporter/ent/roommember"
	"taskreporter/incident"
)

// Library is what reading requests need of the projections.
type Library struct{ db *DB }

// Library returns the projections for reading.
func (db *DB) Library() *Library { return &Library{db} }

// Role returns p's role in the room; NoRole for a non-member and for a room that
// does not exist.
func (l *Library) Role(ctx context.Context, id incident.RoomID, user incident.UserID) (incident.Role, error) {
	m, err := l.db.read.RoomMember.Query().
		Where(roommember.RoomID(string(id)), roommember.ID(string(user))).Only(ctx)
	if ent.IsNotFound(err) {
		return incident.NoRole, nil
	}
	if err != nil {
		return incident.NoRole, fail("read role", err)
	}
	return incident.Role(m.Role), nil
}

// Room returns the room with the asker's role filled in.
func (l *Library) Room(ctx context.Context, id incident.RoomID, asker incident.UserID) (incident.Room, error) {
	const op = "read room"
	row, err := l.db.read.Room.Get(ctx, string(id))
	if err != nil {
		return incident.Room{}, fail(op, err)
	}
	list := []incident.Room{toRoom(row)}
	if err := l.describe(ctx, list, asker); err != nil {
		return incident.Room{}, fail(op, err)
	}
	list[0].Hold, err = hold(ctx, l.db.read, id)
	return list[0], fail(op, err)
}

// Rooms returns a page, newest activity first, and how many match in all.
func (l *Library) Rooms(ctx context.Context, q incident.RoomQuery) ([]incident.Room, int, error) {
	const op = "list rooms"
	where := roomFilter(q)
	total, err := l.db.read.Room.Query().Where(where...).Count(ctx)
	if err != nil {
		return nil, 0, fail(op, err)
	}
	rows, err := l.db.read.Room.Query().Where(where...).
		Order(room.ByLastActivityAt(entsql.OrderDesc()), room.ByID(entsql.OrderDesc())).
		Offset(q.Offset).Limit(q.Limit).All(ctx)
	if err != nil {
		return nil, 0, fail(op, err)
	}
	list := make([]incident.Room, len(rows))
	for i, row := range rows {
		list[i] = toRoom(row)
	}
	return list, total, fail(op, l.describe(ctx, list, q.Asker))
}

// roomFilter: text is searched without case, where the database knows the case of
// a letter, and literally: % and _ mean themselves.
func roomFilter(q incident.RoomQuery) []predicate.Room {
	var (
		where    []predicate.Room
		asMember = room.HasMembersWith(roommember.ID(string(q.Asker)))
		assigned = room.AssigneeID(string(q.Asker))
	)
	if !q.All {
		where = append(where, asMember)
	}
	if q.Mine {
		where = append(where, room.Or(asMember, assigned))
	}
	if q.Assigned {
		where = append(where, assigned)
	}
	if len(q.Roles) > 0 {
		where = append(where, room.HasMembersWith(
			roommember.ID(string(q.Asker)), roommember.RoleIn(texts(q.Roles)...)))
	}
	if len(q.Statuses) > 0 {
		where = append(where, room.StatusIn(texts(q.Statuses)...))
	}
	if len(q.Severities) > 0 {
		where = append(where, room.SeverityIn(texts(q.Severities)...))
	}
	if len(q.Types) > 0 {
		where = append(where, room.IncidentTypeIn(texts(q.Types)...))
	}
	if q.Line != "" {
		where = append(where, room.Line(q.Line))
	}
	if !q.Since.IsZero() {
		where = append(where, room.DeclaredAtGTE(incident.Now(q.Since)))
	}
	if !q.Until.IsZero() {
		where = append(where, room.DeclaredAtLT(incident.Now(q.Until)))
	}
	if t := strings.TrimSpace(q.Text); t != "" {
		where = append(where, room.Or(
			room.NumberContainsFold(t), room.TitleContainsFold(t), room.DescriptionContainsFold(t),
			room.LineContainsFold(t), room.StationContainsFold(t), room.EquipmentContainsFold(t),
		))
	}
	return where
}

// described is what a list of rooms shows beside a room. Unread are messages of
// others after the asker's pointer; a stranger has none.
const described = `
	select r.room_id, coalesce(me.role, ''), coalesce(p.seq, 0),
		(select count(*) from room_members m where m.room_id = r.room_id),
		coalesce((select m.text from messages m where m.room_id = r.room_id and m.deleted_at is null
				and m.text <> '' order by m.seq desc limit 1), ''),
		(select count(*) from (select 1 from messages m
			where me.role is not null and m.room_id = r.room_id and m.seq > coalesce(p.seq, 0)
				and m.author_id <> $1 and m.deleted_at is null
			limit $2) u),
		(select count(*) from (select 1 from messages m
			where me.role is not null and m.room_id = r.room_id and m.author_id <> $1 and m.deleted_at is null
				and m.seq in (select c.seq from mentions c
					where c.room_id = r.room_id and c.seq > coalesce(p.seq, 0) and c.target in ($1, '*', 'role:' || me.role))
			limit $2) u)
	from incident_rooms r
	left join room_members me on me.room_id = r.room_id and me.user_id = $1
	left join read_pointers p on p.room_id = r.room_id and p.user_id = me.user_id
	where r.room_id in (`

// describe fills in what belongs to the list and to the asker.
func (l *Library) describe(ctx context.Context, list []incident.Room, asker incident.UserID) error {
	if len(list) == 0 {
		return nil
	}
	place := make(map[incident.RoomID]*incident.Room, len(list))
	args := []any{string(asker), incident.MaxUnread}
	for i := range list {
		args = append(args, string(list[i].ID))
		place[list[i].ID] = &list[i]
	}
	rows, err := l.db.reader.QueryContext(ctx, described+parameters(3, len(list))+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id     incident.RoomID
			newest string
			now    incident.Room
		)
		if err := rows.Scan(&id, &now.Role, &now.Read, &now.MemberCount, &newest, &now.Unread, &now.Mentions); err != nil {
			return err
		}
		r := place[id]
		r.Role, r.Read, r.Unread, r.Mentions = now.Role, now.Read, now.Unread, now.Mentions
		r.MemberCount, r.LastMessage = now.MemberCount, incident.FirstLine(newest)
	}
	return rows.Err()
}

// parameters writes n placeholders from $first on.
func parameters(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

func toRoom(r *ent.Room) incident.Room {
	made := incident.Room{
		ID: incident.RoomID(r.ID), Number: r.Number, Title: r.Title, Type: incident.IncidentType(r.IncidentType),
		Severity: incident.Severity(r.Severity), Status: incident.Status(r.Status),
		Place: incident.Place{Site: r.Site, Line: r.Line, Station: r.Station, Equipment: r.Equipment},
		Lot:   r.Lot, Description: r.Description, LineStopped: r.LineStopped, UnitsAtRisk: r.UnitsAtRisk, Tags: r.Tags,
		CreatedBy:  incident.Person{ID: incident.UserID(r.CreatedBy), Name: r.CreatedByName},
		DeclaredAt: incident.Now(r.DeclaredAt), LastActivity: incident.Now(r.LastActivityAt), Version: r.Version,
		Head: incident.Seq(r.LastSeq), Epoch: incident.Epoch(r.Epoch),
		Resolution: r.Resolution, RootCause: r.RootCause, Waiver: r.Waiver, DuplicateOf: incident.RoomID(value(r.DuplicateOf)),
		AcknowledgedAt: stored(r.AcknowledgedAt), ContainedAt: stored(r.ContainedAt), ResolvedAt: stored(r.ResolvedAt),
		ClosedAt: stored(r.ClosedAt), ArchivedAt: stored(r.ArchivedAt),
	}
	if r.AssigneeID != nil {
		made.Assignee = &incident.Person{ID: incident.UserID(*r.AssigneeID), Name: r.AssigneeName}
	}
	if r.TemplateID != nil && r.TemplateVersion != nil {
		made.Template, made.TemplateVer = incident.TemplateID(*r.TemplateID), *r.TemplateVersion
	}
	return made
}

func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}
