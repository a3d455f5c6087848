package auth

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/incident"
)

// register is a directory that can be searched.
type register struct {
	entries []directory.Entry
	err     error
	hangs   bool
}

func (r *register) Search(ctx context.Context, _ string, _ int) ([]directory.Entry, error) {
	if r.hangs {
		<-ctx.Done()
		return nil, incident.Wrap(incident.Unavailable, "register", ctx.Err(), "away")
	}
	return r.entries, r.err
}

func (r *register) Find(_ context.Context, key string) (directory.Entry, error) {
	for _, e := range r.entries {
		if e.Key == key {
			return e, r.err
		}
	}
	return directory.Entry{}, incident.E(incident.NotFound, "register", "nobody")
}

// F-MB-01: a person of the directory becomes an account once, and is then found as
// one; who is disabled here is found no more.
func TestANewcomerBecomesAnAccountOnce(t *testing.T) {
	t.Parallel()
	rig := newRig(t)
	n := NewNewcomers(rig.Gate, &register{entries: []directory.Entry{
		{Key: "k1", Username: "li", Name: "李工", Role: incident.SystemUser, MayLogin: true},
		{Key: "k2", Username: "chen", Name: "陳", Role: incident.SystemUser, MayLogin: true},
	}})
	known, strangers, err := n.Search(t.Context(), "x", 20)
	if err != nil || len(known) != 0 || len(strangers) != 2 || strangers[0].Key != "k1" {
		t.Fatalf("%+v, %+v, %v", known, strangers, err)
	}
	u, made, err := n.Invite(t.Context(), "k1")
	if err != nil || !made || u.Name != "李工" {
		t.Fatalf("%+v, made %v, %v", u, made, err)
	}
	again, made, err := n.Invite(t.Context(), "k1")
	if err != nil || made || again.ID != u.ID {
		t.Errorf("the second time: %+v, made %v, %v", again, made, err)
	}
	if live, err := rig.Sessions(t.Context(), u.ID); err != nil || len(live) > 0 {
		t.Errorf("somebody is signed in by it: %v, %v", live, err)
	}
	known, strangers, err = n.Search(t.Context(), "x", 20)
	if err != nil || len(known) != 1 || known[0].ID != u.ID || len(strangers) != 1 || strangers[0].Key != "k2" {
		t.Errorf("afterwards: %+v, %+v, %v", known, strangers, err)
	}
	rig.store.change(u.ID, func(a *incident.Account) { a.Disabled = true })
	if known, strangers, err = n.Search(t.Context(), "x", 20); err != nil || len(known) != 0 || len(strangers) != 1 {
		t.Errorf("disabled here: %+v, %+v, %v", known, strangers, err)
	}
}

// F-MB-01: what a key of nobody is told, somebody who may not sign in is told too.
func TestNobodyIsInvitedWhoMayNotSignIn(t *testing.T) {
	t.Parallel()
	people := &register{entries: []directory.Entry{
		{Key: "gone", Username: "gone", Name: "Gone", MayLogin: true, Disabled: true},
		{Key: "outside", Username: "outside", Name: "Outside"},
	}}
	for key, n := range map[string]*Newcomers{
		"gone": NewNewcomers(newRig(t).Gate, people), "outside": NewNewcomers(newRig(t).Gate, people), "made up": NewNewcomers(newRig(t).Gate, people),
		"no directory": NewNewcomers(newRig(t).Gate, nil),
	} {
		_, _, err := n.Invite(t.Context(), key)
		wantKind(t, err, incident.NotFound)
		if got := incident.DetailOf(err); got != "The directory has no such person who may sign in. Search for them again." {
			t.Errorf("%s: %q", key, got)
		}
		if u, err := n.gate.store.PersonOf(t.Context(), key); err == nil {
			t.Errorf("%s has got an account: %+v", key, u)
		}
	}
	for name, n := range map[string]*Newcomers{
		"none": NewNewcomers(newRig(t).Gate, nil),
		"no service account": NewNewcomers(newRig(t).Gate, &register{
			err: incident.Wrap(incident.Unavailable, "register", directory.ErrNoServiceAccount, ""),
		}),
	} {
		if _, _, err := n.Search(t.Context(), "x", 20); incident.KindOf(err) != incident.NotFound {
			t.Errorf("%s: searched with %v", name, err)
		}
	}
}

// A directory that hangs keeps who searches for seconds and not longer, and holds no
// more of its connections than its share.
func TestAHangingDirectoryIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	rig := newRig(t)
	synctest.Test(t, func(t *testing.T) {
		n := NewNewcomers(rig.Gate, &register{hangs: true})
		kinds := make(chan incident.Kind)
		began := time.Now()
		for range searchesAtOnce + 1 {
			go func() {
				_, _, err := n.Search(t.Context(), "x", 20)
				kinds <- incident.KindOf(err)
			}()
		}
		if first := <-kinds; first != incident.Busy || !time.Now().Equal(began) {
			t.Errorf("one too many: %s after %s", first, time.Since(began))
		}
		for range searchesAtOnce {
			if kind := <-kinds; kind != incident.Unavailable {
				t.Errorf("a search that waited: %s", kind)
			}
		}
		if waited := time.Since(began); waited != searchTime {
			t.Errorf("waited %s", waited)
		}
	})
}
