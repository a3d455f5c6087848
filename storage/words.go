package storage

import (
	"context"
	"database/sql"
	"fmt"

	"taskreporter/incident"
	"taskreporter/storage/migration"
	"taskreporter/storage/word"
)

// statements is a database or a transaction.
type statements interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// messageWords are what a search finds a message by. One that shows a file is not
// found: the file is.
func messageWords(m *incident.Message) string {
	if m.Type == incident.SystemMessage || m.Ref != nil {
		return ""
	}
	return word.Cut(m.Text)
}

func roomWords(r incident.Room) string { return word.Cut(r.Number, r.Title, r.Description) }

func fileWords(f incident.File) string { return word.Cut(f.Filename, f.Description) }

// searched is a table whose rows are searched.
type searched struct {
	table, key string // and its key beside the room
	words      string // SQLite: the FTS5 table
	sources    string // columns that the words are cut from
}

var searchedTables = map[incident.SearchKind]searched{
	incident.FoundMessage: {"messages", "message_id", "message_words", "text"},
	incident.FoundRoom:    {"incident_rooms", "room_id", "room_words", "number, title, description"},
	incident.FoundFile:    {"room_files", "file_id", "file_words", "filename, description"},
}

// index makes a row be found by these words, and by no others.
func (db *DB) index(ctx context.Context, tx statements, kind incident.SearchKind, room incident.RoomID, id, words string) error {
	t := searchedTables[kind]
	if db.kind == migration.Postgres {
		const cut = `array_to_tsvector(string_to_array($3, ' '))`
		statement := `update ` + t.table + ` set words = ` + cut + ` where room_id = $1 and ` + t.key + ` = $2`
		if kind == incident.FoundRoom {
			statement = `insert into room_words (room_id, words) select $1::text, ` + cut + ` where $1::text = $2::text
				on conflict (room_id) do update set words = excluded.words`
		}
		_, err := tx.ExecContext(ctx, statement, string(room), id, words)
		return err
	}
	// Nobody else writes while this transaction lasts.
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`select coalesce(doc, 0), (select coalesce(max(doc), 0) + 1 from %[1]s)
		from %[1]s where room_id = $1 and %[2]s = $2`, t.table, t.key), string(room), id)
	if err != nil {
		return err
	}
	var doc, next int64
	if err := scanOne(rows, &doc, &next); err != nil {
		return err
	}
	var statement string
	switch {
	case doc == 0 && words == "":
	case doc == 0:
		doc, statement = next, `insert into `+t.words+` (rowid, words) values ($1, $2)`
	case words == "":
		if _, err := tx.ExecContext(ctx, `delete from `+t.words+` where rowid = $1`, doc); err != nil {
			return err
		}
		doc = 0
	default:
		statement = `insert or replace into ` + t.words + ` (rowid, words) values ($1, $2)`
	}
	if statement != "" {
		if _, err := tx.ExecContext(ctx, statement, doc, words); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `update `+t.table+` set doc = $3 where room_id = $1 and `+t.key+` = $2`, string(room), id, doc)
	return err
}

// scanOne reads a result of one row and closes it.
func scanOne(rows *sql.Rows, into ...any) error {
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	return rows.Close()
}
