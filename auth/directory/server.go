package directory

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"taskreporter/incident"
)

const (
	// maxIdle is how many of the service account's connections are kept per server.
	maxIdle = 4
	// idleTime is how long: shorter than the patience of any firewall between.
	idleTime = 30 * time.Second
	// pageSize is below the size limit that servers have by default, 500 and 1000.
	pageSize = 400
)

// server is one URL of the configuration, with the service account's connections
// that nobody uses just now.
type server struct {
	url       string
	address   string
	tls       *tls.Config // nil: plain
	fromStart bool        // TLS from the first byte, not by StartTLS

	mu     sync.Mutex
	idle   []*conn
	closed bool
}

func newServer(raw string, c *Config, trust *tls.Config) (*server, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, err
	}
	s := &server{url: raw, fromStart: u.Scheme == "ldaps"}
	port := u.Port()
	switch {
	case port != "":
	case s.fromStart:
		port = ldap.DefaultLdapsPort
	default:
		port = ldap.DefaultLdapPort
	}
	s.address = net.JoinHostPort(u.Hostname(), port)
	if s.fromStart || c.StartTLS {
		s.tls = trust.Clone()
		s.tls.ServerName = u.Hostname()
	}
	return s, nil
}

// encryption says in words how passwords travel.
func (s *server) encryption() string {
	switch {
	case s.tls == nil:
		return "none"
	case s.fromStart:
		return "LDAPS"
	default:
		return "StartTLS"
	}
}

// conn is a connection to a server.
type conn struct {
	ldap *ldap.Conn
	raw  net.Conn
	last time.Time // when it came back to the idle ones
}

func (c *conn) close() {
	_ = c.raw.Close()
	_ = c.ldap.Close()
}

// during closes the connection when ctx ends while f runs: the library's calls take
// no context. It reports whether the connection can be used further.
func (c *conn) during(ctx context.Context, f func() error) (usable bool, err error) {
	stop := context.AfterFunc(ctx, func() { _ = c.raw.Close() })
	err = f()
	if !stop() {
		if err != nil {
			err = errors.Join(ctx.Err(), err)
		}
		return false, err
	}
	return !c.ldap.IsClosing() && !ldap.IsErrorWithCode(err, ldap.ErrorNetwork), err
}

// dial opens a connection that nobody is bound on.
func (s *server) dial(ctx context.Context) (*conn, error) {
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	if s.tls != nil && s.fromStart {
		secure := tls.Client(raw, s.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = raw.Close()
			return nil, fmt.Errorf("TLS: %w", err)
		}
		raw = secure
	}
	c := &conn{ldap: ldap.NewConn(raw, s.fromStart), raw: raw}
	c.ldap.Start()
	if s.tls != nil && !s.fromStart {
		if _, err := c.during(ctx, func() error { return c.ldap.StartTLS(s.tls) }); err != nil {
			c.close()
			return nil, fmt.Errorf("StartTLS: %w", err)
		}
	}
	return c, nil
}

// once runs f with a connection of its own, which is closed after it.
func (s *server) once(ctx context.Context, f func(*conn) error) error {
	c, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	_, err = c.during(ctx, func() error { return f(c) })
	return err
}

// bindUser answers whether a password is that of a DN: nil or a refusal. Any other
// error means that there was no answer.
func (s *server) bindUser(ctx context.Context, op, dn, password string) error {
	return s.once(ctx, func(c *conn) error { return c.bindUser(op, dn, password) })
}

func (c *conn) bindUser(op, dn, password string) error {
	if dn == "" || password == "" {
		return refused(op, EmptyPassword, nil)
	}
	request := ldap.NewSimpleBindRequest(dn, password, []ldap.Control{&ldap.ControlBeheraPasswordPolicy{}})
	result, err := c.ldap.SimpleBind(request)
	return judge(op, result, err)
}

// asService runs f with a connection that is bound as the service account. A kept
// one may have died since; then f is run again, with a new one.
func (s *server) asService(ctx context.Context, dn, password string, f func(*conn) error) error {
	if c := s.take(); c != nil {
		usable, err := c.during(ctx, func() error { return f(c) })
		s.give(c, usable)
		if err == nil || usable || ctx.Err() != nil || errors.As(err, new(*incident.Error)) {
			return err
		}
		s.drop()
	}
	c, err := s.dial(ctx)
	if err != nil {
		return err
	}
	usable, err := c.during(ctx, func() error {
		if err := c.ldap.Bind(dn, password); err != nil {
			return &serviceError{err}
		}
		return f(c)
	})
	s.give(c, usable && !errors.As(err, new(*serviceError)))
	return err
}

// serviceError is an answer to the service account's bind.
type serviceError struct{ err error }

func (e *serviceError) Error() string { return "bind as the service account: " + e.err.Error() }
func (e *serviceError) Unwrap() error { return e.err }

func (s *server) take() *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.idle) > 0 {
		c := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if !c.ldap.IsClosing() && time.Since(c.last) < idleTime {
			return c
		}
		c.close()
	}
	return nil
}

func (s *server) give(c *conn, usable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !usable || s.closed || len(s.idle) >= maxIdle {
		c.close()
		return
	}
	c.last = time.Now()
	s.idle = append(s.idle, c)
}

// drop closes what is idle: where one connection was dead, the others are too.
func (s *server) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.idle {
		c.close()
	}
	s.idle = nil
}

func (s *server) close() {
	s.drop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// search returns the entries that match, at most limit of them, or all in pages
// when limit is 0. cut says that there are more.
func (c *conn) search(base string, scope int, f filter, limit int, attributes ...string) (found []*ldap.Entry, cut bool, err error) {
	request := ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, limit, 0, false, string(f), attributes, nil)
	var result *ldap.SearchResult
	if limit > 0 {
		result, err = c.ldap.Search(request)
	} else {
		result, err = c.ldap.SearchWithPaging(request, pageSize)
	}
	if ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) && result != nil {
		cut, err = true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("search in %q: %w", base, err)
	}
	found = result.Entries
	if limit > 0 && len(found) > limit {
		found, cut = found[:limit], true
	}
	return found, cut, nil
}

// read returns one entry by its DN, or nil when it does not exist or does not match.
func (c *conn) read(dn string, f filter, attributes ...string) (*ldap.Entry, error) {
	found, _, err := c.search(dn, ldap.ScopeBaseObject, f, 1, attributes...)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return nil, nil //nolint:nilnil // as promised
	}
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}
