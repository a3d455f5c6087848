package storage

import (
	"context"
	"time"

	"taskreporter/ent"
	"taskreporter/ent/audit"
	"taskreporter/ent/auditseal"
	"taskreporter/ent/predicate"
	"taskreporter/incident"
)

const (
	verifyPage = 1000
	// sealWithin is how long a row may wait for its seal while a server runs.
	sealWithin = 5 * time.Minute
)

// AuditFault is a way in which the trail is not what it was.
type AuditFault string

// The faults.
const (
	RowChanged  AuditFault = "row_changed"  // a row, or its seal, says something else than when it was sealed
	RowMissing  AuditFault = "row_missing"  // a row that was sealed, or was to be, is gone
	RowSlipped  AuditFault = "row_slipped"  // a row has no seal and does not wait for one
	RowWaits    AuditFault = "row_waits"    // a row waits for its seal for minutes: nobody seals
	SealMissing AuditFault = "seal_missing" // numbers of the chain are gone
	HeadMissing AuditFault = "head_missing" // the chain ends before the noted seal
	HeadChanged AuditFault = "head_changed" // the noted seal is not in the chain: all up to it was made anew
)

// AuditFinding is one place where the trail is not what it was.
type AuditFinding struct {
	Kind  AuditFault           `json:"kind"`
	Seq   int64                `json:"seq,omitempty"`      // first number of the chain concerned
	Last  int64                `json:"last,omitempty"`     // last one, of SealMissing
	ID    string               `json:"audit_id,omitempty"` // of the row
	Entry *incident.AuditEntry `json:"-"`                  // what the row says now, where there is one
}

// AuditSummary sums a verification up.
type AuditSummary struct {
	Rows     int64              // in the trail
	Sealed   int64              // seals that were compared with their rows
	Waiting  int64              // rows that will be sealed
	Findings int64              // faults
	Head     incident.AuditSeal // newest seal
}

// Verify compares the whole trail with its chain of seals, page by page, and reports
// what is not right: first by the numbers of the chain, then rows without a seal. A
// finding does not hide the next. noted is a seal that was written down earlier, or
// nil; without one a chain that was made anew as a whole, or cut at its end with its
// rows, looks right.
func (a *Audit) Verify(ctx context.Context, noted *incident.AuditSeal, report func(AuditFinding) error) (AuditSummary, error) {
	v := verification{db: a.db, noted: noted}
	v.report = func(f AuditFinding) error {
		v.sum.Findings++
		return report(f)
	}
	err := v.chain(ctx)
	if err == nil {
		err = v.rows(ctx)
	}
	if err == nil {
		err = v.lost(ctx)
	}
	return v.sum, fail("verify audit trail", err)
}

type verification struct {
	db     *DB
	noted  *incident.AuditSeal
	sum    AuditSummary
	report func(AuditFinding) error
}

// chain walks the seals, each with its row.
func (v *verification) chain(ctx context.Context) error {
	var last incident.AuditSeal
	whole := true // last is what the seal before was
	for {
		links, err := v.db.read.AuditSeal.Query().Where(auditseal.IDGT(last.Seq)).
			Order(auditseal.ByID()).Limit(verifyPage).All(ctx)
		if err != nil {
			return err
		}
		rows, err := v.rowsOf(ctx, links)
		if err != nil {
			return err
		}
		for _, link := range links {
			if link.ID > last.Seq+1 {
				if err := v.report(AuditFinding{Kind: SealMissing, Seq: last.Seq + 1, Last: link.ID - 1}); err != nil {
					return err
				}
				whole = false
			}
			if last, whole, err = v.link(link, rows[link.AuditID], last, whole); err != nil {
				return err
			}
		}
		if len(links) < verifyPage {
			break
		}
	}
	v.sum.Head = last
	if v.noted != nil && v.noted.Seq > last.Seq {
		return v.report(AuditFinding{Kind: HeadMissing, Seq: v.noted.Seq})
	}
	return nil
}

// link judges one seal. What its hash says goes on to the next, so that a changed row
// is found at its own place and at no other; a changed seal also shows in the next.
func (v *verification) link(link *ent.AuditSeal, row *ent.Audit, last incident.AuditSeal, whole bool) (incident.AuditSeal, bool, error) {
	v.sum.Sealed++
	seal, readable := toSeal(link)
	f := AuditFinding{Seq: link.ID, ID: link.AuditID}
	switch {
	case row == nil:
		f.Kind = RowMissing
	case readable != nil, whole && last.Next(toEntry(row)) != seal:
		entry := toEntry(row)
		f.Kind, f.Entry = RowChanged, &entry
	}
	if f.Kind != "" {
		if err := v.report(f); err != nil {
			return seal, false, err
		}
	}
	if v.noted != nil && v.noted.Seq == seal.Seq && *v.noted != seal {
		if err := v.report(AuditFinding{Kind: HeadChanged, Seq: seal.Seq}); err != nil {
			return seal, false, err
		}
	}
	return seal, readable == nil, nil
}

func (v *verification) rowsOf(ctx context.Context, links []*ent.AuditSeal) (map[string]*ent.Audit, error) {
	ids := make([]string, len(links))
	for i, link := range links {
		ids[i] = link.AuditID
	}
	list, err := v.db.read.Audit.Query().Where(predicate.Audit(v.db.oneOf(audit.FieldID, ids))).All(ctx)
	rows := make(map[string]*ent.Audit, len(list))
	for _, row := range list {
		rows[row.ID] = row
	}
	return rows, err
}

// rows looks for rows without a seal.
func (v *verification) rows(ctx context.Context) error {
	overdue := v.db.now().Add(-sealWithin)
	for after, more := "", true; more; {
		page, err := v.states(ctx, after)
		if err != nil {
			return err
		}
		var found []AuditFinding
		for _, row := range page {
			switch {
			case row.sealed:
			case !row.waits:
				found = append(found, AuditFinding{Kind: RowSlipped, ID: row.id})
			case row.at.Before(overdue):
				found = append(found, AuditFinding{Kind: RowWaits, ID: row.id})
				fallthrough
			default:
				v.sum.Waiting++
			}
			after = row.id
		}
		v.sum.Rows += int64(len(page))
		if err := v.tell(ctx, found); err != nil {
			return err
		}
		more = len(page) == verifyPage
	}
	return nil
}

type rowState struct {
	id            string
	at            time.Time
	sealed, waits bool
}

// states returns a page of rows. A row is sealed by the transaction that ends its
// waiting, so one statement sees one or the other, whatever is going on.
func (v *verification) states(ctx context.Context, after string) (page []rowState, err error) {
	list, err := v.db.reader.QueryContext(ctx, `select a.audit_id, a.at, s.seq is not null, u.audit_id is not null
		from audit a
		left join audit_seals s on s.audit_id = a.audit_id and s.audit_id > $1
		left join audit_unsealed u on u.audit_id = a.audit_id and u.audit_id > $1
		where a.audit_id > $1 order by a.audit_id limit $2`, after, verifyPage)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	for list.Next() {
		var r rowState
		if err := list.Scan(&r.id, &r.at, &r.sealed, &r.waits); err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, list.Err()
}

// tell reports findings with what their rows say.
func (v *verification) tell(ctx context.Context, found []AuditFinding) error {
	for _, f := range found {
		row, err := v.db.read.Audit.Get(ctx, f.ID)
		if err != nil && !ent.IsNotFound(err) {
			return err
		}
		if err == nil {
			entry := toEntry(row)
			f.Entry = &entry
		}
		if err := v.report(f); err != nil {
			return err
		}
	}
	return nil
}

// lost looks for rows that were to be sealed and are gone.
func (v *verification) lost(ctx context.Context) error {
	const query = `select u.audit_id from audit_unsealed u where not exists
		(select 1 from audit a where a.audit_id = u.audit_id) order by u.audit_id`
	list, err := v.db.reader.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer list.Close()
	for list.Next() {
		var id string
		if err := list.Scan(&id); err != nil {
			return err
		}
		if err := v.report(AuditFinding{Kind: RowMissing, ID: id}); err != nil {
			return err
		}
	}
	return list.Err()
}
