package storage

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/lib/pq"
)

// line is one connection to Postgres that stays, for what belongs to a session.
// It is made when it is needed and thrown away at the first failure, so a call
// finds a connection that worked or makes one. It is used by one goroutine.
type line struct {
	pool   *sql.DB
	dialer *lineDialer
	conn   *sql.Conn // nil before the first call and after a failure
}

// newLine prepares a line. It gives a connection up that stays silent for half a
// ttl, and the server gives up a client whose machine is gone after about a ttl.
func newLine(address string, ttl time.Duration) (*line, error) {
	keepAlive := max(1, int(ttl/time.Second)-2)
	cfg, err := postgresConfig(address, map[string]string{
		"statement_timeout":       milliseconds(ttl / 2),
		"tcp_keepalives_idle":     strconv.Itoa(keepAlive), // seconds
		"tcp_keepalives_interval": "1",
		"tcp_keepalives_count":    "2",
	})
	if err != nil {
		return nil, err
	}
	cfg.ConnectTimeout = min(cfg.ConnectTimeout, ttl/3)
	connector, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, err
	}
	l := &line{dialer: &lineDialer{dialer: dialer{silence: ttl / 2}}}
	connector.Dialer(l.dialer)
	l.pool = sql.OpenDB(connector)
	l.pool.SetMaxOpenConns(1)
	l.pool.SetMaxIdleConns(-1) // who lets go of the connection ends it
	return l, nil
}

// use calls f with the connection. When one that was there before turns out to be
// lost, f is called once more with a new one.
//
// The end of ctx closes the connection: the driver's way of ending a statement
// is a second connection to the server, which may not answer either.
func (l *line) use(ctx context.Context, op string, f func(context.Context, *sql.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return fail(op, err) // the connection is not to blame
	}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		l.dialer.hangUp()
	})
	defer func() {
		if !stop() {
			<-closed
			l.drop()
		}
	}()
	old := l.conn != nil
	err := l.try(ctx, f)
	if old && isLost(err) && ctx.Err() == nil {
		err = l.try(ctx, f)
	}
	return fail(op, err)
}

func (l *line) try(ctx context.Context, f func(context.Context, *sql.Conn) error) error {
	if l.conn == nil {
		conn, err := l.pool.Conn(ctx)
		if err != nil {
			return err
		}
		l.conn = conn
	}
	err := f(context.WithoutCancel(ctx), l.conn)
	if err != nil {
		l.drop()
	}
	return err
}

// isLost reports whether the server has ended the connection: asking it again on
// another one makes sense at once, unlike after a time-out.
func isLost(err error) bool {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return false
	}
	if p := postgresError(err); p != nil && p.Code == "57014" { // the statement took too long
		return false
	}
	return isAway(err)
}

// drop ends the connection.
func (l *line) drop() {
	if l.conn != nil {
		_ = l.conn.Close() // it is not used again
		l.conn = nil
	}
}

func (l *line) close() error {
	l.drop()
	return fail("close connection", l.pool.Close())
}

// lineDialer keeps hold of its newest connection, so that another goroutine can
// end a wait on it.
type lineDialer struct {
	dialer
	mu   sync.Mutex
	conn net.Conn
}

// Dial implements pq.Dialer.
func (d *lineDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialContext implements pq.DialerContext.
func (d *lineDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.conn = conn
	d.mu.Unlock()
	if ctx.Err() != nil { // hangUp may have come before
		conn.Close()
	}
	return conn, nil
}

// hangUp closes the newest connection.
func (d *lineDialer) hangUp() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil {
		d.conn.Close()
	}
}
