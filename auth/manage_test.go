package auth

import (
	"testing"

	"taskreporter/incident"
)

// F-AU-03: people end their own sessions and nobody else's; an administrator any.
func TestRevokeEndsOnesOwnSessions(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.login(t)
	list, err := r.Sessions(t.Context(), r.wang.ID)
	if err != nil || len(list) != 1 || list[0].From != "10.0.0.7" || list[0].UserAgent != "Mozilla/5.0" {
		t.Fatalf("%+v, %v", list, err)
	}
	id := list[0].ID
	by := incident.Principal{Person: r.wang.Person}
	err = r.Revoke(t.Context(), by, id, "somebody else")
	wantKind(t, err, incident.NotFound)
	if len(r.endedSessions()) != 0 {
		t.Error("somebody else ended it")
	}
	if err := r.Revoke(t.Context(), by, id, r.wang.ID); err != nil {
		t.Error(err)
	}
	if ended := r.endedSessions(); len(ended) != 1 || ended[0] != id {
		t.Errorf("told of %v", ended)
	}
	err = r.Revoke(t.Context(), by, id, "")
	wantKind(t, err, incident.NotFound)
	_, err = r.Live(t.Context(), id)
	wantKind(t, err, incident.Unauthenticated)

	r.login(t)
	r.login(t)
	if n, err := r.RevokeAll(t.Context(), by, r.wang.ID); n != 2 || err != nil {
		t.Errorf("%d sessions ended, %v", n, err)
	}
	if n := len(r.endedSessions()); n != 3 {
		t.Errorf("told of %d", n)
	}
	_, err = r.RevokeAll(t.Context(), by, "nobody")
	wantKind(t, err, incident.NotFound)
}

// F-OP-06: whose account is changed is signed out, and an account that is disabled
// does not come in again; nobody changes their own.
func TestChangeAccountSignsOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := r.login(t)
	boss := incident.Principal{Person: incident.Person{ID: "boss"}, System: incident.SystemAdmin}
	yes, auditor := true, incident.SystemAuditor
	_, err := r.ChangeAccount(t.Context(), incident.Principal{Person: r.wang.Person, System: incident.SystemAdmin}, r.wang.ID, incident.AccountChange{Disabled: &yes})
	wantKind(t, err, incident.Conflict)
	u, err := r.ChangeAccount(t.Context(), boss, r.wang.ID, incident.AccountChange{Disabled: &yes, System: &auditor})
	if err != nil || !u.Disabled || u.System != auditor {
		t.Errorf("%+v, %v", u, err)
	}
	if len(r.endedSessions()) != 1 {
		t.Errorf("told of %v", r.endedSessions())
	}
	_, err = r.Verify(t.Context(), g.AccessToken)
	wantKind(t, err, incident.Unauthenticated)
	_, err = r.Login(t.Context(), "wang", password, "10.0.0.7", "")
	wantKind(t, err, incident.BadCredentials)
}
