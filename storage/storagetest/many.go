package storagetest

import (
	"database/sql"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

// ManyRooms makes n rooms with the given number of members each, as a plant has
// them after years, and returns their ids. Postgres only.
func ManyRooms(t testing.TB, cfg storage.Config, n, members int) []incident.RoomID {
	t.Helper()
	model := claim(t, Open(t, cfg))
	db, err := sql.Open("postgres", cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec(t, db, `
		insert into incident_rooms
		select (jsonb_populate_record(r, jsonb_build_object('room_id', gen_random_uuid(), 'number', 'MANY-' || i, 'owner', ''))).*
		from incident_rooms r, generate_series(1, $2) i where r.room_id = $1`, string(model.ID), n)
	exec(t, db, `
		insert into room_members
		select (jsonb_populate_record(m, jsonb_build_object('room_id', r.room_id, 'user_id', gen_random_uuid()))).*
		from incident_rooms r, generate_series(1, $2) i, room_members m
		where m.room_id = $1 and r.number like 'MANY-%'`, string(model.ID), members-1)
	exec(t, db, `
		insert into room_members
		select (jsonb_populate_record(m, jsonb_build_object('room_id', r.room_id))).*
		from incident_rooms r, room_members m where m.room_id = $1 and r.number like 'MANY-%'`, string(model.ID))
	exec(t, db, `analyze`)
	rows, err := db.Query("select room_id from incident_rooms where number like 'MANY-%'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ids []incident.RoomID
	for rows.Next() {
		var id incident.RoomID
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return ids
}

// LongRoom makes a room in which n messages were written, a multiple of 500.
func LongRoom(t testing.TB, cfg storage.Config, n int) incident.RoomID {
	t.Helper()
	const each = 500
	db := Open(t, cfg)
	r := claim(t, db)
	for range n / each {
		appendAll(t, db, r.says(each))
	}
	return r.ID
}

// Exec changes the database of cfg by other ways than the product's.
func Exec(t testing.TB, cfg storage.Config, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("postgres", cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec(t, db, statement, args...)
}
