package storagetest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

// fullRoom declares a room that has rows in every table of a room, and messages as many.
func fullRoom(t *testing.T, db *storage.DB, messages int) *claimed {
	t.Helper()
	n := newRoom("要刪的房間")
	n.Template = &incident.ShippedTemplates[0]
	owner := person("王小明")
	made, err := db.Library().CreateRoom(t.Context(), owner, n)
	if err != nil {
		t.Fatal(err)
	}
	r := &claimed{claimOne(t, db, "node-1", made.ID).State.Room, owner}
	said, quiet, picture := r.message("請看主軸 @all"), r.message("再說一次"), r.file("主軸.jpg")
	said.Message.Mentions = &incident.Mentions{All: true, Users: []incident.UserID{owner.ID}}
	appendAll(t, db, r.batch(said, quiet, picture, r.file("a.log"), member("李四", incident.Viewer, owner.ID),
		incident.MessageEdited{MessageID: said.Message.ID, Text: "請看主軸 2", Mentions: &incident.Mentions{All: true}},
		incident.ReactionAdded{MessageID: said.Message.ID, Emoji: "👍"},
		incident.MessageDeleted{MessageID: quiet.Message.ID},
		incident.ChecklistChanged{ItemID: 1, Done: true}))
	for left := messages; left > 0; left -= 500 {
		appendAll(t, db, r.says(min(left, 500)))
	}
	save(t, db, r, incident.ReadPointer{User: owner.ID, Seq: 3, At: now()})
	open(t, db, upload(r, r.file("half.pdf")))
	return r
}

// archive makes a room as it is that many days after it was archived.
func archive(t testing.TB, db *storage.DB, r *claimed, days int) {
	t.Helper()
	at := now().AddDate(0, 0, -days)
	after := r.Room
	after.Status, after.ArchivedAt, after.Version = incident.Archived, &at, after.Version+1
	appendAll(t, db, r.batch(incident.RoomUpdated{Room: after, Changed: []incident.FieldChange{{Field: "status"}}}))
	r.Room.Status, r.Room.ArchivedAt = after.Status, after.ArchivedAt
}

// rowsOf counts the rows of each table: those of that room, those of all others, and
// those of tables without rooms.
func rowsOf(t testing.TB, cfg storage.Config, room incident.RoomID) (own, others map[string]int) {
	t.Helper()
	db := raw(t, cfg)
	defer db.Close()
	tables, columns := `select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'`,
		`select count(*) from information_schema.columns where table_schema = current_schema() and table_name = $1 and column_name = 'room_id'`
	if onSQLite(cfg) {
		tables = `select name from sqlite_master where type = 'table' and (name not like '%\_words\_%' escape '\' and name not like 'sqlite_%')`
		columns = `select count(*) from pragma_table_info($1) where name = 'room_id'`
	}
	rows, err := db.Query(tables)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	own, others = map[string]int{}, map[string]int{}
	for _, name := range names {
		if strings.HasPrefix(name, "audit") { // grows with every deed, and is kept
			continue
		}
		if count(t, db, columns, name) == 0 {
			others[name] = count(t, db, "select count(*) from "+name)
			continue
		}
		own[name] = count(t, db, "select count(*) from "+name+" where room_id = $1", string(room))
		others[name] = count(t, db, "select count(*) from "+name+" where room_id <> $1", string(room))
	}
	return own, others
}

// wordsOf counts the entries of the search that a room's rows have on SQLite, where they
// are in tables of their own.
func wordsOf(t testing.TB, cfg storage.Config) map[string]int {
	if !onSQLite(cfg) {
		return nil
	}
	db := raw(t, cfg)
	defer db.Close()
	all := map[string]int{}
	for _, table := range []string{"message_words", "file_words", "room_words"} {
		all[table] = count(t, db, "select count(*) from "+table)
	}
	return all
}

func shell() incident.Principal {
	p := person("管理員")
	p.System, p.From, p.Request = incident.SystemAdmin, "10.0.0.9", "req-9"
	return p
}

func explicitly(reason string) incident.PurgeCause {
	return incident.PurgeCause{By: shell(), Reason: reason, Now: now()}
}

func removeAll(t testing.TB, db *storage.DB, room incident.RoomID) (pieces int) {
	t.Helper()
	for more := true; more; pieces++ {
		var err error
		if more, err = db.Retention().RemoveRows(t.Context(), room); err != nil {
			t.Fatal(err)
		}
	}
	return pieces
}

func wantNone(t testing.TB, own map[string]int) {
	t.Helper()
	for table, n := range own {
		if want := map[string]int{"tombstones": 1}[table]; n != want {
			t.Errorf("%d rows of the room in %s, want %d", n, table, want)
		}
	}
}

func set(t testing.TB, db *storage.DB, days map[incident.Severity]int) incident.RetentionPolicy {
	t.Helper()
	p, err := db.Retention().Policy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Days = days
	if p, err = db.Retention().SetPolicy(t.Context(), shell(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

// hashOf is the hash of a room's log, made from the rows by what is promised of it.
func hashOf(t testing.TB, cfg storage.Config, room incident.RoomID) string {
	t.Helper()
	db := raw(t, cfg)
	defer db.Close()
	at := "(extract(epoch from at) * 1000000)::bigint"
	if onSQLite(cfg) {
		at = "at + 0"
	}
	rows, err := db.Query(`select seq, epoch, `+at+`, type, author_id, body from room_events where room_id = $1 order by seq`, string(room))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	sum := sha256.New()
	for rows.Next() {
		var parts [6]string
		if err := rows.Scan(&parts[0], &parts[1], &parts[2], &parts[3], &parts[4], &parts[5]); err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			var n [8]byte
			binary.BigEndian.PutUint64(n[:], uint64(len(p)))
			sum.Write(append(n[:], p...))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
