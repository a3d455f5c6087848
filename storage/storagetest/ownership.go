package storagetest

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testOwnership(t *testing.T, fresh Fresh) {
	promise(t, "TheOlderOfTwoActivationsWritesNothing", fresh, func(t *testing.T, cfg storage.Config) {
		one, two := Open(t, cfg), Open(t, cfg)
		older := claim(t, one)
		appendAll(t, one, older.says(2))
		state := claimOne(t, two, "node-2", older.ID).State
		newer := &claimed{state.Room, older.owner}
		if newer.Epoch != older.Epoch+1 || newer.Head != older.Head {
			t.Fatalf("claimed epoch %d at head %d, want %d at %d", newer.Epoch, newer.Head, older.Epoch+1, older.Head)
		}
		before := logOf(t, one, older.ID)
		b := older.batch(older.message("too late"), older.file("late.jpg"))
		for range 2 {
			wantError(t, one.Records().Append(t.Context(), []incident.Batch{b})[0], incident.ErrFenced)
		}
		same(t, "log", logOf(t, one, older.ID), before)
		tables := raw(t, cfg)
		if n := count(t, tables, "select count(*) from messages"); n != 2 {
			t.Errorf("%d messages, want 2", n)
		}
		if n := count(t, tables, "select count(*) from room_files"); n != 0 {
			t.Errorf("%d files, want none", n)
		}
		appendAll(t, two, newer.says(1))
	})

	promise(t, "AClaimReturnsWhatAnActivationStartsFrom", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r := claim(t, db)
		added := member("李四", incident.Editor, r.owner.ID)
		appendAll(t, db, r.batch(added, r.message("hello")))
		up := upload(r, r.file("a.pdf"))
		if err := db.Records().OpenUpload(t.Context(), up); err != nil {
			t.Fatal(err)
		}
		state := claimOne(t, db, "node-2", r.ID).State
		room, err := db.Library().Room(t.Context(), r.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		room.LastMessage = "" // belongs to the list
		same(t, "room", state.Room, room)
		if state.Room.Epoch != 2 || state.Room.Head != 4 {
			t.Errorf("epoch %d, head %d, want 2 and 4", state.Room.Epoch, state.Room.Head)
		}
		slices.SortFunc(state.Members, func(a, b incident.Member) int { return a.AddedAt.Compare(b.AddedAt) })
		same(t, "members", state.Members, []incident.Member{
			{Person: r.owner.Person, Role: incident.Owner, AddedBy: r.owner.ID, AddedAt: r.DeclaredAt}, added.Member,
		})
		same(t, "uploads", state.Uploads, []incident.Upload{up})
	})

	promise(t, "EveryClaimHasAnEpochOfItsOwn", fresh, func(t *testing.T, cfg storage.Config) {
		const claims = 12
		dbs := []*storage.DB{Open(t, cfg), Open(t, cfg)}
		r := claim(t, dbs[0])
		epochs := make([]incident.Epoch, claims)
		var wg sync.WaitGroup
		for i := range claims {
			wg.Go(func() {
				list, err := dbs[i%2].Records().Claim(t.Context(), "node", []incident.RoomID{r.ID})
				if err != nil || list[0].Err != nil {
					t.Errorf("claim: %v, %v", list, err)
					return
				}
				epochs[i] = list[0].State.Room.Epoch
			})
		}
		wg.Wait()
		slices.Sort(epochs)
		for i, e := range epochs {
			if e != incident.Epoch(i)+2 {
				t.Fatalf("epochs %v, want 2 to %d", epochs, claims+1)
			}
		}
	})

	promise(t, "OfTwoWritersAtOneHeadOneWins", fresh, func(t *testing.T, cfg storage.Config) {
		dbs := []*storage.DB{Open(t, cfg), Open(t, cfg)}
		a, b := claim(t, dbs[0]), claim(t, dbs[0])
		for range 20 {
			var errs [2][]error
			var wg sync.WaitGroup
			for i := range dbs {
				x, y := *a, *b
				batches := []incident.Batch{x.says(2), y.says(1)}
				if i == 1 {
					slices.Reverse(batches) // no order of the caller's locks the rooms up
				}
				wg.Go(func() {
					errs[i] = dbs[i].Records().Append(t.Context(), batches)
					if i == 1 {
						slices.Reverse(errs[i])
					}
				})
			}
			wg.Wait()
			for room := range 2 {
				won := 0
				for i := range dbs {
					if errs[i][room] == nil {
						won++
					} else if !errors.Is(errs[i][room], incident.ErrFenced) {
						t.Errorf("loser: %v, want fenced", errs[i][room])
					}
				}
				if won != 1 {
					t.Fatalf("%d writers won, want 1", won)
				}
			}
			a.Head, b.Head = a.Head+2, b.Head+1
		}
		if got := len(logOf(t, dbs[1], a.ID)); got != 2+40 {
			t.Errorf("%d events, want 42", got)
		}
	})

	promise(t, "NothingOfAnOlderEpochCommitsAfterAClaim", fresh, func(t *testing.T, cfg storage.Config) {
		one, two := Open(t, cfg), Open(t, cfg)
		for range 10 {
			r := claim(t, one)
			acked := r.Head
			appended := make(chan struct{}, 1)
			var claimed atomic.Bool
			var wg sync.WaitGroup
			wg.Go(func() {
				for {
					late := claimed.Load()
					err := one.Records().Append(t.Context(), []incident.Batch{r.says(1)})[0]
					if err != nil {
						wantError(t, err, incident.ErrFenced)
						return
					}
					if late {
						t.Error("a batch of the older epoch was appended after the claim")
						return
					}
					acked = r.Head
					select {
					case appended <- struct{}{}:
					default:
					}
				}
			})
			<-appended
			state := claimOne(t, two, "node-2", r.ID).State
			claimed.Store(true)
			wg.Wait()
			head, err := two.Library().Head(t.Context(), r.ID)
			if err != nil {
				t.Fatal(err)
			}
			if state.Room.Head != acked || head != acked {
				t.Fatalf("the claim saw head %d, acked was %d, stored is %d", state.Room.Head, acked, head)
			}
		}
	})
}
