package storage

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/lib/pq"
)

// openPostgres makes a pool. What the address says wins over our defaults. A
// statement time-out of zero is none.
func openPostgres(address string, connections int, statement time.Duration) (*sql.DB, error) {
	cfg, err := postgresConfig(address, map[string]string{"statement_timeout": milliseconds(statement)})
	if err != nil {
		return nil, err
	}
	connector, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, err
	}
	if statement > 0 {
		connector.Dialer(dialer{silence: silence})
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxLifetime(connectionLife)
	return db, nil
}

var errAddress = errors.New("it is not like postgres://user:password@host:5432/name; special characters of the password are written as %XX")

// postgresConfig is the address with our defaults and some more settings of the
// session.
func postgresConfig(address string, settings map[string]string) (pq.Config, error) {
	cfg, err := pq.NewConfig(address)
	if err != nil {
		return cfg, errAddress // the driver's own error quotes it, with the password
	}
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = connectTimeout
	}
	if cfg.ApplicationName == "" {
		cfg.ApplicationName = "task-reporter"
	}
	if cfg.Runtime == nil {
		cfg.Runtime = map[string]string{}
	}
	settings["idle_in_transaction_session_timeout"] = milliseconds(idleTimeout)
	settings["jit"] = "off" // costs more than it saves on short statements
	for name, value := range settings {
		if _, ok := cfg.Runtime[name]; !ok {
			cfg.Runtime[name] = value
		}
	}
	return cfg, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// dialer makes connections that do not wait for ever: the driver ends a statement
// by asking the server, which does not help when the server's machine is gone.
type dialer struct {
	net     net.Dialer
	silence time.Duration
}

// Dial implements pq.Dialer.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// DialContext implements pq.DialerContext.
func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.net.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &boundedConn{Conn: c, silence: d.silence}, nil
}

// boundedConn is a connection on which no read takes longer than silence, nor
// than a deadline that was set.
type boundedConn struct {
	net.Conn
	silence  time.Duration
	deadline time.Time
}

// SetDeadline implements net.Conn.
func (c *boundedConn) SetDeadline(t time.Time) error {
	c.deadline = t
	return c.Conn.SetDeadline(t)
}

// Read implements net.Conn.
func (c *boundedConn) Read(b []byte) (int, error) {
	until := time.Now().Add(c.silence)
	if !c.deadline.IsZero() && c.deadline.Before(until) {
		until = c.deadline
	}
	if err := c.Conn.SetReadDeadline(until); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}
