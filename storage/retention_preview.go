package storage

import (
	"context"
	"fmt"
	"strings"

	"taskreporter/ent/roomhold"
	"taskreporter/incident"
)

// Preview tells what a policy would do now, and does nothing: what it lists first would
// go first (F-FU-02).
func (r *Retention) Preview(ctx context.Context, q incident.RetentionQuery) (p incident.RetentionPreview, err error) {
	const op = "preview retention"
	due, args := dueRooms(q)
	if due == "" {
		return p, nil
	}
	err = r.db.reader.QueryRowContext(ctx, `
		select coalesce(sum(case when h.room_id is null then 1 else 0 end), 0), coalesce(sum(case when h.room_id is null then 0 else 1 end), 0),
			coalesce(sum(case when h.room_id is null then f.files else 0 end), 0), coalesce(sum(case when h.room_id is null then f.bytes else 0 end), 0)
		from incident_rooms r left join room_holds h on h.room_id = r.room_id
		left join (select room_id, count(*) files, cast(sum(file_size) as bigint) bytes from room_files group by room_id) f on f.room_id = r.room_id
		where `+due, args...).Scan(&p.Due, &p.Held, &p.Files, &p.Bytes)
	if err != nil {
		return p, fail(op, err)
	}
	p.Rooms, err = r.candidates(ctx, q, due, args)
	if p.Total = p.Due; q.Held {
		p.Total = p.Held
	}
	return p, fail(op, err)
}

// dueRooms is the condition of rooms r that the query's policy makes due; empty when it
// makes none due ever.
func dueRooms(q incident.RetentionQuery) (condition string, args []any) {
	var severities []string
	for _, c := range q.Policy.Cutoffs(q.Now) {
		args = append(args, string(c.Severity), incident.Now(c.Archived))
		severities = append(severities, fmt.Sprintf("(r.severity = $%d and r.archived_at <= $%d)", len(args)-1, len(args)))
	}
	if severities == nil {
		return "", nil
	}
	return "r.archived_at is not null and r.status = '" + string(incident.Archived) + "' and (" + strings.Join(severities, " or ") + ")", args
}

func (r *Retention) candidates(ctx context.Context, q incident.RetentionQuery, due string, args []any) ([]incident.RetentionCandidate, error) {
	kept := "is null"
	if q.Held {
		kept = "is not null"
	}
	n := len(args)
	rows, err := r.db.reader.QueryContext(ctx, fmt.Sprintf(`
		select r.room_id, r.number, r.title, r.severity, r.archived_at, r.last_seq,
			(select count(*) from room_files f where f.room_id = r.room_id),
			(select cast(coalesce(sum(f.file_size), 0) as bigint) from room_files f where f.room_id = r.room_id)
		from incident_rooms r left join room_holds h on h.room_id = r.room_id
		where %s and h.room_id %s
		order by r.archived_at, r.room_id limit $%d offset $%d`, due, kept, n+1, n+2), append(args, q.Limit, q.Offset)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []incident.RetentionCandidate
	var ids []string
	for rows.Next() {
		var c incident.RetentionCandidate
		err := rows.Scan(&c.Room, &c.Number, &c.Title, &c.Severity, &c.ArchivedAt, &c.Events, &c.Files, &c.Bytes)
		if err != nil {
			return nil, err
		}
		c.ArchivedAt = incident.Now(c.ArchivedAt)
		c.DueAt, _ = q.Policy.DueAt(c.Severity, c.ArchivedAt)
		list, ids = append(list, c), append(ids, string(c.Room))
	}
	if err := rows.Err(); err != nil || !q.Held {
		return list, err
	}
	holds, err := r.db.read.RoomHold.Query().Where(r.db.oneOf(roomhold.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, row := range holds {
		for i := range list {
			if list[i].Room == incident.RoomID(row.ID) {
				list[i].Hold = toHold(row)
			}
		}
	}
	return list, nil
}
