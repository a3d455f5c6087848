package directory

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"taskreporter/incident"
)

const (
	// shunTime is how long a server that did not answer is asked last.
	shunTime = time.Minute
	// serviceRest is how long a service account that was refused is not tried
	// again: each try more may lock it.
	serviceRest = 30 * time.Second
	// maxLookups is how many searches and re-checks run at once.
	maxLookups = 8
)

// ErrNoServiceAccount is in the chain of what [Directory.Find] and
// [Directory.Search] answer where people bind directly.
var ErrNoServiceAccount = errors.New("no service account is configured, so nobody can be looked up")

// Directory asks the servers of a directory. It is safe for concurrent use.
type Directory struct {
	config  Config
	servers []*server
	log     *slog.Logger
	binds   *queue
	lookups *queue
	groups  map[string]bool // those that decide something, by dnKey

	mu      sync.Mutex
	failed  map[*server]time.Time // when it last did not answer
	heard   map[*server]time.Time // when it last did
	resting time.Time             // until when the service account is not tried
}

// Open prepares a directory; it need not be up. What is wrong with the
// configuration is said by [Config.Validate].
func Open(config Config, log *slog.Logger) (*Directory, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	config = config.filled()
	trust, err := trust(config.CAFile)
	if err != nil {
		return nil, err
	}
	d := &Directory{
		config:  config,
		log:     log,
		binds:   newQueue(config.MaxBinds, config.QueueTime),
		lookups: newQueue(maxLookups, config.QueueTime),
		groups:  map[string]bool{},
		failed:  map[*server]time.Time{},
		heard:   map[*server]time.Time{},
	}
	for _, raw := range config.URLs {
		s, err := newServer(raw, &config, trust)
		if err != nil {
			return nil, err
		}
		if s.tls == nil {
			log.Warn("DIRECTORY WITHOUT ENCRYPTION: everybody's password travels readable; use ldaps:// or StartTLS", "server", raw)
		}
		d.servers = append(d.servers, s)
	}
	for _, g := range config.groups() {
		d.groups[dnKey(g)] = true
	}
	if d.direct() {
		log.Warn("the directory has no service account: people cannot be searched, nor cut off when they are disabled there")
	}
	return d, nil
}

func trust(file string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if file == "" {
		return c, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("directory: the CA file: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("directory: the CA file %s holds no certificate in PEM form", file)
	}
	return c, nil
}

// Close closes the connections that are kept. Requests that run end by themselves.
func (d *Directory) Close() {
	for _, s := range d.servers {
		s.close()
	}
}

// direct reports whether people find themselves, for want of a service account.
func (d *Directory) direct() bool { return d.config.BindDN == "" }

// each asks one server after the other until one answers. An answer is nil or an
// [incident.Error]; any other error is a server that could not do its work.
func (d *Directory) each(ctx context.Context, op string, ask func(context.Context, *server) error) error {
	var faults []error
	for _, s := range d.order() {
		err := d.ask(ctx, op, s, ask)
		if err == nil || errors.As(err, new(*incident.Error)) {
			return err
		}
		faults = append(faults, fmt.Errorf("%s: %w", s.url, err))
		if ctx.Err() != nil {
			break
		}
	}
	return unavailable(op, errors.Join(faults...))
}

func (d *Directory) ask(ctx context.Context, op string, s *server, ask func(context.Context, *server) error) error {
	limited, cancel := context.WithTimeout(ctx, d.config.Timeout)
	defer cancel()
	err := ask(limited, s)
	switch {
	case errors.Is(err, errResting): // nobody was asked
	case err == nil || errors.As(err, new(*incident.Error)):
		d.answered(s)
	case !errors.Is(ctx.Err(), context.Canceled): // who asked has gone away: that says nothing
		d.silent(s, err)
	}
	return err
}

// order returns the servers as they should be asked: those that answered, in the
// order of the configuration, then those that did not, the longest ago first.
func (d *Directory) order() []*server {
	d.mu.Lock()
	defer d.mu.Unlock()
	since := func(s *server) time.Time {
		if t := d.failed[s]; time.Since(t) < shunTime {
			return t
		}
		return time.Time{}
	}
	servers := slices.Clone(d.servers)
	slices.SortStableFunc(servers, func(a, b *server) int { return since(a).Compare(since(b)) })
	return servers
}

func (d *Directory) answered(s *server) {
	d.mu.Lock()
	_, was := d.failed[s]
	delete(d.failed, s)
	d.heard[s] = time.Now()
	d.mu.Unlock()
	if was {
		d.log.Info("a directory server answers again", "server", s.url)
	}
}

func (d *Directory) silent(s *server, err error) {
	d.mu.Lock()
	_, was := d.failed[s]
	d.failed[s] = time.Now()
	d.mu.Unlock()
	if !was {
		d.log.Warn("a directory server does not answer: the next one is asked", "server", s.url, "error", err)
	}
}

var errResting = errors.New("the service account was refused a moment ago")

// asService runs f on a connection of the service account.
func (d *Directory) asService(ctx context.Context, op string, s *server, f func(*conn) error) error {
	d.mu.Lock()
	resting := time.Now().Before(d.resting)
	d.mu.Unlock()
	if resting {
		return unavailable(op, errResting)
	}
	err := s.asService(ctx, d.config.BindDN, d.config.BindPassword, f)
	var service *serviceError
	if !errors.As(err, &service) || !ldap.IsErrorAnyOf(service.err, refusals...) {
		return err
	}
	d.mu.Lock()
	d.resting = time.Now().Add(serviceRest)
	d.mu.Unlock()
	d.log.Error("the directory refuses the service account: check its DN and password, and whether it is locked", "server", s.url, "error", service)
	return unavailable(op, service)
}

// inBases collects what matches in any of the bases; an entry in two that overlap
// counts once.
func inBases(c *conn, bases []string, f filter, limit int, attributes []string) (found []*ldap.Entry, cut bool, err error) {
	seen := map[string]bool{}
	for _, base := range bases {
		entries, more, err := c.search(base, ldap.ScopeWholeSubtree, f, limit, attributes...)
		if err != nil {
			return nil, false, err
		}
		cut = cut || more
		for _, e := range entries {
			if key := dnKey(e.DN); !seen[key] {
				seen[key] = true
				found = append(found, e)
			}
		}
	}
	return found, cut, nil
}

// byName orders people as a list shows them.
func byName(a, b Entry) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Username, b.Username))
}
