package storage

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"taskreporter/ent"
	"taskreporter/ent/checklistitem"
	"taskreporter/ent/readpointer"
	"taskreporter/ent/roomfile"
	"taskreporter/ent/roommember"
	"taskreporter/ent/tombstone"
	"taskreporter/ent/upload"
	"taskreporter/incident"
	"taskreporter/storage/migration"
)

const (
	// purgedAtOnce bounds how many rows of a log one transaction removes: the others
	// wait for milliseconds.
	purgedAtOnce = 2000
	// hashedAtOnce bounds how many events are in memory while a log is hashed.
	hashedAtOnce = 2000
)

// logTables hold what only the room's log lets in. No row of them has a foreign key, so
// they are emptied after the room itself is gone. The log is last: what points into it
// goes before.
var logTables = []string{"mentions", "reactions", "message_edits", "messages", "room_events"}

// Purge ends a room: from here on it is there for nobody, and only [Retention.RemoveRows]
// and who removes its objects have something left to do. incident.Conflict when it is not
// archived, on hold, or not due under the cause's policy, which must still be the one in
// force; incident.NotFound when it does not exist.
func (r *Retention) Purge(ctx context.Context, id incident.RoomID, c incident.PurgeCause) (t incident.Tombstone, err error) {
	const op = "purge room"
	// An archived room's log moves no more: it is hashed before anybody has to wait.
	head, hash, err := r.hashLog(ctx, id)
	if err != nil {
		return t, fail(op, err)
	}
	err = r.db.inTx(ctx, op, func(tx *ent.Tx) error {
		row, err := r.db.lockRoom(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := r.mayPurge(ctx, tx, row, c); err != nil {
			return err
		}
		if row.LastSeq != head {
			return incident.E(incident.Unavailable, op, "The room changes just now: try again.")
		}
		t = incident.Tombstone{
			Room: id, Number: row.Number, Severity: incident.Severity(row.Severity),
			DeclaredAt: incident.Now(row.DeclaredAt), ArchivedAt: incident.Now(*row.ArchivedAt), PurgedAt: incident.Now(r.db.now()),
			By: c.By.Person, Reason: c.Reason, State: incident.PurgeRemoving, Events: head, LogHash: hash,
		}
		why := fmt.Sprintf("%q", c.Reason)
		if c.Policy != nil {
			t.Policy, why = c.Policy.Version, fmt.Sprintf("policy %d", c.Policy.Version)
		}
		if err := r.bury(ctx, tx, &t); err != nil {
			return err
		}
		if err := r.db.removeRoom(ctx, tx, row); err != nil {
			return err
		}
		return r.db.recordIn(ctx, tx, []incident.AuditEntry{c.By.Did("room_purged", fmt.Sprintf("room %s %s: %s", id, t.Number, why))})
	})
	return t, err
}

// mayPurge decides on a room that is locked.
func (r *Retention) mayPurge(ctx context.Context, tx *ent.Tx, row *ent.Room, c incident.PurgeCause) error {
	const op = "purge room"
	if incident.Status(row.Status) != incident.Archived || row.ArchivedAt == nil {
		return incident.E(incident.Conflict, op, "The room is %s: only archived rooms are purged.", row.Status)
	}
	held, err := hold(ctx, tx.Client(), incident.RoomID(row.ID))
	if err != nil {
		return err
	}
	if held != nil {
		return incident.E(incident.Conflict, op, "The room is on hold: release it first.")
	}
	if c.Policy == nil {
		return nil
	}
	newest, err := newestPolicy(ctx, tx.RetentionPolicy.Query())
	if err != nil {
		return err
	}
	due, ever := newest.DueAt(incident.Severity(row.Severity), *row.ArchivedAt)
	if newest.Version != c.Policy.Version || !ever || due.After(c.Now) {
		return incident.E(incident.Conflict, op, "The room is not due under the policy that is in force.")
	}
	return nil
}

// bury writes the tombstone with what the room holds.
func (r *Retention) bury(ctx context.Context, tx *ent.Tx, t *incident.Tombstone) error {
	rows, err := tx.QueryContext(ctx, `select (select count(*) from messages where room_id = $1), count(*),
		cast(coalesce(sum(file_size), 0) as bigint) from room_files where room_id = $1`, string(t.Room))
	if err != nil {
		return err
	}
	if err := scanOne(rows, &t.Messages, &t.Files, &t.Bytes); err != nil {
		return err
	}
	return tx.Tombstone.Create().SetID(string(t.Room)).SetNumber(t.Number).SetSeverity(string(t.Severity)).
		SetDeclaredAt(t.DeclaredAt).SetArchivedAt(t.ArchivedAt).SetPurgedAt(t.PurgedAt).SetState(string(t.State)).
		SetPurgedBy(string(t.By.ID)).SetPurgedByName(t.By.Name).SetReason(t.Reason).SetPolicy(t.Policy).
		SetEvents(t.Events).SetMessages(t.Messages).SetFiles(t.Files).SetBytes(t.Bytes).SetLogHash(t.LogHash).Exec(ctx)
}

// removeRoom deletes a room that is locked, with all that is not of its log. Members go
// before read pointers: who saves one holds a member's row.
func (db *DB) removeRoom(ctx context.Context, tx *ent.Tx, row *ent.Room) error {
	id := row.ID
	words := []string{`delete from room_words where room_id = $1`}
	if db.kind == migration.SQLite {
		words = []string{
			`delete from file_words where rowid in (select doc from room_files where room_id = $1 and doc > 0)`,
			`delete from room_words where rowid in (select doc from incident_rooms where room_id = $1 and doc > 0)`,
		}
	}
	for _, statement := range words {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return err
		}
	}
	for _, del := range []interface {
		Exec(context.Context) (int, error)
	}{
		tx.RoomMember.Delete().Where(roommember.RoomID(id)),
		tx.ReadPointer.Delete().Where(readpointer.RoomID(id)),
		tx.ChecklistItem.Delete().Where(checklistitem.RoomID(id)),
		tx.Upload.Delete().Where(upload.RoomID(id)),
		tx.RoomFile.Delete().Where(roomfile.RoomID(id)),
	} {
		if _, err := del.Exec(ctx); err != nil {
			return err
		}
	}
	return tx.Room.DeleteOneID(id).Exec(ctx)
}

// RemoveRows removes a piece of what is left of a purged room's log and reports whether
// there may be more. It can be interrupted anywhere and called again.
func (r *Retention) RemoveRows(ctx context.Context, id incident.RoomID) (more bool, err error) {
	const op = "remove rows"
	buried, err := r.db.read.Tombstone.Query().Where(tombstone.ID(string(id))).Exist(ctx)
	if err != nil {
		return false, fail(op, err)
	}
	if !buried {
		return false, incident.E(incident.NotFound, op, "The room was not purged.")
	}
	for _, table := range logTables {
		err := r.db.inTx(ctx, op, func(tx *ent.Tx) error {
			n, err := r.db.removePiece(ctx, tx, table, id)
			more = n >= purgedAtOnce
			return err
		})
		if more || err != nil {
			return more, err
		}
	}
	return false, nil
}

// removePiece deletes up to purgedAtOnce rows of one of logTables.
func (db *DB) removePiece(ctx context.Context, tx *ent.Tx, table string, id incident.RoomID) (int64, error) {
	statement := `delete from ` + table + ` where ctid = any(array(select ctid from ` + table + ` where room_id = $1 limit $2))`
	if db.kind == migration.SQLite {
		statement = `delete from ` + table + ` where rowid in (select rowid from ` + table + ` where room_id = $1 limit $2)`
		if table == "messages" { // those that go next, in the order of a key
			const next = `(select rowid from messages where room_id = $1 order by message_id limit $2)`
			statement = `delete from messages where rowid in ` + next
			_, err := tx.ExecContext(ctx, `delete from message_words where rowid in
				(select doc from messages where rowid in `+next+` and doc > 0)`, string(id), purgedAtOnce)
			if err != nil {
				return 0, err
			}
		}
	}
	res, err := tx.ExecContext(ctx, statement, string(id), purgedAtOnce)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Advance writes how far a purge has come; at is when its last row and object went.
func (r *Retention) Advance(ctx context.Context, id incident.RoomID, to incident.PurgeState, at time.Time) error {
	edit := r.db.write.Tombstone.UpdateOneID(string(id)).SetState(string(to))
	if to == incident.PurgeSettling {
		edit.SetRemovedAt(incident.Now(at))
	}
	return fail("advance purge", edit.Exec(ctx))
}

// hashLog returns a room's head and the SHA-256 of its log up to there: of each event its
// seq, epoch, time, type, author and body as stored, each behind its length in bytes as
// 64 bits, most significant first. Numbers are in decimal digits, times in microseconds
// since 1970. It is a promise: who kept the events elsewhere can compare them.
func (r *Retention) hashLog(ctx context.Context, id incident.RoomID) (head int64, hash string, err error) {
	sum := sha256.New()
	for {
		n, err := r.hashPage(ctx, id, &head, sum)
		if err != nil {
			return 0, "", err
		}
		if n < hashedAtOnce {
			return head, hex.EncodeToString(sum.Sum(nil)), nil
		}
	}
}

// hashPage hashes the events after head, moves it on, and returns how many they were.
func (r *Retention) hashPage(ctx context.Context, id incident.RoomID, head *int64, sum io.Writer) (n int, err error) {
	rows, err := r.db.reader.QueryContext(ctx, `select seq, epoch, at, type, author_id, body from room_events
		where room_id = $1 and seq > $2 order by seq limit $3`, string(id), *head, hashedAtOnce)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		var (
			epoch              int64
			at                 time.Time
			kind, author, body string
		)
		if err := rows.Scan(head, &epoch, &at, &kind, &author, &body); err != nil {
			return n, err
		}
		for _, part := range [...]string{fmt.Sprint(*head), fmt.Sprint(epoch), fmt.Sprint(at.UnixMicro()), kind, author, body} {
			b := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(part)), uint64(len(part)))
			if _, err := sum.Write(append(b, part...)); err != nil {
				return n, err
			}
		}
	}
	return n, rows.Err()
}
