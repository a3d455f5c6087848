// Package schema describes the tables. Everything else under ent/ is generated
// from it, and so are the migrations in storage/migration.
//
// Invariants:
//   - Every table of a room carries room_id and its unique keys include it, so
//     that the schema can be distributed by room. ent knows one key column per
//     table; storage/migration widens the keys that Key names. The exception is
//     room_files, whose key F-DB-02 fixes.
//   - What changes with every message has no index: an update of a room's head
//     then stays within its page.
//   - What a person was called when they acted is kept beside their id.
//
// Only storage imports the generated code.
package schema

import (
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Key names the primary key of tables whose key has more than one column.
var Key = map[string][]string{
	"room_members": {"room_id", "user_id"},
	"room_events":  {"room_id", "seq"},
	"messages":     {"room_id", "message_id"},
	"uploads":      {"room_id", "file_id"},
	"templates":    {"template_id", "version"},

	"message_edits":   {"room_id", "message_id", "seq"},
	"reactions":       {"room_id", "message_id", "emoji", "user_id"},
	"mentions":        {"room_id", "seq", "target"},
	"read_pointers":   {"room_id", "user_id"},
	"checklist_items": {"room_id", "item_id"},
}

func table(name string) []schema.Annotation {
	return []schema.Annotation{entsql.Table(name)}
}

func varchar(n int) map[string]string {
	t := fmt.Sprintf("varchar(%d)", n)
	return map[string]string{dialect.Postgres: t, dialect.SQLite: t}
}

// key is the column that ent takes for the primary key.
func key(column string) ent.Field {
	return field.String("id").StorageKey(column).SchemaType(varchar(36)).Immutable()
}

// digest is a key that is a SHA-256 in hex.
func digest() ent.Field {
	return field.String("id").StorageKey("digest").SchemaType(varchar(64)).Immutable()
}

// id is a column with the id of something else.
func id(column string) ent.Field {
	return field.String(column).SchemaType(varchar(36)).Immutable()
}

// optional is a column of at most n characters that may be null.
func optional(column string, n int) ent.Field {
	return field.String(column).SchemaType(varchar(n)).Optional().Nillable().Immutable()
}

// maybe is an optional column that changes.
func maybe(column string, n int) ent.Field {
	return field.String(column).SchemaType(varchar(n)).Optional().Nillable()
}

// short is a column of at most n characters.
func short(column string, n int) ent.Field {
	return field.String(column).SchemaType(varchar(n))
}

// number is a whole number as a key that nobody draws from a sequence.
func number(column string) ent.Field {
	no := false
	return field.Int64("id").StorageKey(column).Immutable().Annotations(entsql.Annotation{Incremental: &no})
}
