package storage

import (
	"context"
	"database/sql"
	"strings"

	"taskreporter/incident"
)

// rowsPerInsert is how many rows one statement inserts where that many are at
// hand: a third less work per row than one by one, and no better with more.
const rowsPerInsert = 16

// sqliteAppender keeps the statements of Append prepared on the one connection
// that writes.
type sqliteAppender struct {
	fence, newestDoc        *sql.Stmt
	events, messages, words inserts
}

// inserts are two ways of filling one table.
type inserts struct {
	columns   int
	one, many *sql.Stmt
}

func newSQLiteAppender(ctx context.Context, db *sql.DB) (appender, error) {
	a := &sqliteAppender{}
	var err error
	a.fence, err = db.PrepareContext(ctx, `update incident_rooms set last_seq = ?, last_activity_at = ?
		where room_id = ? and epoch = ? and last_seq = ?`)
	if err == nil {
		a.events, err = prepareInserts(ctx, db, "room_events",
			"room_id", "seq", "epoch", "type", "author_id", "author_name", "client_msg_id", "at", "body")
	}
	if err == nil {
		a.messages, err = prepareInserts(ctx, db, "messages",
			"room_id", "message_id", "seq", "author_id", "author_name", "message_type", "text", "metadata",
			"reply_to", "client_msg_id", "at", "status_change", "mentions", "doc")
	}
	if err == nil {
		a.words, err = prepareInserts(ctx, db, "message_words", "rowid", "words")
	}
	if err == nil {
		a.newestDoc, err = db.PrepareContext(ctx, "select coalesce(max(doc), 0) from messages")
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func prepareInserts(ctx context.Context, db *sql.DB, table string, columns ...string) (inserts, error) {
	in := inserts{columns: len(columns)}
	head := "insert into " + table + " (" + strings.Join(columns, ", ") + ") values "
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	var err error
	if in.one, err = db.PrepareContext(ctx, head+row); err != nil {
		return in, err
	}
	in.many, err = db.PrepareContext(ctx, head+row+strings.Repeat(", "+row, rowsPerInsert-1))
	return in, err
}

func (a *sqliteAppender) close() {
	for _, stmt := range []*sql.Stmt{
		a.fence, a.newestDoc, a.events.one, a.events.many, a.messages.one, a.messages.many, a.words.one, a.words.many,
	} {
		if stmt != nil {
			stmt.Close()
		}
	}
}

func (a *sqliteAppender) append(ctx context.Context, tx *sql.Tx, parts []*part) error {
	// Each statement takes microseconds; watching ctx through each costs more.
	ctx = context.WithoutCancel(ctx)
	fence, events, messages := tx.StmtContext(ctx, a.fence), a.events.begin(ctx, tx), a.messages.begin(ctx, tx)
	words := a.words.begin(ctx, tx)
	var doc int64 // the newest, once it is known
	for _, p := range parts {
		res, err := fence.ExecContext(ctx, int64(p.Hi()), incident.Now(p.last().At), string(p.RoomID), int64(p.Epoch), int64(p.Lo))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		p.through = true
		room := any(string(p.RoomID))
		for i := range p.entries {
			e := &p.entries[i]
			at := any(incident.Now(e.At))
			err := events.add(ctx, room, int64(e.Seq), int64(p.Epoch), string(e.Change.EventType()),
				string(e.By.ID), e.By.Name, null(e.ClientMsgID), at, string(e.body))
			if err != nil {
				return err
			}
			m := e.message
			if m == nil {
				continue
			}
			var own int64
			if e.words != "" {
				if doc == 0 {
					if err := tx.StmtContext(ctx, a.newestDoc).QueryRowContext(ctx).Scan(&doc); err != nil {
						return err
					}
				}
				doc++
				own = doc
				if err := words.add(ctx, own, e.words); err != nil {
					return err
				}
			}
			err = messages.add(ctx, room, string(m.ID), int64(e.Seq), string(e.By.ID), e.By.Name,
				string(m.Type), m.Text, null(string(e.ref)), null(m.ReplyTo), null(e.ClientMsgID), at,
				null(string(e.status)), null(string(e.mentions)), own)
			if err != nil {
				return err
			}
		}
	}
	if err := events.flush(ctx); err != nil {
		return err
	}
	if err := messages.flush(ctx); err != nil {
		return err
	}
	return words.flush(ctx)
}

// filling is a table being filled within one transaction.
type filling struct {
	inserts
	args []any
}

func (in inserts) begin(ctx context.Context, tx *sql.Tx) *filling {
	in.one, in.many = tx.StmtContext(ctx, in.one), tx.StmtContext(ctx, in.many)
	return &filling{inserts: in}
}

func (f *filling) add(ctx context.Context, row ...any) error {
	f.args = append(f.args, row...)
	if len(f.args) < rowsPerInsert*f.columns {
		return nil
	}
	_, err := f.many.ExecContext(ctx, f.args...)
	f.args = f.args[:0]
	return err
}

func (f *filling) flush(ctx context.Context) error {
	for row := f.args; len(row) > 0; row = row[f.columns:] {
		if _, err := f.one.ExecContext(ctx, row[:f.columns]...); err != nil {
			return err
		}
	}
	return nil
}

// null is the parameter for a text that is absent when empty.
func null[S ~string](s S) any {
	if s == "" {
		return nil
	}
	return string(s)
}
