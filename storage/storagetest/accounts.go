package storagetest

import (
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testAccounts(t *testing.T, fresh Fresh) {
	promise(t, "AnAccountIsFoundWhateverTheCaseOfItsName", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-02
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		alice := account("Alice.Wang", "王小明")
		if n, err := accounts.CountAccounts(ctx); n != 0 || err != nil {
			t.Errorf("%d accounts (%v), want none", n, err)
		}
		if err := accounts.CreateAccount(ctx, alice); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Alice.Wang", "alice.wang", "ALICE.WANG"} {
			got, err := accounts.Account(ctx, name)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			same(t, name, got, alice)
		}
		_, err := accounts.Account(ctx, "alice")
		wantKind(t, err, incident.NotFound)
		wantKind(t, accounts.CreateAccount(ctx, account("aLICE.wANG", "somebody else")), incident.Conflict)

		directory := account("bob", "Bob")
		directory.PasswordHash = ""
		if err := accounts.CreateAccount(ctx, directory); err != nil {
			t.Fatal(err)
		}
		_, err = accounts.Account(ctx, "bob") // no local account
		wantKind(t, err, incident.NotFound)
		if n, err := accounts.CountAccounts(ctx); n != 2 || err != nil {
			t.Errorf("%d accounts (%v), want 2", n, err)
		}
	})

	promise(t, "ADisabledAccountIsKnownButCannotBeAdded", fresh, func(t *testing.T, cfg storage.Config) { // F-MB-01
		db := Open(t, cfg)
		ctx := t.Context()
		on, off := account("on", "On"), account("off", "Off")
		off.Disabled = true
		for _, a := range []incident.Account{on, off} {
			if err := db.Accounts().CreateAccount(ctx, a); err != nil {
				t.Fatal(err)
			}
			got, err := db.Accounts().User(ctx, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "user", got, a.User)
		}
		got, err := db.Records().User(ctx, on.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "user to add", got, on.User)
		_, err = db.Records().User(ctx, off.ID)
		wantKind(t, err, incident.NotFound)
		_, err = db.Records().User(ctx, incident.UserID(newID()))
		wantKind(t, err, incident.NotFound)
		_, err = db.Accounts().User(ctx, incident.UserID(newID()))
		wantKind(t, err, incident.NotFound)
	})

	promise(t, "PeopleAreFoundByAPartOfTheirName", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-11, F-MB-01
		db := Open(t, cfg)
		ctx := t.Context()
		off := account("minus", "王小美")
		off.Disabled = true
		for _, a := range []incident.Account{
			account("wang", "王小明"), account("alice", `Alice (Ops)\, *Lead*`), account("pct", "100% Bob"), account("b_b", "Carl"), off,
		} {
			if err := db.Accounts().CreateAccount(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
		for q, want := range map[string][]string{
			"王小": {"王小明"}, "WANG": {"王小明"}, `)\,`: {`Alice (Ops)\, *Lead*`}, "*": {`Alice (Ops)\, *Lead*`},
			"%": {"100% Bob"}, "_": {"Carl"}, "nobody": nil,
		} {
			users, err := db.Library().Users(ctx, q, 10)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, u := range users {
				got = append(got, u.Name)
			}
			same(t, q, got, want)
		}
		users, err := db.Library().Users(ctx, "", 2)
		if err != nil || len(users) != 2 {
			t.Errorf("%d users (%v), want 2", len(users), err)
		}
	})

	promise(t, "ANewPasswordEndsAllSessions", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-03
		at := time.Date(2026, 3, 5, 8, 0, 0, 123456000, time.UTC)
		cfg.Now = func() time.Time { return at }
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		alice, bob := signedIn(t, db), signedIn(t, db)
		if err := accounts.SetPassword(ctx, alice.User, "new hash"); err != nil {
			t.Fatal(err)
		}
		u, err := accounts.User(ctx, alice.User)
		if err != nil {
			t.Fatal(err)
		}
		got, err := accounts.Account(ctx, u.Username)
		if err != nil || got.PasswordHash != "new hash" {
			t.Errorf("hash %q (%v)", got.PasswordHash, err)
		}
		s, err := accounts.Session(ctx, alice.ID)
		if err != nil || s.EndedAt == nil || !s.EndedAt.Equal(at) {
			t.Errorf("session %+v (%v), want it ended", s, err)
		}
		if s, err = accounts.Session(ctx, bob.ID); err != nil || s.EndedAt != nil {
			t.Errorf("another's session %+v (%v), want it alive", s, err)
		}
		wantKind(t, accounts.SetPassword(ctx, incident.UserID(newID()), "hash"), incident.NotFound)
	})
}

func account(username, name string) incident.Account {
	return incident.Account{
		User:         incident.User{Person: person(name).Person, Username: username, System: incident.SystemUser},
		PasswordHash: "$argon2id$v=19$…",
	}
}
