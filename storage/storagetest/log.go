package storagetest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testLog(t *testing.T, fresh Fresh) {
	promise(t, "EventsComeBackAsTheyWentIn", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-07
		db := Open(t, cfg)
		r := claim(t, db)
		photo := r.file("主軸.jpg")
		reference := incident.MessagePosted{Message: incident.Message{
			ID: incident.MessageID(newID()), Author: r.owner.Person, Type: incident.ImageRef, Text: "主軸.jpg",
			Ref: &incident.Reference{
				FileID: photo.File.ID, Filename: `"a\b".jpg`, Kind: incident.Image, Width: 4032, Height: 3024, Size: 2_500_000,
			},
			ReplyTo: incident.MessageID(newID()), At: now(),
		}}
		b := r.batch(
			r.message("\"quotes\", back\\slash, {braces}, NULL, 換行\n\t第二行 🏭 \u2028"),
			member("O'Brien (Ops)\\, *Lead*", incident.Editor, r.owner.ID),
			photo, reference,
			incident.FileDeleted{FileID: photo.File.ID, DeletedBy: r.owner.Person},
		)
		appendAll(t, db, b)
		got := logOf(t, db, r.ID)
		if len(got) != 2+len(b.Events) {
			t.Fatalf("%d events, want %d", len(got), 2+len(b.Events))
		}
		same(t, "events", got[2:], b.Events)
	})

	promise(t, "ManyEventsKeepTheirOrder", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-07
		db := Open(t, cfg)
		r := claim(t, db)
		var want []incident.Event
		for _, n := range []int{1, 15, 16, 17, 33, 500, 1} {
			b := r.says(n)
			want = append(want, b.Events...)
			appendAll(t, db, b)
		}
		same(t, "events", logOf(t, db, r.ID)[2:], want)
	})

	promise(t, "EventsAreReadInPages", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-10
		db := Open(t, cfg)
		r := claim(t, db)
		appendAll(t, db, r.says(8))
		for _, c := range []struct {
			after, upTo incident.Seq
			limit       int
			want        []incident.Seq
		}{
			{0, 10, 3, []incident.Seq{1, 2, 3}},
			{3, 10, 3, []incident.Seq{4, 5, 6}},
			{6, 8, 100, []incident.Seq{7, 8}},
			{10, 10, 100, nil},
			{0, 0, 100, nil},
		} {
			events, err := db.Library().Events(t.Context(), r.ID, c.after, c.upTo, c.limit)
			if err != nil {
				t.Fatal(err)
			}
			var got []incident.Seq
			for _, e := range events {
				got = append(got, e.Seq)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("after %d up to %d, at most %d: got %v, want %v", c.after, c.upTo, c.limit, got, c.want)
			}
		}
	})

	promise(t, "SentMessagesAreFoundByTheirKeys", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-09
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		b := r.says(3)
		foreign := other.says(1)
		appendAll(t, db, b, foreign)
		keys := []incident.SendKey{{Author: "nobody", ID: b.Events[0].ClientMsgID}, {Author: r.owner.ID, ID: "unknown"}, keyOf(foreign.Events[0])}
		want := map[incident.SendKey]incident.Event{}
		for _, e := range b.Events[1:] {
			keys = append(keys, keyOf(e))
			want[keyOf(e)] = e
		}
		for range 600 { // more than one statement takes
			keys = append(keys, incident.SendKey{Author: r.owner.ID, ID: incident.ClientMsgID(newID())})
		}
		keys = append(keys, keyOf(b.Events[0]))
		want[keyOf(b.Events[0])] = b.Events[0]
		got, err := db.Records().Sent(t.Context(), r.ID, keys)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "sent events", got, want)
	})

	promise(t, "NodesAppendDifferentRoomsAtOnce", fresh, func(t *testing.T, cfg storage.Config) {
		const nodes, rooms, rounds = 3, 4, 10
		var wg sync.WaitGroup
		var all [nodes][rooms]*claimed
		dbs := make([]*storage.DB, nodes)
		for n := range nodes {
			dbs[n] = Open(t, cfg)
			for i := range rooms {
				all[n][i] = claim(t, dbs[n])
			}
		}
		for n := range nodes {
			wg.Go(func() {
				for range rounds {
					batches := make([]incident.Batch, rooms)
					for i, r := range all[n] {
						batches[i] = r.says(3)
					}
					for i, err := range dbs[n].Records().Append(t.Context(), batches) {
						if err != nil {
							t.Errorf("node %d, room %d: %v", n, i, err)
						}
					}
				}
			})
		}
		wg.Wait()
		for n := range nodes {
			for _, r := range all[n] {
				if got := len(logOf(t, dbs[0], r.ID)); got != 2+3*rounds {
					t.Errorf("%d events, want %d", got, 2+3*rounds)
				}
			}
		}
	})

	promise(t, "ReadersDoNotWaitForWriters", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r := claim(t, db)
		hold(t, cfg)
		room, err := db.Library().Room(t.Context(), r.ID, r.owner.ID)
		if err != nil {
			t.Fatalf("read while another transaction writes: %v", err)
		}
		same(t, "title", room.Title, r.Title)
	})

	promise(t, "ACallerThatGivesUpGetsNothingWritten", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r := claim(t, db)
		release := hold(t, cfg)
		// Nothing can be written now, so the end of ctx is the only way out.
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		b := r.says(1)
		wantKind(t, db.Records().Append(ctx, []incident.Batch{b})[0], incident.Unavailable)
		release()
		if got := len(logOf(t, db, r.ID)); got != 2 {
			t.Errorf("%d events, want 2", got)
		}
		appendAll(t, db, b)
	})
}

func keyOf(e incident.Event) incident.SendKey {
	return incident.SendKey{Author: e.By.ID, ID: e.ClientMsgID}
}

// hold locks all rooms in a transaction of its own until release or the end of t.
func hold(t *testing.T, cfg storage.Config) (release func()) {
	t.Helper()
	tx, err := raw(t, cfg).Begin()
	if err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() {
		if err := tx.Rollback(); err != nil {
			t.Errorf("release rooms: %v", err)
		}
	})
	t.Cleanup(release)
	if _, err := tx.Exec("update incident_rooms set owner = 'somebody'"); err != nil {
		t.Fatal(err)
	}
	return release
}
