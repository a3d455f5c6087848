package storagetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testManaging(t *testing.T, fresh Fresh) {
	promise(t, "AccountsAreListedByUserName", fresh, func(t *testing.T, cfg storage.Config) { // F-OP-06
		db := Open(t, cfg)
		ctx := t.Context()
		for _, name := range []string{"Chen", "alice", "Bob", "wang"} {
			a := account(name, name+" 王")
			a.Disabled = name == "Bob"
			if name == "wang" {
				a.System, a.PasswordHash = incident.SystemAdmin, ""
			}
			if err := db.Accounts().CreateAccount(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
		yes := true
		for _, c := range []struct {
			q    incident.AccountQuery
			want []string
		}{
			{incident.AccountQuery{Limit: 10}, []string{"alice", "Bob", "Chen", "wang"}},
			{incident.AccountQuery{Limit: 2}, []string{"alice", "Bob"}},
			{incident.AccountQuery{Limit: 2, After: "bob"}, []string{"Chen", "wang"}},
			{incident.AccountQuery{Limit: 10, Disabled: &yes}, []string{"Bob"}},
			{incident.AccountQuery{Limit: 10, System: incident.SystemAdmin}, []string{"wang"}},
			{incident.AccountQuery{Limit: 10, Text: "ch"}, []string{"Chen"}},
		} {
			list, err := db.Library().Accounts(ctx, c.q, now())
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, u := range list {
				names = append(names, u.Username)
				if u.Disabled != (u.Username == "Bob") || u.Local != (u.Username != "wang") || u.CreatedAt.IsZero() || u.Sessions != 0 {
					t.Errorf("%+v", u)
				}
			}
			if !slices.Equal(names, c.want) {
				t.Errorf("%+v: %v, want %v", c.q, names, c.want)
			}
		}
	})

	promise(t, "AnAccountsSessionsAreListedAndEnded", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-03
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		s := signedIn(t, db)
		old := s
		old.ID, old.CreatedAt = incident.SessionID(newID()), s.CreatedAt.Add(-time.Hour)
		over := s
		over.ID, over.ExpiresAt = incident.SessionID(newID()), s.CreatedAt.Add(-time.Minute)
		for _, one := range []incident.Session{old, over} {
			if err := accounts.CreateSession(ctx, one, digest(string(one.ID))); err != nil {
				t.Fatal(err)
			}
		}
		at := s.CreatedAt.Add(time.Second)
		list, err := accounts.Sessions(ctx, s.User, at)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "sessions", list, []incident.Session{s, old})
		users, err := db.Library().Accounts(ctx, incident.AccountQuery{Limit: 1}, at)
		if err != nil || len(users) != 1 || users[0].Sessions != 2 {
			t.Errorf("%+v, %v", users, err)
		}
		ended, err := accounts.EndSessions(ctx, s.User, at)
		if err != nil || len(ended) != 2 || !slices.Contains(ended, s.ID) || !slices.Contains(ended, old.ID) {
			t.Errorf("ended %v, %v", ended, err)
		}
		if list, err := accounts.Sessions(ctx, s.User, at); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		if ended, err := accounts.EndSessions(ctx, s.User, at); err != nil || len(ended) != 0 {
			t.Errorf("again: %v, %v", ended, err)
		}
	})

	promise(t, "TheLastAdministratorIsNeverLost", fresh, func(t *testing.T, cfg storage.Config) { // F-OP-06
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		user, yes, no := incident.SystemUser, true, false
		_, _, err := accounts.ChangeAccount(ctx, incident.UserID(newID()), incident.AccountChange{Disabled: &yes}, now())
		wantKind(t, err, incident.NotFound)
		admins := make([]incident.Account, 6)
		for i := range admins {
			admins[i] = account("admin"+string(rune('a'+i)), "管理員")
			admins[i].System = incident.SystemAdmin
			if err := accounts.CreateAccount(ctx, admins[i]); err != nil {
				t.Fatal(err)
			}
		}
		// All at once, half of them by their role and half by being disabled.
		var all sync.WaitGroup
		results := make([]error, len(admins))
		for i, a := range admins {
			c := incident.AccountChange{System: &user}
			if i%2 == 0 {
				c = incident.AccountChange{Disabled: &yes}
			}
			all.Go(func() { _, _, results[i] = accounts.ChangeAccount(ctx, a.ID, c, now()) })
		}
		all.Wait()
		refused := slices.DeleteFunc(slices.Clone(results), func(err error) bool { return err == nil })
		if len(refused) != 1 {
			t.Fatalf("refused %v, want one", refused)
		}
		wantKind(t, refused[0], incident.Conflict)
		left, err := db.Library().Accounts(ctx, incident.AccountQuery{Limit: 10, System: incident.SystemAdmin, Disabled: &no}, now())
		if err != nil || len(left) != 1 {
			t.Fatalf("%+v, %v", left, err)
		}
		// What does not take the office away is done to the last one too.
		u, _, err := accounts.ChangeAccount(ctx, left[0].ID, incident.AccountChange{Disabled: &no}, now())
		if err != nil || u.Disabled || u.System != incident.SystemAdmin {
			t.Errorf("%+v, %v", u, err)
		}
	})
}
