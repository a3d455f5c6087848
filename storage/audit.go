package storage

import (
	"context"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"taskreporter/ent"
	"taskreporter/ent/audit"
	"taskreporter/ent/auditseal"
	"taskreporter/ent/predicate"
	"taskreporter/incident"
)

// Audit is the append-only trail (F-SE-05). Nothing here changes or removes an
// entry, the database refuses it to others, and what somebody does behind its back
// shows in the chain of seals (see [Audit.Seal] and [Audit.Verify]).
type Audit struct{ db *DB }

// Audit returns the trail.
func (db *DB) Audit() *Audit { return &Audit{db} }

// Record appends an entry; it fills in the id and the time.
func (a *Audit) Record(ctx context.Context, e incident.AuditEntry) error {
	e.At = a.db.now()
	return fail("record audit entry", createAudit(a.db.write, e).Exec(ctx))
}

// Entries returns a page, with the seals of those that have one.
func (a *Audit) Entries(ctx context.Context, q incident.AuditQuery) ([]incident.AuditEntry, error) {
	const op = "read audit trail"
	order := entsql.OrderDesc()
	if q.Forward {
		order = entsql.OrderAsc()
	}
	rows, err := a.db.read.Audit.Query().Where(chosen(q)...).Order(audit.ByID(order)).Limit(q.Limit).All(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	list, ids := make([]incident.AuditEntry, len(rows)), make([]string, len(rows))
	for i, row := range rows {
		list[i], ids[i] = toEntry(row), row.ID
	}
	links, err := a.db.read.AuditSeal.Query().Where(a.db.oneOf(auditseal.FieldAuditID, ids)).All(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	seals := make(map[string]*incident.AuditSeal, len(links))
	for _, link := range links {
		seal, err := toSeal(link)
		if err != nil {
			continue // somebody wrote another hash over it: verify tells
		}
		seals[link.AuditID] = &seal
	}
	for i := range list {
		list[i].Seal = seals[list[i].ID]
	}
	return list, nil
}

// chosen are the conditions of a query.
func chosen(q incident.AuditQuery) (all []predicate.Audit) {
	for _, c := range []struct {
		given bool
		p     predicate.Audit
	}{
		{q.Act != "", audit.Act(q.Act)},
		{q.Who != "", audit.UserID(string(q.Who))},
		{q.Target != "", begins(audit.FieldTarget, q.Target)},
		{q.Outcome != "", audit.Outcome(q.Outcome)},
		{q.From != "", audit.FromAddr(q.From)},
		{!q.Since.IsZero(), audit.AtGTE(incident.Now(q.Since))},
		{!q.Until.IsZero(), audit.AtLT(incident.Now(q.Until))},
		{q.After != "", audit.IDGT(q.After)},
		{q.Before != "", audit.IDLT(q.Before)},
	} {
		if c.given {
			all = append(all, c.p)
		}
	}
	return all
}

// begins compares the beginning of a column, on both databases with regard to case
// and without wildcards.
func begins(column, with string) predicate.Audit {
	return func(s *entsql.Selector) {
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.WriteString("substr(").Ident(s.C(column)).WriteString(", 1, ").Arg(len([]rune(with))).WriteString(") = ").Arg(with)
		}))
	}
}

func toEntry(row *ent.Audit) incident.AuditEntry {
	return incident.AuditEntry{
		ID: row.ID, At: incident.Now(row.At),
		Who: incident.Person{ID: incident.UserID(row.UserID), Name: row.UserName},
		Act: row.Act, Target: row.Target, From: row.FromAddr, Outcome: row.Outcome, Request: row.RequestID,
	}
}

func toSeal(row *ent.AuditSeal) (s incident.AuditSeal, err error) {
	s.Seq = row.ID
	s.Hash, err = incident.ParseAuditHash(row.Hash)
	return s, err
}

// recordIn appends entries within the transaction of what they are about.
func (db *DB) recordIn(ctx context.Context, tx *ent.Tx, entries []incident.AuditEntry) error {
	for _, e := range entries {
		e.At = db.now()
		if err := createAudit(tx.Client(), e).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// createAudit gives the entry an id that sorts by time.
func createAudit(client *ent.Client, e incident.AuditEntry) *ent.AuditCreate {
	return client.Audit.Create().
		SetID(uuid.Must(uuid.NewV7()).String()).SetAt(incident.Now(e.At)).
		SetUserID(string(e.Who.ID)).SetUserName(e.Who.Name).SetAct(e.Act).SetTarget(e.Target).
		SetFromAddr(e.From).SetOutcome(e.Outcome).SetRequestID(e.Request)
}
