package directory

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/go-ldap/ldap/v3"

	"taskreporter/incident"
)

// Login returns who a user name and a password belong to. Errors: BadCredentials in
// one form with a [Reason] in the chain; Unavailable when no server answers; Busy
// when too many are signing in.
func (d *Directory) Login(ctx context.Context, username, password string) (Entry, error) {
	const op = "directory.Login"
	if password == "" || len(password) > maxPassword {
		return Entry{}, refused(op, EmptyPassword, nil)
	}
	n, err := d.config.parse(username)
	if err != nil {
		return Entry{}, refused(op, UnknownUser, err)
	}
	leave, err := d.binds.enter(ctx, op)
	if err != nil {
		return Entry{}, err
	}
	defer leave()

	l := login{d: d, op: op, name: n, password: password}
	err = d.each(ctx, op, l.ask)
	return l.entry, err
}

// Account returns one text for all the spellings of a user name that may mean the
// same account, to count failures under: alice, ALICE, alice@plant.example.
func (d *Directory) Account(username string) string {
	n, err := d.config.parse(username)
	if err != nil {
		return ""
	}
	return fold(n.user)
}

// login is one person's way in.
type login struct {
	d        *Directory
	op       string
	name     name
	password string
	entry    Entry
}

// ask lets one server decide: it finds who is meant, binds as them, and looks at
// their groups.
func (l *login) ask(ctx context.Context, s *server) error {
	if l.d.direct() {
		return s.once(ctx, func(c *conn) error {
			if err := c.bindUser(l.op, l.name.bindName(&l.d.config), l.password); err != nil {
				return err
			}
			return l.with(ctx, s, c)
		})
	}
	return l.d.asService(ctx, l.op, s, func(c *conn) error { return l.with(ctx, s, c) })
}

// with goes on with a connection that may search. Also where people bind directly,
// the entry that was found is bound to: the directory may have taken the name for
// another person's than the search does.
func (l *login) with(ctx context.Context, s *server, c *conn) error {
	found, err := l.find(c)
	if incident.KindOf(err) == incident.BadCredentials {
		// The same work as for a name that somebody has (F-AU-07).
		if fault := l.waste(ctx, s); fault != nil {
			return fault
		}
	}
	if err != nil {
		return err
	}
	if err := s.bindUser(ctx, l.op, found.DN, l.password); err != nil {
		return err
	}
	e, err := l.d.config.Schema.entry(found)
	if err != nil {
		return err
	}
	if err := l.d.membership(c, found, &e); err != nil {
		return err
	}
	switch {
	case e.Disabled:
		return refused(l.op, AccountDisabled, nil)
	case !e.MayLogin:
		return refused(l.op, NotInLoginGroup, nil)
	}
	l.entry = e
	return nil
}

// find returns the one entry that is meant.
func (l *login) find(c *conn) (*ldap.Entry, error) {
	schema := &l.d.config.Schema
	f := allOf(filter(schema.UserFilter), l.name.filter(schema))
	found, cut, err := inBases(c, l.d.config.Bases, f, 2, schema.attributes())
	switch {
	case err != nil:
		return nil, err
	case len(found) > 1 || cut:
		return nil, refused(l.op, Ambiguous, nil)
	case len(found) == 0:
		return nil, refused(l.op, UnknownUser, nil)
	}
	e := found[0]
	if !l.name.means(e.GetEqualFoldAttributeValues(schema.Username), e.GetEqualFoldAttributeValues(schema.Principal)) {
		return nil, refused(l.op, UnknownUser, errors.New("the directory found somebody with another spelling"))
	}
	return e, nil
}

// waste binds as nobody, with nobody's password. Only a server that does not answer
// is an error.
func (l *login) waste(ctx context.Context, s *server) error {
	err := s.bindUser(ctx, l.op, "CN="+rand.Text()+","+l.d.config.Bases[0], rand.Text())
	if incident.KindOf(err) == incident.BadCredentials {
		return nil
	}
	return err
}
