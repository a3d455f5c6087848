package storage

import (
	"context"
	"fmt"
	"slices"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/audit"
	"taskreporter/ent/auditseal"
	"taskreporter/ent/auditunsealed"
	"taskreporter/incident"
)

// sealPage is how many rows are sealed in one transaction.
const sealPage = 1000

// Seal gives every row that waits its place in the chain, and returns how many it
// sealed and the head. One node at a time does it; the others leave it to that one.
// Rows wait in a table of their own that the transaction of each row fills, so
// neither ids nor clocks nor a late commit can hide one. Appending never waits for
// it. Should two run after all, only one can give a number, and the other fails with
// Conflict and has changed nothing.
func (a *Audit) Seal(ctx context.Context) (sealed int, head incident.AuditSeal, err error) {
	const op = "seal audit trail"
	waiting, err := a.db.read.AuditUnsealed.Query().Exist(ctx)
	if err == nil && waiting {
		_, err = a.db.Alone(ctx, "audit seal", func(ctx context.Context) error {
			for after, more := "", true; more; {
				var n int
				var err error
				if n, after, more, err = a.sealSome(ctx, after); err != nil {
					return err
				}
				sealed += n
			}
			return nil
		})
	}
	if err != nil {
		return sealed, head, fail(op, err)
	}
	head, err = a.Head(ctx)
	return sealed, head, err
}

// Head returns the newest seal; the zero value before the first.
func (a *Audit) Head(ctx context.Context) (incident.AuditSeal, error) {
	head, err := headOf(ctx, a.db.read)
	return head, fail("read head of audit trail", err)
}

func headOf(ctx context.Context, client *ent.Client) (incident.AuditSeal, error) {
	row, err := client.AuditSeal.Query().Order(auditseal.ByID(entsql.OrderDesc())).First(ctx)
	if ent.IsNotFound(err) {
		return incident.AuditSeal{}, nil
	}
	if err != nil {
		return incident.AuditSeal{}, err
	}
	return toSeal(row)
}

// sealSome seals a page of those that wait, from the id after which it begins. It
// returns the last id of the page, and whether there may be more.
//
// What waits without a row did not come from us: it stays where it is, for
// [Audit.Verify] to tell.
func (a *Audit) sealSome(ctx context.Context, after string) (n int, last string, more bool, err error) {
	err = a.db.inTx(ctx, "seal audit trail", func(tx *ent.Tx) error {
		head, err := headOf(ctx, tx.Client())
		if err != nil {
			return err
		}
		ids, err := tx.AuditUnsealed.Query().Where(auditunsealed.IDGT(after)).
			Order(auditunsealed.ByID()).Limit(sealPage).IDs(ctx)
		if err != nil || len(ids) == 0 {
			return err
		}
		last, more = ids[len(ids)-1], len(ids) == sealPage
		done, err := tx.AuditSeal.Query().Where(a.db.oneOf(auditseal.FieldAuditID, ids)).
			Select(auditseal.FieldAuditID).Strings(ctx) // none, unless somebody put them back
		if err != nil {
			return err
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(done, id) })
		rows, err := tx.Audit.Query().Where(a.db.oneOf(audit.FieldID, ids)).Order(audit.ByID()).All(ctx)
		if err != nil {
			return err
		}
		links := make([]*ent.AuditSealCreate, len(rows))
		for i, row := range rows {
			head = head.Next(toEntry(row))
			links[i] = tx.AuditSeal.Create().SetID(head.Seq).SetAuditID(row.ID).SetHash(head.Hash.String())
			done = append(done, row.ID)
		}
		if err := tx.AuditSeal.CreateBulk(links...).Exec(ctx); err != nil {
			return err
		}
		gone, err := tx.AuditUnsealed.Delete().Where(a.db.oneOf(auditunsealed.FieldID, done)).Exec(ctx)
		if err == nil && gone != len(done) {
			err = fmt.Errorf("%d rows waited, but %d do not any more", len(done), len(done)-gone)
		}
		n = len(rows)
		return err
	})
	if err != nil {
		return 0, last, false, err
	}
	return n, last, more, nil
}
