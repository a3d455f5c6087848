package directory

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"taskreporter/incident"
)

const (
	maxQuery  = 400 // bytes of a search text: a hundred characters of any script
	maxPeople = 50  // that one search returns
)

// Find returns the person with a key as they are now, also one who is disabled or
// has left the login group. NotFound means that the directory answered and they
// are not in it; while it shows nobody at all, it is Unavailable.
func (d *Directory) Find(ctx context.Context, key string) (Entry, error) {
	const op = "directory.Find"
	f, err := d.config.Schema.byKey(key)
	if err != nil && !d.direct() {
		return Entry{}, incident.Wrap(incident.NotFound, op, err, "The directory does not know this person.")
	}
	var e Entry
	err = d.lookUp(ctx, op, func(c *conn) error {
		found, _, err := inBases(c, d.config.Bases, d.people(f), 2, d.config.Schema.attributes())
		switch {
		case err != nil:
			return err
		case len(found) > 1:
			return errors.New("two entries have the same key")
		case len(found) == 0:
			return d.gone(c, op)
		}
		e, err = d.person(c, found[0])
		return err
	})
	return e, err
}

// gone tells a person who was removed from a directory that hides everybody, after
// a lost permission or in the middle of a restore.
func (d *Directory) gone(c *conn, op string) error {
	anybody, _, err := inBases(c, d.config.Bases, filter(d.config.Schema.UserFilter), 1, []string{noAttributes})
	switch {
	case err != nil:
		return err
	case len(anybody) == 0:
		return errors.New("the directory shows nobody at all")
	}
	return incident.E(incident.NotFound, op, "The directory does not know this person.")
}

// Search returns up to limit people who may sign in and whose name, user name or
// mail begins with the text, then those that contain it.
func (d *Directory) Search(ctx context.Context, query string, limit int) ([]Entry, error) {
	const op = "directory.Search"
	query = line(query)
	if query == "" || len(query) > maxQuery || !utf8.ValidString(query) {
		return nil, incident.E(incident.Invalid, op, "Search for 1 to %d bytes of a name.", maxQuery)
	}
	limit = min(max(limit, 1), maxPeople)
	var people []Entry
	err := d.lookUp(ctx, op, func(c *conn) error {
		people = nil
		seen := map[string]bool{}
		for _, match := range []func(attribute, value string) filter{begins, contains} {
			found, err := d.matching(c, query, limit, match)
			if err != nil {
				return err
			}
			slices.SortFunc(found, byName)
			for _, e := range found {
				if !seen[e.Key] && len(people) < limit {
					seen[e.Key] = true
					people = append(people, e)
				}
			}
			if len(people) >= limit {
				return nil
			}
		}
		return nil
	})
	return people, err
}

func (d *Directory) matching(c *conn, query string, limit int, match func(attribute, value string) filter) ([]Entry, error) {
	s := &d.config.Schema
	var matches []filter
	for _, attribute := range slices.Compact([]string{s.Name, commonName, s.Username, s.Mail}) {
		matches = append(matches, match(attribute, query))
	}
	found, _, err := inBases(c, d.config.Bases, d.people(anyOf(matches...)), limit, s.attributes())
	if err != nil {
		return nil, err
	}
	var people []Entry
	for _, f := range found {
		e, err := d.person(c, f)
		if err != nil {
			return nil, err
		}
		if e.MayLogin && !e.Disabled {
			people = append(people, e)
		}
	}
	return people, nil
}

func (d *Directory) people(f filter) filter { return allOf(filter(d.config.Schema.UserFilter), f) }

// person makes an entry with its groups.
func (d *Directory) person(c *conn, found *ldap.Entry) (Entry, error) {
	e, err := d.config.Schema.entry(found)
	if err != nil {
		return Entry{}, err
	}
	return e, d.membership(c, found, &e)
}

// lookUp runs f as the service account on the first server that answers.
func (d *Directory) lookUp(ctx context.Context, op string, f func(*conn) error) error {
	if d.direct() {
		return unavailable(op, ErrNoServiceAccount)
	}
	leave, err := d.lookups.enter(ctx, op)
	if err != nil {
		return err
	}
	defer leave()
	return d.each(ctx, op, func(ctx context.Context, s *server) error {
		return d.asService(ctx, op, s, f)
	})
}
