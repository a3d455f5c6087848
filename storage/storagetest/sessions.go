package storagetest

import (
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testSessions(t *testing.T, fresh Fresh) {
	promise(t, "ASessionLastsUntilItIsEnded", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-03
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		s := signedIn(t, db)
		got, err := accounts.Session(ctx, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "session", got, s)
		end := now()
		for i := range 2 {
			if err := accounts.EndSession(ctx, s.ID, end.Add(time.Duration(i)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		s.EndedAt = &end
		if got, err = accounts.Session(ctx, s.ID); err != nil {
			t.Fatal(err)
		}
		same(t, "ended session", got, s)
		got, owner, err := accounts.OwnedSession(ctx, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "ended session with its account", got, s)
		account, err := accounts.User(ctx, s.User)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "its account", owner, account)
		_, _, err = accounts.OwnedSession(ctx, incident.SessionID(newID()))
		wantKind(t, err, incident.NotFound)
		_, err = accounts.Session(ctx, incident.SessionID(newID()))
		wantKind(t, err, incident.NotFound)
		if err := accounts.EndSession(ctx, incident.SessionID(newID()), end); err != nil {
			t.Errorf("end a session that does not exist: %v", err)
		}
	})

	promise(t, "ARefreshTokenIsUsedOnce", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-04
		db := Open(t, cfg)
		ctx, accounts := t.Context(), db.Accounts()
		s := signedIn(t, db)
		first, second, third := firstToken(s), digest("second"), digest("third")
		at := now()
		got, usedAt, err := accounts.RotateRefresh(ctx, first, second, at)
		if err != nil || !usedAt.IsZero() {
			t.Fatalf("rotate: used at %v, %v", usedAt, err)
		}
		same(t, "session", got, s)

		got, usedAt, err = accounts.RotateRefresh(ctx, first, third, at.Add(time.Minute))
		wantKind(t, err, incident.Conflict)
		same(t, "session of a used token", got, s)
		if !usedAt.Equal(at) {
			t.Errorf("used at %v, want %v", usedAt, at)
		}
		_, _, err = accounts.RotateRefresh(ctx, third, digest("fourth"), at) // was not recorded
		wantKind(t, err, incident.NotFound)

		if err := accounts.EndSession(ctx, s.ID, at); err != nil {
			t.Fatal(err)
		}
		got, _, err = accounts.RotateRefresh(ctx, second, third, at)
		if err != nil || got.EndedAt == nil {
			t.Errorf("rotate in an ended session: %+v, %v", got, err)
		}
		if err := accounts.AddRefresh(ctx, s.ID, digest("second tab")); err != nil {
			t.Fatal(err)
		}
		if _, _, err = accounts.RotateRefresh(ctx, digest("second tab"), digest("fifth"), at); err != nil {
			t.Errorf("rotate an added token: %v", err)
		}
	})

	promise(t, "OfManyRotationsOneWins", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-04
		const tabs = 16
		dbs := []*storage.DB{Open(t, cfg), Open(t, cfg)}
		s := signedIn(t, dbs[0])
		at := now()
		errs := make([]error, tabs)
		var wg sync.WaitGroup
		for i := range tabs {
			wg.Go(func() {
				_, _, errs[i] = dbs[i%2].Accounts().RotateRefresh(t.Context(), firstToken(s), digest(newID()), at)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wantKind(t, err, incident.Conflict)
			}
		}
		if won != 1 {
			t.Errorf("%d rotations won, want 1", won)
		}
	})

	promise(t, "ATicketLetsInOnce", fresh, func(t *testing.T, cfg storage.Config) { // F-AU-06
		dbs := []*storage.DB{Open(t, cfg), Open(t, cfg)}
		ctx, accounts := t.Context(), dbs[0].Accounts()
		s := signedIn(t, dbs[0])
		at := now()
		if err := accounts.CreateTicket(ctx, digest("ticket"), s.ID, at.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		const sockets = 8
		ids, errs := make([]incident.SessionID, sockets), make([]error, sockets)
		var wg sync.WaitGroup
		for i := range sockets {
			wg.Go(func() {
				ids[i], errs[i] = dbs[i%2].Accounts().TakeTicket(ctx, digest("ticket"), at.Add(time.Minute-time.Microsecond))
			})
		}
		wg.Wait()
		taken := 0
		for i, err := range errs {
			if err == nil && ids[i] == s.ID {
				taken++
			} else {
				wantKind(t, err, incident.NotFound)
			}
		}
		if taken != 1 {
			t.Errorf("taken %d times, want once", taken)
		}
		if err := accounts.CreateTicket(ctx, digest("late"), s.ID, at.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		_, err := accounts.TakeTicket(ctx, digest("late"), at.Add(time.Minute))
		wantKind(t, err, incident.NotFound)
		_, err = accounts.TakeTicket(ctx, digest("unknown"), at)
		wantKind(t, err, incident.NotFound)
	})

	promise(t, "TicketsThatNobodyTookDoNotPileUp", fresh, func(t *testing.T, cfg storage.Config) {
		clock := now()
		cfg.Now = func() time.Time { return clock }
		db := Open(t, cfg)
		s := signedIn(t, db)
		for range 5 {
			if err := db.Accounts().CreateTicket(t.Context(), digest(newID()), s.ID, clock.Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
			clock = clock.Add(2 * time.Minute)
		}
		clock = clock.Add(-2 * time.Minute)
		if _, err := db.Accounts().Forget(t.Context(), clock.Add(-24*time.Hour), clock); err != nil {
			t.Fatal(err)
		}
		if n := count(t, raw(t, cfg), "select count(*) from tickets"); n != 1 {
			t.Errorf("%d tickets are kept, want 1", n)
		}
	})
}

// signedIn makes an account with a session, whose first refresh token is
// firstToken.
func signedIn(t testing.TB, db *storage.DB) incident.Session {
	t.Helper()
	a := account(newID(), "王小明")
	if err := db.Accounts().CreateAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	s := incident.Session{
		ID: incident.SessionID(newID()), User: a.ID, CreatedAt: now(), ExpiresAt: now().Add(12 * time.Hour), EndsAt: now().Add(14 * time.Hour),
		UserAgent: "Mozilla/5.0 (平板)", From: "10.1.2.3",
	}
	if err := db.Accounts().CreateSession(t.Context(), s, firstToken(s)); err != nil {
		t.Fatal(err)
	}
	return s
}

func firstToken(s incident.Session) incident.Digest { return digest("first of " + string(s.ID)) }

func digest(token string) incident.Digest { return sha256.Sum256([]byte(token)) }
