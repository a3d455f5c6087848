package storage

import (
	"context"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"taskreporter/ent"
	"taskreporter/ent/audit"
	"taskreporter/incident"
)

// Audit is the append-only trail (F-SE-05). Nothing here changes or removes an
// entry, and the database refuses it to others.
type Audit struct{ db *DB }

// Audit returns the trail.
func (db *DB) Audit() *Audit { return &Audit{db} }

// Record appends an entry; it fills in the id and the time.
func (a *Audit) Record(ctx context.Context, e incident.AuditEntry) error {
	e.At = a.db.now()
	return fail("record audit entry", createAudit(a.db.write, e).Exec(ctx))
}

// Entries returns a page, newest first.
func (a *Audit) Entries(ctx context.Context, q incident.AuditQuery) ([]incident.AuditEntry, error) {
	find := a.db.read.Audit.Query().Order(audit.ByID(entsql.OrderDesc())).Limit(q.Limit)
	if q.Act != "" {
		find.Where(audit.Act(q.Act))
	}
	if q.Who != "" {
		find.Where(audit.UserID(string(q.Who)))
	}
	if q.Before != "" {
		find.Where(audit.IDLT(q.Before))
	}
	rows, err := find.All(ctx)
	list := make([]incident.AuditEntry, len(rows))
	for i, row := range rows {
		list[i] = incident.AuditEntry{
			ID: row.ID, At: incident.Now(row.At),
			Who: incident.Person{ID: incident.UserID(row.UserID), Name: row.UserName},
			Act: row.Act, Target: row.Target, From: row.FromAddr, Outcome: row.Outcome, Request: row.RequestID,
		}
	}
	return list, fail("read audit trail", err)
}

// createAudit gives the entry an id that sorts by time.
func createAudit(client *ent.Client, e incident.AuditEntry) *ent.AuditCreate {
	return client.Audit.Create().
		SetID(uuid.Must(uuid.NewV7()).String()).SetAt(incident.Now(e.At)).
		SetUserID(string(e.Who.ID)).SetUserName(e.Who.Name).SetAct(e.Act).SetTarget(e.Target).
		SetFromAddr(e.From).SetOutcome(e.Outcome).SetRequestID(e.Request)
}
