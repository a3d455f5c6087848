package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/retentionpolicy"
	"taskreporter/ent/room"
	"taskreporter/ent/roomhold"
	"taskreporter/ent/tombstone"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// Retention keeps the policy that ends archived rooms, the holds that forbid it, and what
// is left of the rooms that it ended (F-FU-02).
//
// Invariants:
//   - Nothing is purged that is not archived, or on hold.
//   - From the transaction that writes a room's tombstone on, the room is there for
//     nobody: its row is gone, so nothing can be appended to it, and it cannot be
//     claimed or read. What is left of its log is removed later, in pieces.
//   - Everything here that somebody does is audited in its own transaction.
type Retention struct{ db *DB }

// Retention returns what ends rooms.
func (db *DB) Retention() *Retention { return &Retention{db} }

// Policy returns the one in force; the zero policy before the first.
func (r *Retention) Policy(ctx context.Context) (incident.RetentionPolicy, error) {
	p, err := newestPolicy(ctx, r.db.read.RetentionPolicy.Query())
	return p, fail("read retention policy", err)
}

func newestPolicy(ctx context.Context, all *ent.RetentionPolicyQuery) (p incident.RetentionPolicy, err error) {
	row, err := all.Order(retentionpolicy.ByID(entsql.OrderDesc())).First(ctx)
	if ent.IsNotFound(err) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Version, p.ChangedAt = int(row.ID), incident.Now(row.ChangedAt)
	p.ChangedBy = incident.Person{ID: incident.UserID(row.ChangedBy), Name: row.ChangedByName}
	if err := json.Unmarshal([]byte(row.Days), &p.Days); err != nil {
		return p, fmt.Errorf("days of retention policy %d: %w", row.ID, err)
	}
	return p, nil
}

// SetPolicy puts p in force, which was checked. p.Version is that of the policy that by
// saw; incident.Conflict when it is not the newest.
func (r *Retention) SetPolicy(ctx context.Context, by incident.Principal, p incident.RetentionPolicy) (incident.RetentionPolicy, error) {
	const op = "set retention"
	stale := incident.E(incident.Conflict, op, "The policy has changed meanwhile. Read it again, then repeat the change.")
	err := r.db.inTx(ctx, op, func(tx *ent.Tx) error {
		newest, err := newestPolicy(ctx, tx.RetentionPolicy.Query())
		if err != nil {
			return err
		}
		if newest.Version != p.Version {
			return stale
		}
		p.Version, p.ChangedAt, p.ChangedBy = p.Version+1, incident.Now(r.db.now()), by.Person
		if p.Days == nil {
			p.Days = map[incident.Severity]int{}
		}
		err = tx.RetentionPolicy.Create().SetID(int64(p.Version)).SetDays(toJSON(p.Days)).
			SetChangedAt(p.ChangedAt).SetChangedBy(string(by.ID)).SetChangedByName(by.Name).Exec(ctx)
		if isDuplicate(err) { // somebody was faster
			return stale
		}
		if err != nil {
			return err
		}
		return r.db.recordIn(ctx, tx, []incident.AuditEntry{by.Did("retention_set", fmt.Sprintf("retention policy %d: %s", p.Version, daysText(p.Days)))})
	})
	if err != nil {
		return incident.RetentionPolicy{}, err
	}
	return p, nil
}

// daysText is what the audit trail says of a policy.
func daysText(days map[incident.Severity]int) string {
	var parts []string
	for _, s := range incident.Severities {
		if n, ok := days[s]; ok {
			parts = append(parts, fmt.Sprintf("%s %d days", s, n))
		}
	}
	if parts == nil {
		return "keep everything"
	}
	return strings.Join(parts, ", ")
}

// Hold keeps a room from being purged. A room that is on hold already is
// incident.Conflict, one that does not exist incident.NotFound. reason is normalized.
func (r *Retention) Hold(ctx context.Context, by incident.Principal, id incident.RoomID, reason string) (incident.RoomHold, error) {
	const op = "hold room"
	hold := incident.RoomHold{Room: id, By: by.Person, At: incident.Now(r.db.now()), Reason: reason}
	err := r.db.inTx(ctx, op, func(tx *ent.Tx) error {
		if _, err := r.db.lockRoom(ctx, tx, id); err != nil {
			return err
		}
		err := tx.RoomHold.Create().SetID(string(id)).SetAt(hold.At).
			SetPlacedBy(string(by.ID)).SetPlacedByName(by.Name).SetReason(reason).Exec(ctx)
		if isDuplicate(err) {
			return incident.E(incident.Conflict, op, "The room is on hold already. Release it first to give another reason.")
		}
		if err != nil {
			return err
		}
		return r.db.recordIn(ctx, tx, []incident.AuditEntry{by.Did("room_held", fmt.Sprintf("room %s: %q", id, reason))})
	})
	return hold, err
}

// Release lifts a room's hold; incident.NotFound where there is none. reason is
// normalized.
func (r *Retention) Release(ctx context.Context, by incident.Principal, id incident.RoomID, reason string) error {
	const op = "release room"
	return r.db.inTx(ctx, op, func(tx *ent.Tx) error {
		n, err := tx.RoomHold.Delete().Where(roomhold.ID(string(id))).Exec(ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			return incident.E(incident.NotFound, op, "The room is not on hold.")
		}
		return r.db.recordIn(ctx, tx, []incident.AuditEntry{by.Did("room_released", fmt.Sprintf("room %s: %q", id, reason))})
	})
}

// hold returns a room's hold; nil for none.
func hold(ctx context.Context, client *ent.Client, id incident.RoomID) (*incident.RoomHold, error) {
	row, err := client.RoomHold.Get(ctx, string(id))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return toHold(row), nil
}

func toHold(row *ent.RoomHold) *incident.RoomHold {
	return &incident.RoomHold{
		Room: incident.RoomID(row.ID), At: incident.Now(row.At), Reason: row.Reason,
		By: incident.Person{ID: incident.UserID(row.PlacedBy), Name: row.PlacedByName},
	}
}

// lockRoom reads a room's row and keeps it as it is until the transaction ends, as a
// claim and an append do. SQLite has one writer.
func (db *DB) lockRoom(ctx context.Context, tx *ent.Tx, id incident.RoomID) (*ent.Room, error) {
	find := tx.Room.Query().Where(room.ID(string(id)))
	if db.kind == migration.Postgres {
		find.ForUpdate()
	}
	return find.Only(ctx)
}

// Tombstones returns a page, newest first, and how many there are in all.
func (r *Retention) Tombstones(ctx context.Context, limit, offset int) ([]incident.Tombstone, int, error) {
	const op = "list tombstones"
	total, err := r.db.read.Tombstone.Query().Count(ctx)
	if err != nil {
		return nil, 0, fail(op, err)
	}
	rows, err := r.db.read.Tombstone.Query().
		Order(tombstone.ByPurgedAt(entsql.OrderDesc()), tombstone.ByID(entsql.OrderDesc())).
		Offset(offset).Limit(limit).All(ctx)
	return toTombstones(rows), total, fail(op, err)
}

// Unfinished returns purges that were begun and are not done, oldest first: those that
// remove, and those that settle since before then.
func (r *Retention) Unfinished(ctx context.Context, then time.Time, limit int) ([]incident.Tombstone, error) {
	rows, err := r.db.read.Tombstone.Query().Where(tombstone.Or(
		tombstone.State(string(incident.PurgeRemoving)),
		tombstone.And(tombstone.State(string(incident.PurgeSettling)), tombstone.RemovedAtLT(incident.Now(then))),
	)).Order(tombstone.ByPurgedAt(), tombstone.ByID()).Limit(limit).All(ctx)
	return toTombstones(rows), fail("list unfinished purges", err)
}

// Took returns how many rooms policies have purged since then.
func (r *Retention) Took(ctx context.Context, then time.Time) (int, error) {
	n, err := r.db.read.Tombstone.Query().
		Where(tombstone.PolicyGT(0), tombstone.PurgedAtGT(incident.Now(then))).Count(ctx)
	return n, fail("count purges", err)
}

func toTombstones(rows []*ent.Tombstone) []incident.Tombstone {
	list := make([]incident.Tombstone, len(rows))
	for i, row := range rows {
		list[i] = incident.Tombstone{
			Room: incident.RoomID(row.ID), Number: row.Number, Severity: incident.Severity(row.Severity),
			DeclaredAt: incident.Now(row.DeclaredAt), ArchivedAt: incident.Now(row.ArchivedAt),
			PurgedAt: incident.Now(row.PurgedAt), RemovedAt: stored(row.RemovedAt),
			By:     incident.Person{ID: incident.UserID(row.PurgedBy), Name: row.PurgedByName},
			Reason: row.Reason, Policy: row.Policy, State: incident.PurgeState(row.State),
			Events: row.Events, Messages: row.Messages, Files: row.Files, Bytes: row.Bytes, LogHash: row.LogHash,
		}
	}
	return list
}
