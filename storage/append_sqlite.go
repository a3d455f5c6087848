package storage

import (
	"context"
	"database/sql"

	"taskreporter/incident"
)

// sqliteAppender runs one prepared statement per row: inside the process that
// costs less than building and binding statements of many rows.
type sqliteAppender struct{ fence, event, message *sql.Stmt }

func newSQLiteAppender(ctx context.Context, db *sql.DB) (*sqliteAppender, error) {
	a := &sqliteAppender{}
	for query, stmt := range map[string]**sql.Stmt{
		`update incident_rooms set last_seq = ?, last_activity_at = ?
			where room_id = ? and epoch = ? and last_seq = ?`: &a.fence,
		`insert into room_events (room_id, seq, epoch, type, author_id, author_name, client_msg_id, at, body)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?)`: &a.event,
		`insert into messages (room_id, message_id, seq, author_id, author_name, message_type, text, metadata, reply_to, client_msg_id, at)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`: &a.message,
	} {
		var err error
		if *stmt, err = db.PrepareContext(ctx, query); err != nil {
			a.close()
			return nil, err
		}
	}
	return a, nil
}

func (a *sqliteAppender) close() {
	for _, stmt := range []*sql.Stmt{a.fence, a.event, a.message} {
		if stmt != nil {
			stmt.Close()
		}
	}
}

func (a *sqliteAppender) append(ctx context.Context, tx *sql.Tx, parts []*part) error {
	// Each statement takes microseconds; watching ctx through each costs more.
	ctx = context.WithoutCancel(ctx)
	fence, event, message := tx.StmtContext(ctx, a.fence), tx.StmtContext(ctx, a.event), tx.StmtContext(ctx, a.message)
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
		for i := range p.entries {
			e := &p.entries[i]
			_, err := event.ExecContext(ctx, string(p.RoomID), int64(e.Seq), int64(p.Epoch), string(e.Change.EventType()),
				string(e.By.ID), e.By.Name, null(e.ClientMsgID), incident.Now(e.At), string(e.body))
			if err != nil {
				return err
			}
			m := e.message
			if m == nil {
				continue
			}
			_, err = message.ExecContext(ctx, string(p.RoomID), string(m.ID), int64(e.Seq), string(m.Author.ID), m.Author.Name,
				string(m.Type), m.Text, null(string(e.ref)), null(m.ReplyTo), null(m.ClientMsgID), incident.Now(m.At))
			if err != nil {
				return err
			}
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
