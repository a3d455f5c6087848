package directory

import (
	"context"
	"errors"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// Health is what is known of one server.
type Health struct {
	URL      string
	Up       bool      // it answered when it was last asked, or was never asked
	Answered time.Time // when it last did; zero before the first time
}

// Health tells of all servers, in the order of the configuration, without asking
// them.
func (d *Directory) Health() []Health {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []Health
	for _, s := range d.servers {
		_, failed := d.failed[s]
		all = append(all, Health{URL: s.url, Up: !failed, Answered: d.heard[s]})
	}
	return all
}

// Ping asks every server for what it tells everybody, so that [Directory.Health]
// is right when nobody signs in. It binds as nobody: a service account that is
// refused is not locked by it.
func (d *Directory) Ping(ctx context.Context) {
	for _, s := range d.servers {
		_ = d.ask(ctx, "directory.Ping", s, func(ctx context.Context, s *server) error {
			return s.once(ctx, func(c *conn) error {
				_, err := c.read("", present("objectClass"), "vendorName")
				if refusal := new(ldap.Error); errors.As(err, &refusal) && refusal.ResultCode < ldap.ErrorNetwork {
					return nil // it tells strangers nothing, but it answers
				}
				return err
			})
		}) // the outcome is noted there
	}
}
