package storage_test

import (
	"database/sql"
	"strings"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

// One room with a hundred thousand messages among rooms with few: a page of the list reads
// those messages of each room that it needs, and never the whole table.
func TestAListOfRoomsBesideAHugeOneReadsNoWholeTable(t *testing.T) { // F-PF-04
	t.Parallel()
	cfg := storagetest.Postgres(t)
	ids := storagetest.ManyRooms(t, cfg, 50, 3)
	db, err := sql.Open("postgres", cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{
		`insert into messages (room_id, message_id, seq, author_id, author_name, message_type, text, at)
			select $1, gen_random_uuid()::text, i, user_id, name, 'text', 'Spindle hot', now()
			from generate_series(1, 100000) i, (select * from room_members where room_id = $1 limit 1) m`,
		`insert into mentions (room_id, seq, target) select $1, i * 10, '*' from generate_series(1, 10000) i`,
	} {
		if _, err := db.ExecContext(t.Context(), q, string(ids[0])); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.ExecContext(t.Context(), "vacuum analyze"); err != nil {
		t.Fatal(err)
	}
	var author string
	if err := db.QueryRowContext(t.Context(), "select author_id from messages limit 1").Scan(&author); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{author, "somebody else"} {
		plan := explained(t, db, who)
		for _, table := range []string{"messages", "mentions"} {
			if strings.Contains(plan, "Seq Scan on "+table) || !strings.Contains(plan, " on "+table) {
				t.Errorf("the list of rooms of %s reads the whole table %s:\n%s", who, table, plan)
			}
		}
	}
}

// explained is how the database reads a page of all rooms for somebody.
func explained(t *testing.T, db *sql.DB, who string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "explain (costs off) "+storage.Described+"select room_id from incident_rooms limit 50)", who, incident.MaxUnread)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
