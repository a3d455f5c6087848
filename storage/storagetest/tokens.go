package storagetest

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testTokens(t *testing.T, fresh Fresh) {
	promise(t, "AnAPITokenIsFoundByItsDigest", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-10
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		login := signedIn(t, db)
		older, newer := tokenOf(login, "gateway", 0), tokenOf(login, "王小明 的腳本", time.Minute)
		for _, one := range []incident.Token{older, newer} {
			if err := accounts.CreateToken(ctx, one, digest(string(one.ID)), 2); err != nil {
				t.Fatal(err)
			}
		}
		err := accounts.CreateToken(ctx, tokenOf(login, "one more", time.Minute), digest("more"), 2)
		wantKind(t, err, incident.Conflict)
		got, owner, err := accounts.TokenSession(ctx, digest(string(newer.ID)))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "session", got, newer.Session)
		account, err := accounts.User(ctx, newer.User)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "owner", owner, account)
		_, _, err = accounts.TokenSession(ctx, digest("another"))
		wantKind(t, err, incident.NotFound)

		at := newer.CreatedAt.Add(time.Hour)
		if err := accounts.UseSession(ctx, newer.ID, at, newer.EndsAt); err != nil {
			t.Fatal(err)
		}
		newer.UsedAt = at
		list, err := accounts.Tokens(ctx, login.User, at)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "tokens", list, []incident.Token{newer, older})
		// They are no logins, but end with them.
		logins, err := accounts.Sessions(ctx, login.User, at)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "logins", logins, []incident.Session{login})
		users, err := db.Library().Accounts(ctx, incident.AccountQuery{Limit: 1}, at)
		if err != nil || len(users) != 1 || users[0].Sessions != 1 {
			t.Errorf("%+v, %v", users, err)
		}
		if ended, err := accounts.EndSessions(ctx, login.User, at); err != nil || len(ended) != 3 {
			t.Errorf("%v, %v", ended, err)
		}
		if list, err := accounts.Tokens(ctx, login.User, at); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})

	promise(t, "AtOnceNoMoreTokensAreMadeThanAllowed", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		login := signedIn(t, db)
		var made atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				one := tokenOf(login, "gateway", 0)
				err := db.Accounts().CreateToken(t.Context(), one, digest(string(one.ID)), 3)
				if err == nil {
					made.Add(1)
				} else if incident.KindOf(err) != incident.Conflict {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if made.Load() != 3 {
			t.Errorf("%d made, want 3", made.Load())
		}
	})

	promise(t, "WhatIsAuditedHappensWithItsRowOrNotAtAll", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		login := signedIn(t, db)
		other := login
		other.ID = incident.SessionID(newID())
		if err := accounts.CreateSession(ctx, other, digest("other")); err != nil {
			t.Fatal(err)
		}
		by := incident.Principal{Person: incident.Person{ID: "boss", Name: "廠長"}, From: "10.0.0.7", Request: "r1"}
		on := true
		at := login.CreatedAt.Add(time.Second)
		made := tokenOf(login, "gateway", 0)
		acts := map[string]func(audit ...incident.AuditEntry) error{
			"token_made": func(audit ...incident.AuditEntry) error {
				return accounts.CreateToken(ctx, made, digest("gateway"), 2, audit...)
			},
			"session_ended": func(audit ...incident.AuditEntry) error { return accounts.EndSession(ctx, login.ID, at, audit...) },
			"sessions_ended": func(audit ...incident.AuditEntry) error {
				_, err := accounts.EndSessions(ctx, login.User, at, audit...)
				return err
			},
			"user_disabled": func(audit ...incident.AuditEntry) error {
				_, _, err := accounts.ChangeAccount(ctx, login.User, incident.AccountChange{Disabled: &on}, at, audit...)
				return err
			},
		}
		rows := func(act string) []incident.AuditEntry {
			t.Helper()
			list, err := db.Audit().Entries(ctx, incident.AuditQuery{Act: act, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		// A row that the database does not take, as its act is too long for the column.
		refused := by.Did(strings.Repeat("x", 41), "")
		if onSQLite(cfg) { // which has no lengths: somebody closed the trail
			if _, err := raw(t, cfg).Exec(`create trigger closed before insert on audit when new.act like 'xx%' begin select raise(abort, 'closed'); end`); err != nil {
				t.Fatal(err)
			}
		}
		for _, act := range []string{"token_made", "session_ended", "sessions_ended", "user_disabled"} {
			if err := acts[act](by.Did(act, "it"), refused); err == nil {
				t.Fatalf("%s: a row that the trail refuses is no error", act)
			}
		}
		if list, err := accounts.Sessions(ctx, login.User, at); err != nil || len(list) != 2 {
			t.Errorf("sessions ended without a row: %+v, %v", list, err)
		}
		if list, err := accounts.Tokens(ctx, login.User, at); err != nil || len(list) != 0 {
			t.Errorf("a token made without a row: %+v, %v", list, err)
		}
		if u, err := accounts.User(ctx, login.User); err != nil || u.Disabled {
			t.Errorf("disabled without a row: %+v, %v", u, err)
		}
		for _, act := range []string{"token_made", "session_ended", "sessions_ended", "user_disabled"} {
			if list := rows(act); len(list) != 0 {
				t.Errorf("%s: a row of what did not happen: %+v", act, list)
			}
			if err := acts[act](by.Did(act, "it")); err != nil {
				t.Fatalf("%s: %v", act, err)
			}
			if list := rows(act); len(list) != 1 || list[0].Who != by.Person || list[0].Target != "it" || list[0].From != by.From || list[0].Request != "r1" || list[0].Outcome != "ok" {
				t.Errorf("%s: %+v", act, list)
			}
		}
	})

	promise(t, "AUseMovesTheEndOfASession", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-03
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		s := signedIn(t, db)
		s.UsedAt, s.ExpiresAt = s.CreatedAt.Add(time.Minute), s.EndsAt.Add(-time.Minute)
		if err := accounts.UseSession(ctx, s.ID, s.UsedAt, s.ExpiresAt); err != nil {
			t.Fatal(err)
		}
		got, err := accounts.Session(ctx, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "session", got, s)
		if err := accounts.EndSession(ctx, s.ID, s.UsedAt); err != nil {
			t.Fatal(err)
		}
		if err := accounts.UseSession(ctx, s.ID, s.UsedAt.Add(time.Hour), s.EndsAt); err != nil {
			t.Fatal(err)
		}
		if got, err = accounts.Session(ctx, s.ID); err != nil || !got.UsedAt.Equal(s.UsedAt) || !got.ExpiresAt.Equal(s.ExpiresAt) {
			t.Errorf("an ended session was used: %+v, %v", got, err)
		}
	})

	promise(t, "WhatIsOverIsForgottenWithAllThatProvedIt", fresh, func(t *testing.T, cfg storage.Config) {
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		s := signedIn(t, db)
		then := s.EndsAt.Add(time.Hour)
		var kept []incident.SessionID
		for i := range 3 * 200 / 2 { // more than go in one transaction
			one, token := s, tokenOf(s, "gateway", 0)
			one.ID = incident.SessionID(newID())
			if i == 0 { // these stay
				one.ExpiresAt, token.ExpiresAt = then, then.Add(time.Second)
				kept = append(kept, one.ID, token.ID)
			} else {
				one.ExpiresAt, token.ExpiresAt = then.Add(-time.Second), then.Add(-time.Second)
			}
			if err := accounts.CreateSession(ctx, one, digest(string(one.ID))); err != nil {
				t.Fatal(err)
			}
			if err := accounts.CreateTicket(ctx, digest("ticket "+string(one.ID)), one.ID, then); err != nil {
				t.Fatal(err)
			}
			if i < 5 {
				if err := accounts.CreateToken(ctx, token, digest(string(token.ID)), 10); err != nil {
					t.Fatal(err)
				}
			}
		}
		ended := s
		ended.ID, ended.ExpiresAt = incident.SessionID(newID()), then.Add(time.Hour)
		if err := accounts.CreateSession(ctx, ended, digest(string(ended.ID))); err != nil {
			t.Fatal(err)
		}
		if err := accounts.EndSession(ctx, ended.ID, then.Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := accounts.Forget(ctx, then, then)
		if want := 300 - 1 + 5 - 1 + 2; err != nil || n != want { // and the first login
			t.Errorf("%d forgotten, %v; want %d", n, err, want)
		}
		for _, id := range kept {
			if _, err := accounts.Session(ctx, id); err != nil {
				t.Errorf("forgotten too early: %v", err)
			}
		}
		_, err = accounts.Session(ctx, ended.ID)
		wantKind(t, err, incident.NotFound)
		if n, err := accounts.Forget(ctx, then, then); err != nil || n != 0 {
			t.Errorf("%d more, %v", n, err)
		}
	})
}

// tokenOf is a token of a session's person, made later than that.
func tokenOf(s incident.Session, name string, later time.Duration) incident.Token {
	s.ID, s.CreatedAt, s.UsedAt = incident.SessionID(newID()), s.CreatedAt.Add(later), time.Time{}
	s.ExpiresAt = s.EndsAt
	s.Scopes = incident.ScopeRead | incident.ScopeWrite
	return incident.Token{Session: s, Name: name}
}
