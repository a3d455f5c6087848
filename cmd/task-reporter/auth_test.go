package main

import (
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/auth"
	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/storagetest"
)

// gatehouse is package auth on a real database, with a clock that tests turn.
type gatehouse struct {
	*auth.Gate
	*auth.Local
	db     *storage.DB
	passed atomic.Int64 // nanoseconds
	ended  chan incident.SessionID
}

const goodPassword = "correct horse battery staple"

func onEachDatabase(t *testing.T, test func(*testing.T, *gatehouse)) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) storage.Config{
		"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newGatehouse(t, database(t)))
		})
	}
}

func newGatehouse(t testing.TB, cfg storage.Config) *gatehouse {
	t.Helper()
	h := &gatehouse{ended: make(chan incident.SessionID, 100)}
	start := time.Date(2026, 11, 22, 6, 0, 0, 123456789, time.FixedZone("CST", 8*3600))
	now := func() time.Time { return start.Add(time.Duration(h.passed.Load())) }
	cfg.Now = now
	h.db = storagetest.Open(t, cfg)
	keys, err := auth.LoadKeys(filepath.Join(t.TempDir(), "keys"), true)
	if err != nil {
		t.Fatal(err)
	}
	h.Local = auth.NewLocal(h.db.Accounts())
	if h.Gate, err = auth.New(auth.DefaultConfig, h.db.Accounts(), h.Local, keys, now); err != nil {
		t.Fatal(err)
	}
	h.OnSessionEnd(func(id incident.SessionID) { h.ended <- id })
	return h
}

func (h *gatehouse) add(t testing.TB, username string) incident.User {
	t.Helper()
	u, err := h.Add(t.Context(), username, username, incident.SystemUser, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (h *gatehouse) login(t testing.TB, username string) (auth.Grant, incident.Principal) {
	t.Helper()
	g, err := h.Login(t.Context(), username, goodPassword, "10.0.0.7", "Mozilla/5.0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.Verify(t.Context(), g.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	return g, p
}

func wantKind(t testing.TB, err error, want incident.Kind) {
	t.Helper()
	if incident.KindOf(err) != want {
		t.Errorf("error %v, want kind %q", err, want)
	}
}

func TestSignedInOnARealDatabase(t *testing.T) { // F-AU-02, F-AU-04, F-AU-05, F-AU-06
	onEachDatabase(t, func(t *testing.T, h *gatehouse) {
		wang := h.add(t, "wang")
		g, p := h.login(t, "WANG")
		if g.User != wang || p.Person != wang.Person || p.System != incident.SystemUser {
			t.Errorf("signed in as %+v and %+v, want %+v", g.User, p, wang)
		}
		next, err := h.Refresh(t.Context(), g.RefreshToken)
		if err != nil || !next.RefreshExpires.Equal(g.RefreshExpires) {
			t.Errorf("refreshed until %s, %v; want %s", next.RefreshExpires, err, g.RefreshExpires)
		}
		if err := h.Logout(t.Context(), p); err != nil || <-h.ended != p.Session {
			t.Error(err)
		}
		_, err = h.Verify(t.Context(), next.AccessToken)
		wantKind(t, err, incident.Unauthenticated)
		_, err = h.Refresh(t.Context(), next.RefreshToken)
		wantKind(t, err, incident.Unauthenticated)

		_, p = h.login(t, "wang")
		if _, err := h.SetPassword(t.Context(), "Wang", "another long password"); err != nil {
			t.Fatal(err)
		}
		_, err = h.Live(t.Context(), p.Session)
		wantKind(t, err, incident.Unauthenticated)
		_, err = h.Login(t.Context(), "wang", goodPassword, "10.0.0.7", "")
		wantKind(t, err, incident.BadCredentials)
	})
}

func TestAwkwardNamesSignInOnARealDatabase(t *testing.T) { // F-AU-11
	onEachDatabase(t, func(t *testing.T, h *gatehouse) {
		for added, typed := range map[string]string{
			"王小明":                    "王小明",
			`Alice (Ops)\, *Lead*`:   ` alice (OPS)\, *lead*`,
			"élodie":                 "E\u0301LODIE",
			"o'brien\"; drop table%": "O'Brien\"; DROP table%",
		} {
			u := h.add(t, added)
			if g, _ := h.login(t, typed); g.User != u || g.User.Name != added {
				t.Errorf("%q signs in as %+v, want %+v", typed, g.User, u)
			}
			_, err := h.Add(t.Context(), typed, "Another", incident.SystemUser, goodPassword)
			wantKind(t, err, incident.Conflict)
		}
		_, err := h.Login(t.Context(), "alice%", goodPassword, "10.0.0.7", "")
		wantKind(t, err, incident.BadCredentials)
	})
}

func TestReplayedRefreshTokenEndsItsSessionOnARealDatabase(t *testing.T) { // F-AU-04
	onEachDatabase(t, func(t *testing.T, h *gatehouse) {
		h.add(t, "wang")
		g, p := h.login(t, "wang")
		next, err := h.Refresh(t.Context(), g.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		h.passed.Add(int64(time.Minute))
		_, err = h.Refresh(t.Context(), g.RefreshToken)
		var replay *auth.ReplayError
		if !errors.As(err, &replay) || replay.Session.ID != p.Session || replay.Session.User != p.ID {
			t.Fatalf("error %v does not name session %s", err, p.Session)
		}
		if ended := <-h.ended; ended != p.Session {
			t.Errorf("told of %s", ended)
		}
		_, err = h.Refresh(t.Context(), next.RefreshToken)
		wantKind(t, err, incident.Unauthenticated)
	})
}

func TestTabsThatRefreshAtOnceBothStaySignedInOnARealDatabase(t *testing.T) { // F-AU-04
	onEachDatabase(t, func(t *testing.T, h *gatehouse) {
		h.add(t, "wang")
		g, _ := h.login(t, "wang")
		var wg sync.WaitGroup
		grants := make([]auth.Grant, 4)
		for i := range grants {
			wg.Go(func() {
				var err error
				if grants[i], err = h.Refresh(t.Context(), g.RefreshToken); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		h.passed.Add(int64(time.Minute))
		for _, g := range grants {
			if _, err := h.Refresh(t.Context(), g.RefreshToken); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestTicketOpensOneSocketOnARealDatabase(t *testing.T) { // F-AU-06
	onEachDatabase(t, func(t *testing.T, h *gatehouse) {
		h.add(t, "wang")
		_, p := h.login(t, "wang")
		ticket, err := h.Ticket(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if got, err := h.Redeem(t.Context(), ticket); err == nil && got == p {
					won.Add(1)
				} else {
					wantKind(t, err, incident.Unauthenticated)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("the ticket worked %d times", won.Load())
		}
		late, err := h.Ticket(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		h.passed.Add(int64(auth.TicketTTL))
		_, err = h.Redeem(t.Context(), late)
		wantKind(t, err, incident.Unauthenticated)
	})
}

func TestFirstRunOfTwoNodesPrintsOnlyPasswordsThatWork(t *testing.T) { // F-AU-02
	onEachDatabase(t, func(t *testing.T, h *gatehouse) {
		made := make(chan []auth.FirstAccount, 2)
		for range 2 {
			go func() {
				first, err := auth.NewLocal(h.db.Accounts()).FirstAccounts(t.Context())
				if err != nil {
					t.Error(err)
				}
				made <- first
			}()
		}
		printed := append(<-made, <-made...)
		if len(printed) != 2 {
			t.Errorf("%d passwords were printed for two accounts", len(printed))
		}
		for _, a := range printed {
			if u, err := h.Check(t.Context(), a.Username, a.Password); err != nil || u != a.User {
				t.Errorf("%s: %+v, %v", a.Username, u, err)
			}
		}
		if again, err := h.FirstAccounts(t.Context()); err != nil || len(again) != 0 {
			t.Errorf("a later run made %d accounts, %v", len(again), err)
		}
	})
}

// What each request pays to be sure that its session is still good.
func BenchmarkVerify(b *testing.B) {
	for name, database := range map[string]func(testing.TB) storage.Config{
		"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres,
	} {
		b.Run(name, func(b *testing.B) {
			h := newGatehouse(b, database(b))
			h.add(b, "wang")
			g, _ := h.login(b, "wang")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.Verify(b.Context(), g.AccessToken); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
