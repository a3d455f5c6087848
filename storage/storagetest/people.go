package storagetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testPeople(t *testing.T, fresh Fresh) {
	li := incident.DirectoryPerson{Key: "0f4c", Username: "Li", Name: "李工", System: incident.SystemUser}

	promise(t, "ADirectorysPersonIsOneAccountWhateverTheyAreCalled", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-01
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		var first sync.WaitGroup
		ids := make([]incident.UserID, 4)
		for i := range ids {
			first.Go(func() {
				u, ended, err := accounts.Arrive(ctx, li, now())
				if err != nil || len(ended) > 0 {
					t.Errorf("%v, ended %v", err, ended)
				}
				ids[i] = u.ID
			})
		}
		first.Wait()
		if ids[0] == "" || len(slices.Compact(ids)) != 1 {
			t.Fatalf("several accounts: %v", ids)
		}
		renamed := li
		renamed.Username, renamed.Name = "li.gong", "李主任"
		u, _, err := accounts.Arrive(ctx, renamed, now())
		if err != nil || u.ID != ids[0] || u.Username != "li.gong" || u.Name != "李主任" || u.System != incident.SystemUser {
			t.Errorf("%+v, %v", u, err)
		}
		got, err := accounts.PersonOf(ctx, li.Key)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "person", got, u)
		_, err = accounts.PersonOf(ctx, "nobody")
		wantKind(t, err, incident.NotFound)
		people, err := accounts.PeopleOf(ctx, []string{"nobody", li.Key})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "people", people, map[string]incident.User{li.Key: u})
		_, err = accounts.Account(ctx, "li.gong") // no local account
		wantKind(t, err, incident.NotFound)
	})

	promise(t, "AUserNameIsHandedOnInTheDirectoryButNotTakenFromALocalAccount", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-02
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		if err := accounts.CreateAccount(ctx, account("Admin", "救援帳號")); err != nil {
			t.Fatal(err)
		}
		impostor := li
		impostor.Username = "aDMIN"
		_, _, err := accounts.Arrive(ctx, impostor, now())
		wantKind(t, err, incident.Conflict)
		before, _, err := accounts.Arrive(ctx, li, now())
		if err != nil {
			t.Fatal(err)
		}
		successor := incident.DirectoryPerson{Key: "1a2b", Username: "LI", Name: "李新", System: incident.SystemUser}
		after, _, err := accounts.Arrive(ctx, successor, now())
		if err != nil || after.ID == before.ID {
			t.Errorf("%+v, %v", after, err)
		}
		if old, err := accounts.User(ctx, before.ID); err != nil || old.Name != "李工" {
			t.Errorf("who had the name: %+v, %v", old, err)
		}
	})

	promise(t, "AChangedRoleEndsSessions", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-09
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		u, s := arrived(t, db, li)
		boss := li
		boss.System = incident.SystemAdmin
		_, ended, err := accounts.Arrive(ctx, boss, s.CreatedAt)
		if err != nil || !slices.Equal(ended, []incident.SessionID{s.ID}) {
			t.Errorf("ended %v, %v", ended, err)
		}
		user := incident.SystemUser
		_, _, err = accounts.ChangeAccount(ctx, u.ID, incident.AccountChange{System: &user}, now())
		wantKind(t, err, incident.Conflict) // the directory decides
	})

	promise(t, "EverybodyWhoIsSignedInIsCheckedByOne", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-09
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		start := now()
		want := map[string]int{}
		for _, key := range []string{"a", "b", "c", "d", "e"} {
			p := incident.DirectoryPerson{Key: key, Username: key, Name: key, System: incident.SystemAuditor}
			if key == "e" { // not signed in
				if _, _, err := accounts.Arrive(ctx, p, start); err != nil {
					t.Fatal(err)
				}
				continue
			}
			arrived(t, db, p)
			want[key] = 1
		}
		if err := accounts.CreateAccount(ctx, account("local", "Local")); err != nil {
			t.Fatal(err)
		}
		if list, err := accounts.Unchecked(ctx, start.Add(-time.Second), start, 10); err != nil || len(list) != 0 {
			t.Errorf("too early: %v, %v", list, err)
		}
		later := start.Add(time.Minute)
		got := map[string]int{}
		var mu sync.Mutex
		var nodes sync.WaitGroup
		for range 3 {
			nodes.Go(func() {
				for {
					list, err := accounts.Unchecked(ctx, later.Add(-time.Second), later, 2)
					if err != nil {
						t.Error(err)
					}
					if err != nil || len(list) == 0 {
						return
					}
					mu.Lock()
					for _, p := range list {
						got[p.Key]++
						if p.System != incident.SystemAuditor || p.Username != p.Key {
							t.Errorf("%+v", p)
						}
					}
					mu.Unlock()
				}
			})
		}
		nodes.Wait()
		same(t, "checked", got, want)
	})
}

// arrived is somebody of the directory with a session.
func arrived(t *testing.T, db *storage.DB, p incident.DirectoryPerson) (incident.User, incident.Session) {
	t.Helper()
	at := now()
	u, _, err := db.Accounts().Arrive(t.Context(), p, at)
	if err != nil {
		t.Fatal(err)
	}
	s := incident.Session{ID: incident.SessionID(newID()), User: u.ID, CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
	if err := db.Accounts().CreateSession(t.Context(), s, digest(string(s.ID))); err != nil {
		t.Fatal(err)
	}
	return u, s
}
