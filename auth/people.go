package auth

import (
	"context"
	"fmt"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/incident"
)

// People are those of a directory; directory.Directory is one.
type People interface {
	// Login returns who a user name and a password belong to. Errors: BadCredentials,
	// Unavailable, Busy.
	Login(ctx context.Context, username, password string) (directory.Entry, error)
	// Find returns a person as they are now. Errors: NotFound, Unavailable.
	Find(ctx context.Context, key string) (directory.Entry, error)
	// Account returns one text for all spellings of a user name.
	Account(username string) string
}

// UseDirectory lets the people of a directory in, beside the local accounts, which
// go first: they are what is left when the directory is away. Set it before the gate
// is used.
func (g *Gate) UseDirectory(p People) { g.people = p }

// OnChange sets what is told when the directory has changed something about an
// account that is signed in: signed_out_by_directory, system_role_changed. Set it
// before the gate is used.
func (g *Gate) OnChange(f func(ctx context.Context, u incident.User, act string)) { g.onChange = f }

// verify finds out whose user name and password these are.
func (g *Gate) verify(ctx context.Context, username, password string) (incident.User, error) {
	const op = "auth.Login"
	if g.people == nil {
		return g.local.Check(ctx, username, password)
	}
	local, err := g.local.has(ctx, username)
	if err != nil {
		return incident.User{}, err
	}
	if local {
		return g.local.Check(ctx, username, password)
	}
	e, err := g.people.Login(ctx, username, password)
	if err != nil {
		return incident.User{}, err
	}
	u, ended, err := g.store.Arrive(ctx, person(e), g.now())
	if incident.KindOf(err) == incident.Conflict {
		return incident.User{}, refused(op, errLocalName)
	}
	if err != nil {
		return incident.User{}, err
	}
	g.ended(ended)
	if u.Disabled {
		return incident.User{}, refused(op, errDisabled)
	}
	return u, nil
}

func person(e directory.Entry) incident.DirectoryPerson {
	return incident.DirectoryPerson{
		Key: e.Key, Username: clip(e.Username, maxName), Name: clip(e.Name, maxName), System: e.Role,
	}
}

// checkedAtOnce is how many people are asked about before others of the nodes that
// share the work may go on.
const checkedAtOnce = 20

// Recheck asks the directory about its people who are signed in and of whom nobody
// has asked it for that long. Who is gone, disabled or may not sign in any more is
// signed out; names and system roles follow the directory. While it is away, nothing
// changes and its error is returned (F-AU-08, F-AU-09).
func (g *Gate) Recheck(ctx context.Context, age time.Duration) error {
	if g.people == nil {
		return nil
	}
	for {
		now := g.now()
		list, err := g.store.Unchecked(ctx, now.Add(-age), now, checkedAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, p := range list {
			if err := g.recheck(ctx, p); err != nil {
				return fmt.Errorf("ask the directory about %s: %w", p.Username, err)
			}
		}
	}
}

func (g *Gate) recheck(ctx context.Context, was incident.DirectoryPerson) error {
	e, err := g.people.Find(ctx, was.Key)
	gone := incident.KindOf(err) == incident.NotFound
	if err != nil && !gone {
		return err
	}
	if gone || e.Disabled || !e.MayLogin {
		u, err := g.store.PersonOf(ctx, was.Key)
		if err != nil {
			return err
		}
		ended, err := g.store.EndSessions(ctx, u.ID, g.now())
		g.ended(ended)
		if len(ended) > 0 {
			g.onChange(ctx, u, "signed_out_by_directory")
		}
		return err
	}
	u, ended, err := g.store.Arrive(ctx, person(e), g.now())
	if err != nil {
		return err
	}
	g.ended(ended)
	if u.System != was.System {
		g.onChange(ctx, u, "system_role_changed")
	}
	return nil
}
