package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// Roll is the list of the cluster's nodes, as one node uses it: over one
// connection of its own, from one goroutine at a time. That connection holds an
// advisory lock in the node's name, which the database frees when the process
// ends. So the address must reach the database itself, or a pooler that gives
// each client a session: behind a transaction pooler the lock means nothing.
//
// A connection that failed is thrown away, and the next call makes another. A
// call returns soon after its ctx ends, also when nothing comes back any more.
// Times are those of the database's clock.
type Roll struct {
	line   *line
	node   incident.NodeID // this one, once it has joined
	locked *sql.Conn       // the connection that holds the lock
}

// OpenRoll prepares the use of the list by a node with a lease of ttl, and does
// not connect yet. Without an answer for half a ttl a connection counts as lost.
func OpenRoll(cfg Config, ttl time.Duration) (*Roll, error) {
	const op = "open roll"
	kind, err := kindOf(cfg.URL)
	if err != nil {
		return nil, err
	}
	if kind != migration.Postgres {
		return nil, incident.E(incident.Invalid, op,
			"a cluster needs PostgreSQL: give the database's address as postgres://user@host/name")
	}
	line, err := newLine(cfg.URL, ttl)
	if err != nil {
		return nil, incident.Wrap(incident.Unavailable, op, err, "the database cannot be opened: check its address")
	}
	return &Roll{line: line}, nil
}

// Join enters the node with a lease of ttl, and takes the lock in its name.
func (r *Roll) Join(ctx context.Context, n incident.Node, ttl time.Duration) error {
	r.node = n.ID
	return r.line.use(ctx, "join cluster", func(ctx context.Context, conn *sql.Conn) error {
		if err := r.lock(ctx, conn, n.ID); err != nil { // before the row: nobody finds it without the lock
			return err
		}
		// The same node joins twice when the first answer was lost.
		_, err := conn.ExecContext(ctx, `
			insert into nodes (id, address, version, zone, started_at, renewed_at, expires_at, draining, unreachable, figures)
			values ($1, $2, $3, $4, clock_timestamp(), clock_timestamp(), clock_timestamp() + $5::bigint * interval '1 microsecond', $6, $7, $8)
			on conflict (id) do update set renewed_at = excluded.renewed_at, expires_at = excluded.expires_at`,
			string(n.ID), n.Address, n.Version, n.Zone, ttl.Microseconds(), n.Draining, toJSON(n.Unreachable), toJSON(n.Figures))
		return err
	})
}

// Renew extends the node's lease to ttl from now, writes its Draining,
// Unreachable and Figures, and returns all nodes, itself included, oldest first.
// A node that was buried gets incident.NotFound.
//
// It takes the lock again that a lost connection held. While the server has not
// noticed the loss nobody can have the lock: then the next Renew tries again.
func (r *Roll) Renew(ctx context.Context, n incident.Node, ttl time.Duration) ([]incident.Node, error) {
	const op = "renew lease"
	var list []incident.Node
	err := r.line.use(ctx, op, func(ctx context.Context, conn *sql.Conn) error {
		if err := r.lock(ctx, conn, n.ID); err != nil {
			return err
		}
		rows, err := conn.QueryContext(ctx, `
			with me as (
				update nodes set renewed_at = clock_timestamp(), expires_at = clock_timestamp() + $2::bigint * interval '1 microsecond',
					draining = $3, unreachable = $4, figures = $5
				where id = $1 returning *
			), everybody as (
				select * from me union all select * from nodes where id <> $1
			)
			select id, address, version, zone, started_at, renewed_at,
				(extract(epoch from expires_at - clock_timestamp()) * 1000000)::bigint, draining, unreachable, figures
			from everybody order by started_at, id`,
			string(n.ID), ttl.Microseconds(), n.Draining, toJSON(n.Unreachable), toJSON(n.Figures))
		if err != nil {
			return err
		}
		defer rows.Close()
		list, err = scanNodes(rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, other := range list {
		if other.ID == n.ID {
			return list, nil
		}
	}
	return nil, incident.E(incident.NotFound, op, "this node was taken off the list: start it again")
}

func scanNodes(rows *sql.Rows) ([]incident.Node, error) {
	var list []incident.Node
	for rows.Next() {
		var (
			n                    incident.Node
			left                 int64
			unreachable, figures []byte
		)
		err := rows.Scan(&n.ID, &n.Address, &n.Version, &n.Zone, &n.StartedAt, &n.RenewedAt, &left, &n.Draining, &unreachable, &figures)
		if err != nil {
			return nil, err
		}
		n.StartedAt, n.RenewedAt = incident.Now(n.StartedAt), incident.Now(n.RenewedAt)
		n.LeaseLeft = time.Duration(left) * time.Microsecond
		// What another version of the program wrote may be unreadable here. That
		// must not cost this node its lease.
		if json.Unmarshal(unreachable, &n.Unreachable) != nil {
			n.Unreachable = nil
		}
		if json.Unmarshal(figures, &n.Figures) != nil {
			n.Figures = incident.Figures{}
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// Bury removes another node if the cause holds, and reports whether it did; false
// may also mean that the answer to the first of two tries was lost. That the
// other is CutOff is for the caller to know. A node without a lease buries nobody.
//
// Both rows are locked in the order of their ids, so of two nodes that bury each
// other at once one stays. The lock in the other's name is free once its
// connection is gone; it is given back with the end of the statement.
func (r *Roll) Bury(ctx context.Context, id incident.NodeID, cause incident.Burial) (bool, error) {
	var buried int64
	err := r.line.use(ctx, "bury node", func(ctx context.Context, conn *sql.Conn) error {
		res, err := conn.ExecContext(ctx, `
			with held as materialized (
				select id, expires_at from nodes where id in ($1, $2) order by id for update
			)
			delete from nodes where id = $1 and id <> $2
				and exists (select from held where id = $2 and expires_at > clock_timestamp())
				and exists (select from held where id = $1 and case $3::text
					when $5::text then expires_at < clock_timestamp()
					when $6::text then pg_try_advisory_xact_lock($4::bigint)
					when $7::text then true
					else false end)`,
			string(id), string(r.node), string(cause), lockKey(id),
			string(incident.LeaseExpired), string(incident.ProcessDead), string(incident.CutOff))
		if err != nil {
			return err
		}
		buried, err = res.RowsAffected()
		return err
	})
	return buried > 0, err
}

// Leave removes the node and ends the connection. Its rooms may be claimed at once.
func (r *Roll) Leave(ctx context.Context, id incident.NodeID) error {
	err := r.line.use(ctx, "leave cluster", func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "delete from nodes where id = $1", string(id))
		return err
	})
	r.line.drop()
	return err
}

// Close ends the connection, and with it the lock. A node that did not leave
// stays on the list until another buries it.
func (r *Roll) Close() error { return r.line.close() }

// lock takes the lock in the node's name, if nobody has it: a lost connection of
// this node has it until the server notices.
func (r *Roll) lock(ctx context.Context, conn *sql.Conn, id incident.NodeID) error {
	if r.locked == conn {
		return nil
	}
	var taken bool
	if err := conn.QueryRowContext(ctx, "select pg_try_advisory_lock($1)", lockKey(id)).Scan(&taken); err != nil {
		return err
	}
	if taken {
		r.locked = conn
	}
	return nil
}

// lockKey is the number of the advisory lock in a node's name.
func lockKey(id incident.NodeID) int64 {
	sum := sha256.Sum256([]byte("task-reporter node " + id))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// toJSON is the stored form of what always has one.
func toJSON(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}
