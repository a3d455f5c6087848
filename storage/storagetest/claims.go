package storagetest

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testClaims(t *testing.T, fresh Fresh) {
	promise(t, "ARoomOfALiveNodeIsNotClaimed", fresh, func(t *testing.T, cfg storage.Config) { // F-OP-08
		db := Open(t, cfg)
		enter(t, raw(t, cfg), cfg, "node-1", time.Hour)
		enter(t, raw(t, cfg), cfg, "node-2", time.Hour)
		r := claim(t, db) // by node-1
		list, err := db.Records().Claim(t.Context(), "node-2", []incident.RoomID{r.ID})
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, list[0].Err, incident.Moved)
		appendAll(t, db, r.says(1))
		if again := claimOne(t, db, "node-1", r.ID); again.TakenOver || again.State.Room.Epoch != r.Epoch+1 {
			t.Errorf("its owner claimed it again: %+v", again)
		}

		exec(t, raw(t, cfg), "update nodes set expires_at = renewed_at where id = 'node-1'")
		if list, err = db.Records().Claim(t.Context(), "node-2", []incident.RoomID{r.ID}); err != nil {
			t.Fatal(err)
		}
		wantKind(t, list[0].Err, incident.Moved) // a lease that has ended buries nobody

		exec(t, raw(t, cfg), "delete from nodes where id = 'node-1'")
		taken := claimOne(t, db, "node-2", r.ID)
		if !taken.TakenOver || taken.State.Room.Epoch != r.Epoch+2 || taken.State.Room.Head != r.Head {
			t.Errorf("taken over: %+v, want epoch %d at head %d", taken, r.Epoch+2, r.Head)
		}
		wantError(t, db.Records().Append(t.Context(), []incident.Batch{r.says(1)})[0], incident.ErrFenced)
	})

	// While a claim waits for the room, a node joins that claims it.
	promise(t, "ANodeThatJustJoinedIsALiveNode", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		r := claim(t, db)
		tx, err := raw(t, cfg).Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback() //nolint:errcheck // it is committed below
		var server int
		if !onSQLite(cfg) {
			if err := tx.QueryRow("select pg_backend_pid()").Scan(&server); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := tx.Exec("update incident_rooms set owner = 'newcomer'"); err != nil {
			t.Fatal(err)
		}
		outcome := make(chan incident.Claimed, 1)
		go func() {
			list, err := db.Records().Claim(t.Context(), "node-2", []incident.RoomID{r.ID})
			if err != nil {
				list = []incident.Claimed{{Err: err}}
			}
			outcome <- list[0]
		}()
		if !onSQLite(cfg) { // there the claim has not begun
			until(t, func() bool {
				return count(t, raw(t, cfg), "select count(*) from pg_stat_activity where $1 = any(pg_blocking_pids(pid))", server) > 0
			})
		}
		enter(t, tx, cfg, "newcomer", time.Hour)
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wantKind(t, (<-outcome).Err, incident.Moved)
	})

	promise(t, "AClaimInAClusterNeedsALease", fresh, func(t *testing.T, cfg storage.Config) { // F-OP-08
		db := Open(t, cfg)
		leased := db.Records().Leased()
		r := claim(t, db)
		if err := db.Records().Release(t.Context(), "node-1", []incident.Hold{{Room: r.ID, Epoch: r.Epoch}}); err != nil {
			t.Fatal(err)
		}
		enter(t, raw(t, cfg), cfg, "node-1", time.Hour) // the lease of another is none
		rooms := []incident.RoomID{r.ID}
		_, err := leased.Claim(t.Context(), "node-2", rooms)
		wantKind(t, err, incident.Unavailable)
		enter(t, raw(t, cfg), cfg, "node-2", -time.Millisecond)
		_, err = leased.Claim(t.Context(), "node-2", rooms)
		wantKind(t, err, incident.Unavailable)
		if owners, err := db.Records().Owners(t.Context(), rooms); err != nil || len(owners) != 0 {
			t.Errorf("without a lease something was claimed: %v, %v", owners, err)
		}

		enter(t, raw(t, cfg), cfg, "node-3", time.Hour)
		list, err := leased.Claim(t.Context(), "node-3", rooms)
		if err != nil || list[0].Err != nil || list[0].State.Room.Epoch != r.Epoch+1 {
			t.Errorf("claim with a lease: %+v, %v", list, err)
		}
	})

	promise(t, "AReleasedRoomIsClaimedAtOnce", fresh, func(t *testing.T, cfg storage.Config) { // F-OP-08
		db := Open(t, cfg)
		records := db.Records()
		enter(t, raw(t, cfg), cfg, "node-1", time.Hour)
		enter(t, raw(t, cfg), cfg, "node-2", time.Hour)
		r, kept, other := claim(t, db), claim(t, db), claim(t, db)
		release := func(node incident.NodeID, holds ...incident.Hold) {
			t.Helper()
			if err := records.Release(t.Context(), node, holds); err != nil {
				t.Fatalf("release: %v", err)
			}
		}
		release("node-1") // nothing
		release("node-1", incident.Hold{Room: r.ID, Epoch: r.Epoch - 1}, incident.Hold{Room: incident.RoomID(newID()), Epoch: 1})
		release("node-2", incident.Hold{Room: r.ID, Epoch: r.Epoch})
		rooms := []incident.RoomID{r.ID, kept.ID, other.ID}
		owners, err := records.Owners(t.Context(), rooms)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "owners", owners, map[incident.RoomID]incident.NodeID{r.ID: "node-1", kept.ID: "node-1", other.ID: "node-1"})

		release("node-1", incident.Hold{Room: other.ID, Epoch: other.Epoch}, incident.Hold{Room: r.ID, Epoch: r.Epoch})
		rooms = append(rooms, incident.RoomID(newID()))
		if owners, err = records.Owners(t.Context(), rooms); err != nil {
			t.Fatal(err)
		}
		same(t, "owners after a release", owners, map[incident.RoomID]incident.NodeID{kept.ID: "node-1"})
		if c := claimOne(t, db, "node-2", r.ID); c.TakenOver || c.State.Room.Epoch != r.Epoch+1 {
			t.Errorf("claimed after a release: %+v", c)
		}
		// Who released a room may come back, but not with what it knew.
		appendAll(t, db, kept.says(1))
		wantError(t, records.Append(t.Context(), []incident.Batch{r.says(1)})[0], incident.ErrFenced)
		if owners, err = records.Owners(t.Context(), nil); err != nil || len(owners) != 0 {
			t.Errorf("owners of no rooms: %v, %v", owners, err)
		}
	})

	promise(t, "ClaimsComeBackInTheOrderAsked", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		enter(t, raw(t, cfg), cfg, "live", time.Hour)
		declare := func(owner incident.NodeID, names ...string) *claimed {
			r := claim(t, db) // epoch 1
			for _, name := range names {
				appendAll(t, db, r.batch(member(name, incident.Editor, r.owner.ID)))
			}
			if err := db.Records().OpenUpload(t.Context(), upload(r, r.file(r.Number+".pdf"))); err != nil {
				t.Fatal(err)
			}
			exec(t, raw(t, cfg), "update incident_rooms set owner = $1 where room_id = $2", string(owner), string(r.ID))
			return r
		}
		free, left, mine, owned := declare("", "李四"), declare("gone", "李四", "張三"), declare("me"), declare("live")
		unknown := incident.RoomID(newID())
		list, err := db.Records().Claim(t.Context(), "me",
			[]incident.RoomID{owned.ID, left.ID, unknown, free.ID, mine.ID, left.ID})
		if err != nil || len(list) != 6 {
			t.Fatalf("%d claims (%v), want 6", len(list), err)
		}
		wantKind(t, list[0].Err, incident.Moved)
		wantKind(t, list[2].Err, incident.NotFound)
		for i, want := range map[int]struct {
			room      *claimed
			takenOver bool
			members   int
		}{1: {left, true, 3}, 3: {free, false, 2}, 4: {mine, false, 1}, 5: {left, true, 3}} {
			c := list[i]
			r := c.State.Room
			if c.Err != nil || c.TakenOver != want.takenOver || r.ID != want.room.ID || r.Epoch != 2 || r.Head != want.room.Head {
				t.Errorf("claim %d: %+v", i, c)
			}
			if len(c.State.Members) != want.members || r.MemberCount != want.members {
				t.Errorf("claim %d: %d members, counted %d, want %d", i, len(c.State.Members), r.MemberCount, want.members)
			}
			if len(c.State.Uploads) != 1 || c.State.Uploads[0].Filename != r.Number+".pdf" {
				t.Errorf("claim %d: uploads %+v", i, c.State.Uploads)
			}
		}
		if n := count(t, raw(t, cfg), "select count(*) from incident_rooms where owner = 'me' and epoch = 2"); n != 3 {
			t.Errorf("%d rooms are claimed, want 3", n)
		}
		if list, err := db.Records().Claim(t.Context(), "me", nil); err != nil || len(list) != 0 {
			t.Errorf("claim of nothing: %v, %v", list, err)
		}
	})

	// Nodes claim, write and release the same rooms at once, in any order.
	promise(t, "ARoomHasOneOwnerPerEpoch", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-07, F-OP-08
		const rooms, rounds, perClaim = 200, 3, 80
		first := Open(t, cfg)
		ids := make([]incident.RoomID, rooms)
		for i := range ids {
			room, err := first.Library().CreateRoom(t.Context(), person("王小明"), newRoom("三號線停機"))
			if err != nil {
				t.Fatal(err)
			}
			ids[i] = room.ID
		}
		nodes := []incident.NodeID{"node-1", "node-2"}
		dbs := []*storage.DB{first, Open(t, cfg)}
		var mu sync.Mutex
		owners := map[incident.Hold]incident.NodeID{}
		won := map[incident.NodeID]int{}
		var wg sync.WaitGroup
		for i, node := range nodes {
			enter(t, raw(t, cfg), cfg, node, time.Hour)
			wg.Go(func() {
				records := dbs[i].Records().Leased()
				mine := slices.Clone(ids)
				for range rounds {
					rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
					for chunk := range slices.Chunk(mine, perClaim) {
						list, err := records.Claim(t.Context(), node, chunk)
						if err != nil {
							t.Errorf("claim: %v", err)
							return
						}
						var holds []incident.Hold
						var batches []incident.Batch
						for _, c := range list {
							if c.Err != nil {
								wantKind(t, c.Err, incident.Moved)
								continue
							}
							r := &claimed{c.State.Room, person("王小明")}
							holds = append(holds, incident.Hold{Room: r.ID, Epoch: r.Epoch})
							batches = append(batches, r.says(1))
						}
						mu.Lock()
						for _, h := range holds {
							if other, ok := owners[h]; ok {
								t.Errorf("%s and %s own room %s under epoch %d", other, node, h.Room, h.Epoch)
							}
							owners[h] = node
						}
						won[node] += len(holds)
						mu.Unlock()
						for _, err := range records.Append(t.Context(), batches) {
							if err != nil {
								t.Errorf("append: %v", err)
							}
						}
						if err := records.Release(t.Context(), node, holds); err != nil {
							t.Errorf("release: %v", err)
						}
					}
				}
			})
		}
		wg.Wait()
		tables := raw(t, cfg)
		if n := count(t, tables, "select count(*) from incident_rooms where owner <> ''"); n != 0 {
			t.Errorf("%d rooms are owned after all were released", n)
		}
		if n := count(t, tables, "select sum(epoch) from incident_rooms"); n != len(owners) {
			t.Errorf("%d epochs, %d claims", n, len(owners))
		}
		if n := count(t, tables, "select sum(last_seq) from incident_rooms"); n != 2*rooms+len(owners) {
			t.Errorf("%d events, want %d", n, 2*rooms+len(owners))
		}
		for _, node := range nodes {
			if won[node] == 0 {
				t.Errorf("%s got no room", node)
			}
		}
	})
}

// enter puts a node on the list, with a lease that ends after left.
func enter(t testing.TB, db execer, cfg storage.Config, id incident.NodeID, left time.Duration) {
	t.Helper()
	now := "clock_timestamp()"
	until := now + " + $2 * interval '1 microsecond'"
	if onSQLite(cfg) {
		now = "cast(unixepoch('subsec') * 1000000 as integer)"
		until = now + " + $2"
	}
	exec(t, db, `insert into nodes (id, address, version, zone, started_at, renewed_at, expires_at, draining, unreachable, figures)
		values ($1, '', '', '', `+now+`, `+now+`, `+until+`, false, '[]', '{}')`, string(id), left.Microseconds())
}

// until asks until it is true, or t's time is over.
func until(t testing.TB, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("waited in vain")
		}
	}
}
