package storage

import (
	"context"
	"fmt"

	"taskreporter/ent"
	"taskreporter/incident"
	"taskreporter/storage/migration"
	"taskreporter/storage/word"
)

// indexChunk is how many rows one transaction indexes: few enough that a room that
// is in use waits for milliseconds.
const indexChunk = 500

// pending are rows that nobody has indexed yet, and their texts. Rows that another
// node has at hand are left to it.
var pending = map[incident.SearchKind]struct{ columns, postgres, sqlite string }{
	incident.FoundMessage: {
		`room_id, message_id, case when deleted_at is null and metadata is null and message_type <> 'SYSTEM' then text else '' end, '', ''`,
		`from messages where words is null order by room_id, seq limit $1 for update skip locked`,
		`from messages where doc is null limit $1`,
	},
	incident.FoundFile: {
		`room_id, file_id, case when deleted_at is null then filename else '' end, case when deleted_at is null then description else '' end, ''`,
		`from room_files where words is null limit $1 for update skip locked`,
		`from room_files where doc is null limit $1`,
	},
	incident.FoundRoom: {
		`room_id, room_id, number, title, description`,
		`from incident_rooms r where not exists (select 1 from room_words w where w.room_id = r.room_id) limit $1 for update skip locked`,
		`from incident_rooms where doc is null limit $1`,
	},
}

// indexAll indexes what was stored before there was a search, or by a node of an
// older version. It may be interrupted, and goes on where it was.
func (db *DB) indexAll(ctx context.Context) error {
	for _, kind := range incident.SearchKinds {
		total := 0
		for {
			n, err := db.indexSome(ctx, kind)
			if err != nil {
				return err
			}
			if total += n; n < indexChunk {
				break
			}
		}
		if total == 0 {
			continue
		}
		db.log.Info("indexed for search", "kind", kind, "rows", total)
		if db.kind == migration.Postgres && kind == incident.FoundMessage {
			if _, err := db.writer.ExecContext(ctx, "analyze messages"); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexSome indexes a chunk, and returns how many rows it had.
func (db *DB) indexSome(ctx context.Context, kind incident.SearchKind) (int, error) {
	type row struct{ room, id, words string }
	var list []row
	err := db.inTx(ctx, "index for search", func(tx *ent.Tx) error {
		p := pending[kind]
		from := p.postgres
		if db.kind == migration.SQLite {
			from = p.sqlite
		}
		rows, err := tx.QueryContext(ctx, fmt.Sprintf(`select %s %s`, p.columns, from), indexChunk)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var (
				r       row
				a, b, c string
			)
			if err := rows.Scan(&r.room, &r.id, &a, &b, &c); err != nil {
				return err
			}
			r.words = word.Cut(a, b, c)
			list = append(list, r)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows.Close()
		if len(list) == 0 {
			return nil
		}
		if db.kind == migration.Postgres && kind == incident.FoundMessage { // there may be millions
			var rooms, ids, words array
			for _, r := range list {
				rooms.text(r.room)
				ids.text(r.id)
				words.text(r.words)
			}
			_, err := tx.ExecContext(ctx, `update messages m set words = array_to_tsvector(string_to_array(n.words, ' '))
				from unnest($1::text[], $2::text[], $3::text[]) as n (room_id, message_id, words)
				where m.room_id = n.room_id and m.message_id = n.message_id`, rooms.close(), ids.close(), words.close())
			return err
		}
		for _, r := range list {
			if err := db.index(ctx, tx, kind, incident.RoomID(r.room), r.id, r.words); err != nil {
				return err
			}
		}
		return nil
	})
	return len(list), err
}
