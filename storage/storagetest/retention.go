package storagetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testRetention(t *testing.T, fresh Fresh) {
	promise(t, "APurgedRoomLeavesItsTombstoneAndNothingElse", fresh, func(t *testing.T, cfg storage.Config) { // F-FU-02
		db := Open(t, cfg)
		seed(t, db)
		archive(t, db, fullRoom(t, db, 3), 400) // stays
		fullRoom(t, db, 3)
		_, othersBefore := rowsOf(t, cfg, "")
		wordsBefore := wordsOf(t, cfg)
		r := fullRoom(t, db, 2*2000+17) // more than two pieces
		archive(t, db, r, 1)
		own, _ := rowsOf(t, cfg, r.ID)
		for table, n := range own {
			if n == 0 && table != "tombstones" && table != "room_holds" {
				t.Fatalf("the room has nothing in %s: the test proves nothing about it", table)
			}
		}
		log := hashOf(t, cfg, r.ID)

		stone, err := db.Retention().Purge(t.Context(), r.ID, explicitly("客戶要求刪除"))
		if err != nil {
			t.Fatal(err)
		}
		for what, err := range map[string]error{
			"read": func() error { _, err := db.Library().Room(t.Context(), r.ID, r.owner.ID); return err }(),
			"claim": func() error {
				list, err := db.Records().Claim(t.Context(), "node-1", []incident.RoomID{r.ID})
				if err != nil {
					return err
				}
				return list[0].Err
			}(),
			"file": func() error { _, err := db.Library().File(t.Context(), r.ID, r.file("a.log").File.ID); return err }(),
		} {
			if incident.KindOf(err) != incident.NotFound {
				t.Errorf("%s after the purge: %v, want not_found", what, err)
			}
		}
		if role, err := db.Library().Role(t.Context(), r.ID, r.owner.ID); role != incident.NoRole || err != nil {
			t.Errorf("its owner is %q (%v)", role, err)
		}
		hits, _, err := db.Library().Search(t.Context(), incident.SearchQuery{All: true, Text: "主軸", Room: r.ID, Limit: 50})
		if len(hits) != 0 || err != nil {
			t.Errorf("a search finds %d of it (%v)", len(hits), err)
		}
		if pieces := removeAll(t, db, r.ID); pieces < 3 {
			t.Errorf("removed in %d pieces, want one for each %d rows", pieces, 2000)
		}
		own, others := rowsOf(t, cfg, r.ID)
		wantNone(t, own)
		same(t, "all other rows", others, othersBefore)
		same(t, "words of the search", wordsOf(t, cfg), wordsBefore)

		want := incident.Tombstone{
			Room: r.ID, Number: r.Number, Severity: r.Severity, DeclaredAt: r.DeclaredAt, ArchivedAt: *r.ArchivedAt,
			PurgedAt: stone.PurgedAt, By: stone.By, Reason: "客戶要求刪除", State: incident.PurgeRemoving,
			Events: int64(r.Head), Messages: 2 + 4017, Files: 2, Bytes: 5_000_000, LogHash: log,
		}
		if stone.PurgedAt.IsZero() || stone.By.Name != "管理員" {
			t.Errorf("purged %s by %+v", stone.PurgedAt, stone.By)
		}
		same(t, "tombstone", stone, want)
		list, total, err := db.Retention().Tombstones(t.Context(), 10, 0)
		if err != nil || total != 1 {
			t.Fatalf("%d tombstones (%v)", total, err)
		}
		same(t, "tombstones", list, []incident.Tombstone{want})
		rows, err := db.Audit().Entries(t.Context(), incident.AuditQuery{Act: "room_purged", Limit: 2})
		if err != nil || len(rows) != 1 || rows[0].Target != fmt.Sprintf("room %s %s: %q", r.ID, r.Number, "客戶要求刪除") || rows[0].Request != "req-9" {
			t.Errorf("audited %+v (%v)", rows, err)
		}
		if _, err := db.Retention().Purge(t.Context(), r.ID, explicitly("again")); incident.KindOf(err) != incident.NotFound {
			t.Errorf("purged twice: %v", err)
		}
		// The number is not given again (F-RM-08).
		if next := claim(t, db); next.Number <= r.Number {
			t.Errorf("number %s after %s", next.Number, r.Number)
		}
	})

	promise(t, "OnlyArchivedRoomsWithoutAHoldEnd", fresh, func(t *testing.T, cfg storage.Config) { // F-FU-02
		db := Open(t, cfg)
		ret := db.Retention()
		purge := func(room incident.RoomID) error {
			_, err := ret.Purge(t.Context(), room, explicitly("x"))
			return err
		}
		live, held := claim(t, db), claim(t, db)
		wantKind(t, purge(live.ID), incident.Conflict)
		wantKind(t, purge(incident.RoomID(newID())), incident.NotFound)
		archive(t, db, held, 9000)
		placed, err := ret.Hold(t.Context(), shell(), held.ID, "訴訟中")
		if err != nil {
			t.Fatal(err)
		}
		_, err = ret.Hold(t.Context(), shell(), held.ID, "another")
		wantKind(t, err, incident.Conflict)
		_, err = ret.Hold(t.Context(), shell(), incident.RoomID(newID()), "x")
		wantKind(t, err, incident.NotFound)
		got, err := db.Library().Room(t.Context(), held.ID, held.owner.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "hold that members see", got.Hold, &placed)
		wantKind(t, purge(held.ID), incident.Conflict)
		policy := set(t, db, map[incident.Severity]int{held.Severity: 30})
		_, err = ret.Purge(t.Context(), held.ID, incident.PurgeCause{By: shell(), Policy: &policy, Now: now()})
		wantKind(t, err, incident.Conflict)
		if own, _ := rowsOf(t, cfg, held.ID); own["incident_rooms"] != 1 || own["tombstones"] != 0 || own["room_events"] == 0 {
			t.Errorf("a purge that was refused did something: %v", own)
		}
		wantKind(t, ret.Release(t.Context(), shell(), live.ID, "x"), incident.NotFound)
		if err := ret.Release(t.Context(), shell(), held.ID, "和解"); err != nil {
			t.Fatal(err)
		}
		if err := purge(held.ID); err != nil {
			t.Errorf("released, and still kept: %v", err)
		}
		for act, target := range map[string]string{
			"room_held": fmt.Sprintf("room %s: %q", held.ID, "訴訟中"), "room_released": fmt.Sprintf("room %s: %q", held.ID, "和解"),
			"retention_set": "retention policy 1: HIGH 30 days",
		} {
			rows, err := db.Audit().Entries(t.Context(), incident.AuditQuery{Act: act, Limit: 2})
			if err != nil || len(rows) != 1 || rows[0].Target != target {
				t.Errorf("%s: audited %+v (%v)", act, rows, err)
			}
		}
	})

	promise(t, "APreviewSaysWhatTheRunDoes", fresh, func(t *testing.T, cfg storage.Config) { // F-FU-02
		db := Open(t, cfg)
		ret := db.Retention()
		var rooms []*claimed
		for _, days := range []int{29, 31, 90, 400, 500, 600} {
			r := claim(t, db)
			appendAll(t, db, r.batch(r.file("a.log")))
			archive(t, db, r, days)
			rooms = append(rooms, r)
		}
		claim(t, db) // not archived
		young, held, spared := rooms[0], rooms[2], rooms[3]
		if _, err := ret.Hold(t.Context(), shell(), held.ID, "保險"); err != nil {
			t.Fatal(err)
		}
		look := func(p incident.RetentionPolicy, held bool, limit, offset int) incident.RetentionPreview {
			t.Helper()
			got, err := ret.Preview(t.Context(), incident.RetentionQuery{Policy: p, Now: now(), Held: held, Limit: limit, Offset: offset})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := look(incident.RetentionPolicy{}, false, 10, 0); got.Due != 0 || len(got.Rooms) != 0 {
			t.Errorf("without a policy %+v would go", got)
		}
		if got := look(incident.RetentionPolicy{Days: map[incident.Severity]int{incident.Low: 30}}, false, 10, 0); got.Due != 0 || len(got.Rooms) != 0 {
			t.Errorf("rooms of another severity would go: %+v", got)
		}
		_, before := rowsOf(t, cfg, "")
		policy := set(t, db, map[incident.Severity]int{incident.High: 30})
		before["retention_policies"]++
		got := look(policy, false, 10, 0)
		want := incident.RetentionPreview{Total: 4, Due: 4, Held: 1, Files: 4, Bytes: 10_000_000}
		for _, r := range []*claimed{rooms[5], rooms[4], rooms[3], rooms[1]} {
			want.Rooms = append(want.Rooms, incident.RetentionCandidate{
				Room: r.ID, Number: r.Number, Title: r.Title, Severity: r.Severity, ArchivedAt: *r.ArchivedAt,
				DueAt: r.ArchivedAt.AddDate(0, 0, 30), Events: int64(r.Head), Files: 1, Bytes: 2_500_000,
			})
		}
		same(t, "preview", got, want)
		for i := range want.Rooms {
			same(t, "page", look(policy, false, 1, i).Rooms, want.Rooms[i:i+1])
		}
		kept := look(policy, true, 10, 0)
		if kept.Total != 1 || len(kept.Rooms) != 1 || kept.Rooms[0].Room != held.ID || kept.Rooms[0].Hold == nil || kept.Rooms[0].Hold.Reason != "保險" {
			t.Errorf("held: %+v", kept)
		}
		_, after := rowsOf(t, cfg, "")
		same(t, "rows after the previews", after, before)

		// Between preview and run somebody needs one of them again.
		exec(t, raw(t, cfg), `update incident_rooms set status = 'CLOSED', archived_at = null where room_id = $1`, string(spared.ID))
		if _, err := ret.Hold(t.Context(), shell(), rooms[1].ID, "稽核"); err != nil {
			t.Fatal(err)
		}
		for _, c := range append(got.Rooms, incident.RetentionCandidate{Room: young.ID}, incident.RetentionCandidate{Room: held.ID}) {
			_, err := ret.Purge(t.Context(), c.Room, incident.PurgeCause{By: incident.Principal{Person: incident.House}, Policy: &policy, Now: now()})
			if gone := c.Room == rooms[4].ID || c.Room == rooms[5].ID; gone != (err == nil) || err != nil && incident.KindOf(err) != incident.Conflict {
				t.Errorf("room %s, archived %s: %v", c.Number, c.ArchivedAt, err)
			}
		}
		if n, err := ret.Took(t.Context(), now().Add(-time.Hour)); n != 2 || err != nil {
			t.Errorf("policies took %d rooms (%v), want 2", n, err)
		}
		// A policy that is in force no more takes nothing.
		if _, err := ret.SetPolicy(t.Context(), shell(), incident.RetentionPolicy{Version: policy.Version}); err != nil {
			t.Fatal(err)
		}
		if err := ret.Release(t.Context(), shell(), rooms[1].ID, "x"); err != nil {
			t.Fatal(err)
		}
		_, err := ret.Purge(t.Context(), rooms[1].ID, incident.PurgeCause{By: shell(), Policy: &policy, Now: now()})
		wantKind(t, err, incident.Conflict)
	})

	promise(t, "APolicyChangesOnceAtATime", fresh, func(t *testing.T, cfg storage.Config) { // F-FU-02
		db := Open(t, cfg)
		none, err := db.Retention().Policy(t.Context())
		if err != nil || none.Version != 0 || len(none.Days) != 0 {
			t.Fatalf("before the first: %+v, %v", none, err)
		}
		var wait sync.WaitGroup
		errs := make([]error, 5)
		for i := range errs {
			wait.Go(func() {
				_, errs[i] = db.Retention().SetPolicy(t.Context(), shell(), incident.RetentionPolicy{Days: map[incident.Severity]int{incident.Low: 30 + i}})
			})
		}
		wait.Wait()
		through := 0
		for _, err := range errs {
			if err == nil {
				through++
			} else {
				wantKind(t, err, incident.Conflict)
			}
		}
		got, err := db.Retention().Policy(t.Context())
		if through != 1 || err != nil || got.Version != 1 || got.ChangedBy.Name != "管理員" || got.ChangedAt.IsZero() {
			t.Errorf("%d changes went through, then %+v (%v)", through, got, err)
		}
	})

	promise(t, "APurgeLeavesNothingOfWhatRacesWithIt", fresh, func(t *testing.T, cfg storage.Config) { // F-FU-02
		db, node := Open(t, cfg), Open(t, cfg)
		seed(t, db)
		fullRoom(t, db, 3)
		_, others := rowsOf(t, cfg, "")
		r := fullRoom(t, db, 50)
		archive(t, db, r, 1)
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		again := func(f func()) {
			wait.Go(func() {
				for ctx.Err() == nil {
					f()
				}
			})
		}
		running := make(chan struct{}, 64)
		again(func() { // an activation that believes in itself; read-only is the actor's word, not the database's
			copied := *r
			for _, err := range node.Records().Append(t.Context(), []incident.Batch{copied.batch(copied.message("遲來的"))}) {
				_ = err // fenced or not: what counts is what is left
			}
			select {
			case running <- struct{}{}:
			default:
			}
		})
		again(func() { _, _ = node.Records().Claim(t.Context(), "node-1", []incident.RoomID{r.ID}) })
		again(func() {
			_ = node.Records().SaveReads(t.Context(), r.ID, []incident.ReadPointer{{User: r.owner.ID, Seq: 9, At: now()}})
		})
		again(func() { _ = node.Records().OpenUpload(t.Context(), upload(r, r.file("late.pdf"))) })
		again(func() { // a backup, that reads everything
			_, _ = node.Records().Events(t.Context(), r.ID, 0, 1<<40, 1000)
			_, _ = node.Inventory().FilesAfter(t.Context(), "", "", 1000)
		})
		<-running
		for {
			_, err := db.Retention().Purge(t.Context(), r.ID, explicitly("race"))
			if err == nil {
				break
			}
			if k := incident.KindOf(err); k != incident.Unavailable {
				t.Fatal(err)
			}
		}
		removeAll(t, db, r.ID)
		<-running
		cancel()
		wait.Wait()
		own, left := rowsOf(t, cfg, r.ID)
		wantNone(t, own)
		same(t, "all other rows", left, others)
	})

	promise(t, "APurgeThatWasCutOffIsCarriedOn", fresh, func(t *testing.T, cfg storage.Config) { // F-FU-02
		db := Open(t, cfg)
		seed(t, db)
		r := fullRoom(t, db, 2500)
		archive(t, db, r, 1)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := db.Retention().Purge(gone, r.ID, explicitly("x")); err == nil {
			t.Fatal("purged without a context")
		}
		if own, _ := rowsOf(t, cfg, r.ID); own["incident_rooms"] != 1 || own["tombstones"] != 0 {
			t.Fatalf("a purge that failed did something: %v", own)
		}
		if _, err := db.Retention().RemoveRows(t.Context(), r.ID); incident.KindOf(err) != incident.NotFound {
			t.Fatalf("rows of a living room are removed: %v", err)
		}
		if _, err := db.Retention().Purge(t.Context(), r.ID, explicitly("x")); err != nil {
			t.Fatal(err)
		}
		unfinished := func(want incident.PurgeState, then time.Time) {
			t.Helper()
			list, err := Open(t, cfg).Retention().Unfinished(t.Context(), then, 10)
			if err != nil || want == "" && len(list) != 0 || want != "" && (len(list) != 1 || list[0].State != want) {
				t.Errorf("unfinished %+v (%v), want %q", list, err, want)
			}
		}
		for n := 0; ; n++ {
			if n%2 == 1 { // every other time the process dies here
				if _, err := db.Retention().RemoveRows(gone, r.ID); err == nil {
					t.Fatal("went on without a context")
				}
				continue
			}
			unfinished(incident.PurgeRemoving, now())
			more, err := db.Retention().RemoveRows(t.Context(), r.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				break
			}
		}
		own, _ := rowsOf(t, cfg, r.ID)
		wantNone(t, own)
		at := now()
		if err := db.Retention().Advance(t.Context(), r.ID, incident.PurgeSettling, at); err != nil {
			t.Fatal(err)
		}
		unfinished("", at)
		unfinished(incident.PurgeSettling, at.Add(time.Second))
		inventory := db.Inventory()
		if going, err := inventory.Uploading(t.Context(), r.ID, incident.FileID(newID())); !going || err != nil {
			t.Errorf("objects of a room that is being purged belong to nothing (%v)", err)
		}
		if err := db.Retention().Advance(t.Context(), r.ID, incident.PurgeDone, at); err != nil {
			t.Fatal(err)
		}
		unfinished("", at.Add(time.Second))
		if going, err := inventory.Uploading(t.Context(), r.ID, incident.FileID(newID())); going || err != nil {
			t.Errorf("objects of a purged room are never left over (%v)", err)
		}
		if number, err := inventory.RoomNumber(t.Context(), r.ID); number != r.Number || err != nil {
			t.Errorf("a purged room's number is %q (%v)", number, err)
		}
	})
}
