package storage

import (
	"context"
	"maps"
	"slices"
	"strings"

	"taskreporter/ent"
	"taskreporter/ent/checklistitem"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// readsPerStatement bounds the parameters of one statement on SQLite.
const readsPerStatement = 200

// SaveReads moves read pointers forward; one that would go back stays, and so does
// one of somebody who is no member any more.
func (r *Records) SaveReads(ctx context.Context, room incident.RoomID, reads []incident.ReadPointer) error {
	const op = "save read pointers"
	furthest := make(map[incident.UserID]incident.ReadPointer, len(reads))
	for _, p := range reads {
		if p.Seq > furthest[p.User].Seq {
			furthest[p.User] = p
		}
	}
	if len(furthest) == 0 {
		return nil
	}
	users := slices.Sorted(maps.Keys(furthest))
	if r.db.kind == migration.Postgres {
		var ids, seqs, times array
		for _, u := range users {
			ids.text(string(u))
			seqs.number(int64(furthest[u].Seq))
			times.time(furthest[u].At)
		}
		// The members are locked: one who is removed meanwhile leaves no pointer.
		_, err := r.db.writer.ExecContext(ctx, `
			with still as materialized (
				select p.* from unnest($2::text[], $3::bigint[], $4::timestamptz[]) as p (user_id, seq, at)
				join room_members m on m.room_id = $1 and m.user_id = p.user_id
				order by m.user_id
				for key share of m
			)
			insert into read_pointers (room_id, user_id, seq, at) select $1, user_id, seq, at from still
			on conflict (room_id, user_id) do update set seq = excluded.seq, at = excluded.at
			where read_pointers.seq < excluded.seq`,
			string(room), ids.close(), seqs.close(), times.close())
		return fail(op, err)
	}
	for chunk := range slices.Chunk(users, readsPerStatement) {
		args := []any{string(room)}
		var values strings.Builder
		for i, u := range chunk {
			if i > 0 {
				values.WriteString(", ")
			}
			args = append(args, string(u), int64(furthest[u].Seq), incident.Now(furthest[u].At))
			values.WriteString("(" + parameters(len(args)-2, 3) + ")")
		}
		_, err := r.db.writer.ExecContext(ctx, `
			with p (user_id, seq, at) as (values `+values.String()+`)
			insert into read_pointers (room_id, user_id, seq, at)
			select m.room_id, p.user_id, p.seq, p.at from p
			join room_members m on m.room_id = $1 and m.user_id = p.user_id where true
			on conflict (room_id, user_id) do update set seq = excluded.seq, at = excluded.at
			where read_pointers.seq < excluded.seq`, args...)
		if err != nil {
			return fail(op, err)
		}
	}
	return nil
}

// Checklist returns a room's items in their order.
func (l *Library) Checklist(ctx context.Context, room incident.RoomID) ([]incident.ChecklistItem, error) {
	rows, err := l.db.read.ChecklistItem.Query().Where(checklistitem.RoomID(string(room))).
		Order(checklistitem.ByID()).All(ctx)
	list := make([]incident.ChecklistItem, len(rows))
	for i, row := range rows {
		list[i] = toItem(row)
	}
	return list, fail("read checklist", err)
}

func createItems(client *ent.Client, room incident.RoomID, items []incident.ChecklistItem) *ent.ChecklistItemCreateBulk {
	rows := make([]*ent.ChecklistItemCreate, len(items))
	for i, item := range items {
		rows[i] = client.ChecklistItem.Create().
			SetRoomID(string(room)).SetID(int64(item.ID)).SetTextZh(item.Zh).SetTextEn(item.En)
	}
	return client.ChecklistItem.CreateBulk(rows...)
}

func toItem(row *ent.ChecklistItem) incident.ChecklistItem {
	return incident.ChecklistItem{
		ID:            incident.ItemID(row.ID),
		ChecklistText: incident.ChecklistText{Zh: row.TextZh, En: row.TextEn},
		Done:          done(row.DoneAt, row.DoneBy, row.DoneByName),
	}
}
