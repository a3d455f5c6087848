package storagetest

import (
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
		got, err := accounts.TokenSession(ctx, digest(string(newer.ID)))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "session", got, newer.Session)
		_, err = accounts.TokenSession(ctx, digest("another"))
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
