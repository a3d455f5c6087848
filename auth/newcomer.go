package auth

import (
	"context"
	"errors"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/incident"
)

const (
	// searchTime is what somebody who types a name waits for the directory. It is
	// less than one server's time limit: a list without the directory's people is
	// better than one that comes too late.
	searchTime = 3 * time.Second
	// searchesAtOnce leaves the directory free for those who sign in and for the
	// re-check of those who have, however many people type names.
	searchesAtOnce = 4
)

// Searched is a directory that tells who is in it; directory.Directory is one.
type Searched interface {
	// Search returns people who may sign in. Errors: Invalid, Unavailable, Busy.
	Search(ctx context.Context, query string, limit int) ([]directory.Entry, error)
	// Find returns a person as they are now. Errors: NotFound, Unavailable, Busy.
	Find(ctx context.Context, key string) (directory.Entry, error)
}

// Newcomers finds those people of a directory who have never signed in, and gives
// them an account when somebody brings them into a room (F-MB-01). It is safe for
// concurrent use.
type Newcomers struct {
	gate   *Gate
	people Searched // nil without a directory
	places chan struct{}
}

// NewNewcomers asks people, or nobody where that is nil.
func NewNewcomers(gate *Gate, people Searched) *Newcomers {
	return &Newcomers{gate: gate, people: people, places: make(chan struct{}, searchesAtOnce)}
}

// Search asks the directory for people by a part of their name: known has the
// accounts of those who have one that is enabled, strangers has the others. Errors:
// NotFound where there is no directory that can be searched, Busy, Unavailable.
func (n *Newcomers) Search(ctx context.Context, query string, limit int) (known []incident.User, strangers []incident.DirectoryPerson, err error) {
	const op = "auth.Newcomers.Search"
	if n.people == nil {
		return nil, nil, errNoDirectory(op, errNoPeople)
	}
	select {
	case n.places <- struct{}{}:
		defer func() { <-n.places }()
	default:
		return nil, nil, incident.E(incident.Busy, op, "Many people are searching the directory. Try again in a moment.")
	}
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	found, err := n.people.Search(ctx, query, limit)
	if errors.Is(err, directory.ErrNoServiceAccount) {
		return nil, nil, errNoDirectory(op, err)
	}
	if err != nil {
		return nil, nil, err
	}
	keys := make([]string, len(found))
	for i, e := range found {
		keys[i] = e.Key
	}
	accounts, err := n.gate.store.PeopleOf(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range found {
		switch u, has := accounts[e.Key]; {
		case !has:
			strangers = append(strangers, person(e))
		case !u.Disabled:
			known = append(known, u)
		}
	}
	return known, strangers, nil
}

// Invite returns the account of the directory's person with a key, and whether it was
// made for it. Nobody is signed in by it. Errors: NotFound in one form for a key of
// nobody and of somebody who may not sign in, Conflict when a local account has their
// user name, Busy, Unavailable.
func (n *Newcomers) Invite(ctx context.Context, key string) (u incident.User, made bool, err error) {
	const op = "auth.Newcomers.Invite"
	if n.people == nil {
		return incident.User{}, false, errNobody(op, errNoPeople)
	}
	e, err := n.people.Find(ctx, key)
	switch {
	case incident.KindOf(err) == incident.NotFound || errors.Is(err, directory.ErrNoServiceAccount):
		return incident.User{}, false, errNobody(op, err)
	case err != nil:
		return incident.User{}, false, err
	case e.Disabled || !e.MayLogin:
		return incident.User{}, false, errNobody(op, errMayNot)
	}
	_, err = n.gate.store.PersonOf(ctx, e.Key)
	made = incident.KindOf(err) == incident.NotFound
	if err != nil && !made {
		return incident.User{}, false, err
	}
	u, ended, err := n.gate.store.Arrive(ctx, person(e), n.gate.now())
	if err != nil {
		return incident.User{}, false, err
	}
	n.gate.ended(ended)
	return u, made, nil
}

var (
	errNoPeople = errors.New("no directory is configured")
	errMayNot   = errors.New("disabled there, or not in the login group")
)

func errNoDirectory(op string, err error) error {
	return incident.Wrap(incident.NotFound, op, err, "There is no directory that can be searched.")
}

func errNobody(op string, err error) error {
	return incident.Wrap(incident.NotFound, op, err, "The directory has no such person who may sign in. Search for them again.")
}
