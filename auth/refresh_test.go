package auth

import (
	"encoding/base64"
	"errors"
	"sync"
	"testing"

	"taskreporter/incident"
)

func TestRefreshTokensRotate(t *testing.T) { // F-AU-04
	t.Parallel()
	r := newRig(t)
	first := r.login(t)
	second, err := r.Refresh(t.Context(), first.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if second.RefreshToken == first.RefreshToken {
		t.Error("the refresh token did not change")
	}
	if _, err := r.Verify(t.Context(), second.AccessToken); err != nil {
		t.Error(err)
	}
	if raw, err := base64.RawURLEncoding.DecodeString(second.RefreshToken); err != nil || len(raw) != 32 {
		t.Errorf("a refresh token has %d bytes, want 32", len(raw))
	}
}

func TestReplayedRefreshTokenEndsItsSession(t *testing.T) { // F-AU-04
	t.Parallel()
	r := newRig(t)
	stolen := r.login(t)
	owner, err := r.Refresh(t.Context(), stolen.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	other := r.login(t)
	r.clock.pass(reuseGrace + 1000)

	_, err = r.Refresh(t.Context(), stolen.RefreshToken)
	wantKind(t, err, incident.Unauthenticated)
	var replay *ReplayError
	if !errors.As(err, &replay) || replay.Session.User != r.wang.ID {
		t.Fatalf("error %v does not name the session", err)
	}
	if got := r.endedSessions(); len(got) != 1 || got[0] != replay.Session.ID {
		t.Errorf("told of %v, want %v", got, replay.Session.ID)
	}
	_, err = r.Verify(t.Context(), owner.AccessToken)
	wantKind(t, err, incident.Unauthenticated)
	_, err = r.Refresh(t.Context(), owner.RefreshToken)
	wantKind(t, err, incident.Unauthenticated)
	if _, err := r.Refresh(t.Context(), other.RefreshToken); err != nil {
		t.Errorf("another session of the same person: %v", err)
	}

	_, err = r.Refresh(t.Context(), stolen.RefreshToken)
	wantKind(t, err, incident.Unauthenticated)
	if errors.As(err, &replay); len(r.endedSessions()) != 1 {
		t.Error("a dead session was ended again")
	}
}

func TestTabsThatRefreshAtOnceBothStaySignedIn(t *testing.T) { // F-AU-04
	t.Parallel()
	r := newRig(t)
	shared := r.login(t).RefreshToken
	grants := make([]Grant, 4)
	var wg sync.WaitGroup
	for i := range grants {
		wg.Go(func() {
			g, err := r.Refresh(t.Context(), shared)
			if err != nil {
				t.Error(err)
			}
			grants[i] = g
		})
	}
	wg.Wait()
	r.clock.pass(2 * reuseGrace)
	seen := map[string]bool{}
	for _, g := range grants {
		if seen[g.RefreshToken] {
			t.Error("two tabs hold the same token")
		}
		seen[g.RefreshToken] = true
		if _, err := r.Refresh(t.Context(), g.RefreshToken); err != nil {
			t.Error(err)
		}
	}
}

func TestARefreshAnswerThatWasLostMayBeAskedForAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := r.login(t).RefreshToken
	if _, err := r.Refresh(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	r.clock.pass(reuseGrace)
	if _, err := r.Refresh(t.Context(), old); err != nil {
		t.Error(err)
	}
}

func TestRefreshRefusesWhatIsNoToken(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	good := r.login(t).RefreshToken
	for _, bad := range []string{"", "x", good + "=", good[:42], good + good, newSecret().String(), good[:42] + "\n"} {
		_, err := r.Refresh(t.Context(), bad)
		wantKind(t, err, incident.Unauthenticated)
	}
}
