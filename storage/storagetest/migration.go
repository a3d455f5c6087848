package storagetest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/migration"
)

func testMigration(t *testing.T, fresh Fresh) {
	promise(t, "TheStepsMakeTheSchema", fresh, func(t *testing.T, cfg storage.Config) { // F-DB-04
		plan, err := migration.Plan(t.Context(), raw(t, cfg), dialect(cfg))
		if err != nil {
			t.Fatal(err)
		}
		if plan != nil {
			t.Errorf("ent/schema and the migrations differ: run go generate ./storage/migration. Missing:\n%s", plan)
		}
		// The comparison sees a difference where there is one.
		exec(t, raw(t, cfg), "alter table messages drop column reply_to")
		if plan, err = migration.Plan(t.Context(), raw(t, cfg), dialect(cfg)); err != nil || plan == nil {
			t.Errorf("a lost column was not noticed (%v)", err)
		}
	})

	promise(t, "FilesAreFoundByRoomAndByUploader", fresh, func(t *testing.T, cfg storage.Config) { // F-DB-03
		query := "select lower(replace(indexdef, '\"', '')) from pg_indexes where schemaname = current_schema() and tablename = 'room_files'"
		if onSQLite(cfg) {
			query = "select lower(replace(sql, '`', '')) from sqlite_master where type = 'index' and tbl_name = 'room_files' and sql is not null"
		}
		rows, err := raw(t, cfg).Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		missing := map[string]bool{"(room_id, uploaded_at desc)": true, "(uploader_id)": true}
		for rows.Next() {
			var index string
			if err := rows.Scan(&index); err != nil {
				t.Fatal(err)
			}
			if i := strings.IndexByte(index, '('); i >= 0 {
				delete(missing, index[i:])
			}
		}
		if err := rows.Err(); err != nil || len(missing) > 0 {
			t.Errorf("no index on %v of room_files (%v)", slices.Sorted(maps.Keys(missing)), err)
		}
	})

	promise(t, "TheStepsGoUpAndDownAndUp", fresh, func(t *testing.T, cfg storage.Config) { // F-DB-04
		ctx := t.Context()
		steps, err := storage.MigrationStatus(ctx, cfg)
		if err != nil || len(steps) == 0 {
			t.Fatalf("%d steps (%v)", len(steps), err)
		}
		db := Open(t, cfg) // rows that refer to one another go with their tables
		signedIn(t, db)
		furnished(t, db)
		enter(t, raw(t, cfg), cfg, "node-1", time.Hour)
		for i := len(steps) - 1; i >= 0; i-- {
			if !steps[i].Applied {
				t.Errorf("%s is not applied", steps[i].Name)
			}
			down, err := storage.MigrateDown(ctx, cfg)
			if err != nil || len(down) != 1 || down[0].Version != steps[i].Version {
				t.Fatalf("down from %s: %v, %v", steps[i].Name, down, err)
			}
		}
		if down, err := storage.MigrateDown(ctx, cfg); err != nil || len(down) != 0 {
			t.Errorf("down from nothing: %v, %v", down, err)
		}
		tables := "select count(*) from information_schema.tables where table_schema = current_schema() and table_name <> 'goose_db_version'"
		if onSQLite(cfg) {
			tables = "select count(*) from sqlite_master where type = 'table' and name not in ('goose_db_version', 'sqlite_sequence')"
		}
		if n := count(t, raw(t, cfg), tables); n != 0 {
			t.Errorf("%d tables are left", n)
		}
		up, err := storage.MigrateUp(ctx, cfg)
		if err != nil || len(up) != len(steps) {
			t.Fatalf("up again: %d steps (%v), want %d", len(up), err, len(steps))
		}
		claim(t, Open(t, cfg))
	})

	promise(t, "WhatWasSaidBeforeAnUpgradeIsThereAfterwards", fresh, func(t *testing.T, cfg storage.Config) { // F-DB-04
		r, want, photo := furnished(t, Open(t, cfg))
		for { // back to before reactions, edits and searches were kept
			down, err := storage.MigrateDown(t.Context(), cfg)
			if err != nil || len(down) != 1 {
				t.Fatalf("down: %v, %v", down, err)
			}
			if down[0].Version == 4 {
				break
			}
		}
		if _, err := storage.MigrateUp(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		db := Open(t, cfg)
		seed(t, db)
		got, err := db.Library().Message(t.Context(), r.ID, want.ID)
		if err != nil {
			t.Fatal(err)
		}
		want.Edits, want.EditedAt, want.Mentions, want.Pinned, want.Reactions = 0, nil, nil, nil, nil // the old tables cannot keep these
		same(t, "message", got, want)
		room, err := db.Library().Room(t.Context(), r.ID, r.owner.ID)
		if err != nil || room.Title != r.Title || room.Head != r.Head || room.Assignee != nil || room.AcknowledgedAt != nil {
			t.Errorf("room %+v (%v)", room, err)
		}
		hits, _ := search(t, db, incident.SearchQuery{Asker: r.owner.ID, Text: "換心", Limit: 10})
		same(t, "hits", names(hits), []string{"message 3"})
		hits, _ = search(t, db, incident.SearchQuery{Asker: r.owner.ID, Text: photo.Filename, Limit: 10})
		same(t, "hits", names(hits), []string{"file 4"})
		r.Room = claimOne(t, db, "node-1", r.ID).State.Room
		appendAll(t, db, r.batch(incident.MessageEdited{MessageID: want.ID, Text: "again"}, incident.MessagePinned{MessageID: want.ID}))
	})

	promise(t, "ASessionFromBeforeAnUpgradeKeepsItsEnd", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-03
		s := signedIn(t, Open(t, cfg))
		for { // back to before sessions had an end that moves
			down, err := storage.MigrateDown(t.Context(), cfg)
			if err != nil || len(down) != 1 {
				t.Fatalf("down: %v, %v", down, err)
			}
			if down[0].Version == 9 {
				break
			}
		}
		if _, err := storage.MigrateUp(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		accounts := Open(t, cfg).Accounts()
		if err := accounts.UseSession(t.Context(), s.ID, s.CreatedAt, s.CreatedAt.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		got, err := accounts.Session(t.Context(), s.ID)
		if err != nil || !got.EndsAt.Equal(s.ExpiresAt) || !got.ExpiresAt.Equal(s.CreatedAt.Add(time.Hour)) {
			t.Errorf("%+v, %v; want its end at %s", got, err, s.ExpiresAt)
		}
	})

	promise(t, "NodesMayMigrateAtOnce", fresh, func(t *testing.T, cfg storage.Config) {
		nodes := 3
		if onSQLite(cfg) {
			nodes = 1 // one process owns a SQLite file
		}
		for range 2 {
			if _, err := storage.MigrateDown(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for range nodes {
			wg.Go(func() {
				if _, err := storage.MigrateUp(t.Context(), cfg); err != nil {
					t.Errorf("migrate: %v", err)
				}
			})
		}
		wg.Wait()
		claim(t, Open(t, cfg))
	})

	promise(t, "ASchemaOfANewerProgramIsLeftAlone", fresh, func(t *testing.T, cfg storage.Config) {
		exec(t, raw(t, cfg), "insert into goose_db_version (version_id, is_applied) values (99999, true)")
		if _, err := storage.MigrateUp(t.Context(), cfg); !errors.Is(err, migration.ErrNewer) {
			t.Errorf("migrated: %v", err)
		}
	})

	promise(t, "ASchemaThatIsTooOldIsNotOpened", fresh, func(t *testing.T, cfg storage.Config) {
		steps, err := storage.MigrationStatus(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		for range steps {
			down, err := storage.MigrateDown(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if db, err := storage.Open(t.Context(), cfg); err == nil {
				db.Close()
				t.Errorf("opened without %s", down[0].Name)
			}
		}
	})
}

// furnished is a room with something in every table.
func furnished(t testing.TB, db *storage.DB) (*claimed, incident.Message, incident.File) {
	t.Helper()
	seed(t, db)
	n := newRoom("三號線停機")
	n.Template = &incident.ShippedTemplates[0]
	owner := person("王小明")
	room, err := db.Library().CreateRoom(t.Context(), owner, n)
	if err != nil {
		t.Fatal(err)
	}
	r := &claimed{claimOne(t, db, "node-1", room.ID).State.Room, owner}
	m, photo := r.message("換主軸"), r.file("evidence.log")
	m.Message.Mentions = &incident.Mentions{All: true}
	id := m.Message.ID
	b := r.batch(m, photo, incident.MessageEdited{MessageID: id, Text: "換心", Mentions: m.Message.Mentions},
		incident.ReactionAdded{MessageID: id, Emoji: "👍"}, incident.MessagePinned{MessageID: id},
		incident.ChecklistChanged{ItemID: 1, Done: true})
	appendAll(t, db, b)
	save(t, db, r, incident.ReadPointer{User: owner.ID, Seq: 3, At: now()})
	want, err := db.Library().Message(t.Context(), r.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	return r, want, photo.File
}

func dialect(cfg storage.Config) migration.Dialect {
	if onSQLite(cfg) {
		return migration.SQLite
	}
	return migration.Postgres
}
