package storage

import (
	"context"
	"database/sql"
	"slices"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"taskreporter/ent"
	"taskreporter/ent/checklistitem"
	"taskreporter/ent/room"
	"taskreporter/ent/roommember"
	"taskreporter/ent/upload"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// Leased returns the log as the rooms of a cluster use it: a node claims rooms
// only while its own lease in the table of nodes lasts.
func (r *Records) Leased() *Records { return &Records{db: r.db, leased: true} }

// Claim makes node the owner of rooms under their next epochs and returns, in
// their order, what their activations start from. A room is claimed only while
// nobody owns it, or node does, or its owner is no longer among the nodes. An
// error is about all of them: no epoch was raised, or nobody knows.
func (r *Records) Claim(ctx context.Context, node incident.NodeID, rooms []incident.RoomID) ([]incident.Claimed, error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	var found map[incident.RoomID]*incident.Claimed
	err := r.db.inTx(ctx, "claim rooms", func(tx *ent.Tx) (err error) {
		found, err = r.claim(ctx, tx, node, distinct(rooms))
		return err
	})
	if err != nil {
		return nil, err
	}
	list := make([]incident.Claimed, len(rooms))
	for i, id := range rooms {
		if c := found[id]; c != nil {
			list[i] = *c
		} else {
			list[i].Err = incident.E(incident.NotFound, "claim room", "the room does not exist")
		}
	}
	return list, nil
}

func (r *Records) claim(ctx context.Context, tx *ent.Tx, node incident.NodeID, ids []string) (map[incident.RoomID]*incident.Claimed, error) {
	// Rooms are locked in the order of their ids, as Append locks them. From here
	// on no batch can move a head, and no other claim an owner, while the rest is
	// read. SQLite has locked everything already.
	query := tx.Room.Query().Where(r.db.oneOf(room.FieldID, ids)).Order(room.ByID())
	if r.db.kind == migration.Postgres {
		query.ForUpdate()
	}
	rows, err := query.All(ctx)
	if err != nil {
		return nil, err
	}
	// Only now the nodes: whoever took a room while we waited for it had joined
	// before, and this statement sees it.
	live, err := r.live(ctx, tx, node)
	if err != nil {
		return nil, err
	}
	found := make(map[incident.RoomID]*incident.Claimed, len(rows))
	taken := make([]string, 0, len(rows))
	for _, row := range rows {
		id, owner := incident.RoomID(row.ID), incident.NodeID(row.Owner)
		if owner != "" && owner != node && live[owner] {
			found[id] = &incident.Claimed{Err: incident.E(incident.Moved, "claim room", "another node serves the room: try again")}
			continue
		}
		row.Epoch++
		found[id] = &incident.Claimed{State: incident.RoomState{Room: toRoom(row)}, TakenOver: owner != "" && owner != node}
		taken = append(taken, row.ID)
	}
	if len(taken) == 0 {
		return found, nil
	}
	err = tx.Room.Update().Where(r.db.oneOf(room.FieldID, taken)).AddEpoch(1).SetOwner(string(node)).Exec(ctx)
	if err != nil {
		return nil, err
	}
	return found, r.furnish(ctx, tx, found, taken)
}

// live returns the ids of all nodes.
func (r *Records) live(ctx context.Context, tx *ent.Tx, node incident.NodeID) (map[incident.NodeID]bool, error) {
	rows, err := tx.QueryContext(ctx, "select id, expires_at > "+r.db.clock()+" from nodes")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	live, leased := map[incident.NodeID]bool{}, false
	for rows.Next() {
		var (
			id    incident.NodeID
			lasts bool
		)
		if err := rows.Scan(&id, &lasts); err != nil {
			return nil, err
		}
		live[id] = true
		leased = leased || id == node && lasts
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if r.leased && !leased {
		return nil, incident.E(incident.Unavailable, "claim rooms", "this node's lease has ended: try again")
	}
	return live, nil
}

// furnish reads the members, the checklists and the open uploads of rooms that were
// claimed.
func (r *Records) furnish(ctx context.Context, tx *ent.Tx, found map[incident.RoomID]*incident.Claimed, rooms []string) error {
	members, err := tx.RoomMember.Query().Where(r.db.oneOf(roommember.FieldRoomID, rooms)).
		Order(roommember.ByRoomID(), roommember.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for len(members) > 0 {
		id := members[0].RoomID
		n := slices.IndexFunc(members, func(m *ent.RoomMember) bool { return m.RoomID != id })
		if n < 0 {
			n = len(members)
		}
		state := &found[incident.RoomID(id)].State
		state.Members, state.Room.MemberCount = toMembers(members[:n]), n
		members = members[n:]
	}
	items, err := tx.ChecklistItem.Query().Where(r.db.oneOf(checklistitem.FieldRoomID, rooms)).
		Order(checklistitem.ByRoomID(), checklistitem.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, row := range items {
		state := &found[incident.RoomID(row.RoomID)].State
		state.Checklist = append(state.Checklist, toItem(row))
	}
	uploads, err := tx.Upload.Query().Where(r.db.oneOf(upload.FieldRoomID, rooms), upload.FinishedAtIsNil()).
		Order(upload.ByStartedAt(), upload.ByID()).All(ctx)
	if err != nil {
		return err
	}
	open, err := toUploads(uploads)
	if err != nil {
		return err
	}
	for _, up := range open {
		state := &found[up.RoomID].State
		state.Uploads = append(state.Uploads, up)
	}
	return nil
}

// Release gives rooms up, each only if node still owns it under that epoch, so
// that another node may claim them at once.
func (r *Records) Release(ctx context.Context, node incident.NodeID, holds []incident.Hold) error {
	if len(holds) == 0 {
		return nil
	}
	const op = "release rooms"
	if r.db.kind == migration.Postgres {
		var rooms, epochs array
		for _, h := range holds {
			rooms.text(string(h.Room))
			epochs.number(int64(h.Epoch))
		}
		// The rooms are locked as a claim and an append lock them.
		_, err := r.db.writer.ExecContext(ctx, `
			with held as materialized (
				select r.room_id from unnest($1::text[], $2::bigint[]) as h (room_id, epoch)
				join incident_rooms r on r.room_id = h.room_id and r.epoch = h.epoch and r.owner = $3
				order by r.room_id
				for update of r
			)
			update incident_rooms r set owner = '' from held h where r.room_id = h.room_id`,
			rooms.close(), epochs.close(), string(node))
		return fail(op, err)
	}
	tx, err := r.db.writer.BeginTx(ctx, nil)
	if err != nil {
		return fail(op, err)
	}
	if err := releaseEach(ctx, tx, node, holds); err != nil {
		_ = tx.Rollback() // the first error is the one to tell
		return fail(op, err)
	}
	return fail(op, tx.Commit())
}

func releaseEach(ctx context.Context, tx *sql.Tx, node incident.NodeID, holds []incident.Hold) error {
	stmt, err := tx.PrepareContext(ctx, "update incident_rooms set owner = '' where room_id = ? and epoch = ? and owner = ?")
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, h := range holds {
		if _, err := stmt.ExecContext(ctx, string(h.Room), int64(h.Epoch), string(node)); err != nil {
			return err
		}
	}
	return nil
}

// Owners returns who owns rooms. A room that nobody owns, or that does not exist,
// is left out.
func (r *Records) Owners(ctx context.Context, rooms []incident.RoomID) (map[incident.RoomID]incident.NodeID, error) {
	owners := make(map[incident.RoomID]incident.NodeID, len(rooms))
	if len(rooms) == 0 {
		return owners, nil
	}
	rows, err := r.db.read.Room.Query().Where(r.db.oneOf(room.FieldID, distinct(rooms)), room.OwnerNEQ("")).
		Select(room.FieldID, room.FieldOwner).All(ctx)
	if err != nil {
		return nil, fail("read owners", err)
	}
	for _, row := range rows {
		owners[incident.RoomID(row.ID)] = incident.NodeID(row.Owner)
	}
	return owners, nil
}

// oneOf is the condition that a column has one of ids. On Postgres they are one
// parameter, so that the statement is the same for any number of them.
func (db *DB) oneOf(column string, ids []string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		if db.kind == migration.Postgres {
			s.Where(entsql.P(func(b *entsql.Builder) {
				b.Ident(s.C(column)).WriteString(" = any(").Arg(pq.StringArray(ids)).WriteByte(')')
			}))
			return
		}
		args := make([]any, len(ids))
		for i, id := range ids {
			args[i] = id
		}
		s.Where(entsql.In(s.C(column), args...))
	}
}

// clock is the database's time at this moment; on SQLite in microseconds since
// 1970, as times are kept there.
func (db *DB) clock() string {
	if db.kind == migration.SQLite {
		return "cast(unixepoch('subsec') * 1000000 as integer)"
	}
	return "clock_timestamp()"
}

// distinct returns each id once, by rising id.
func distinct(ids []incident.RoomID) []string {
	list := texts(ids)
	slices.Sort(list)
	return slices.Compact(list)
}
