package migration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entannotation "entgo.io/ent/dialect/entsql"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"

	entmigrate "taskreporter/ent/migrate"
	entschema "taskreporter/ent/schema"
)

// Plan returns the step, in goose's form, that would carry the database to
// ent/schema, or nil when nothing is missing. It changes nothing.
func Plan(ctx context.Context, db *sql.DB, d Dialect) ([]byte, error) {
	tables, err := tables(d)
	if err != nil {
		return nil, err
	}
	name := dialect.SQLite
	if d == Postgres {
		name = dialect.Postgres
	}
	dir := migrate.OpenMemDir("plan " + string(d))
	defer dir.Close()
	m, err := schema.NewMigrate(entsql.OpenDB(name, db),
		schema.WithDir(dir),
		schema.WithFormatter(sqltool.GooseFormatter),
		schema.WithDropColumn(true),
		schema.WithDropIndex(true),
		schema.WithErrNoPlan(true),
		schema.WithIndent("  "),
	)
	if err != nil {
		return nil, err
	}
	err = m.NamedDiff(ctx, "plan", tables...)
	if errors.Is(err, migrate.ErrNoPlan) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("compare the %s schema with ent/schema: %w", d, err)
	}
	files, err := dir.Files()
	if err != nil {
		return nil, err
	}
	return files[0].Bytes(), nil
}

// tables returns ent's tables with three things that ent cannot say.
//
// Ids and digests compare byte by byte: cheaper than by the rules of a language,
// and the same order on both databases.
//
// Primary keys are what ent/schema.Key says. Key columns stand first, in the order of the key: SQLite's inspection reads
// them in the order of the columns.
//
// What a search needs differs between the databases (see [searched]).
func tables(d Dialect) ([]*schema.Table, error) {
	all, err := schema.CopyTables(entmigrate.Tables)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		for _, c := range t.Columns {
			switch c.SchemaType[dialect.Postgres] {
			case "varchar(32)", "varchar(36)", "varchar(45)", "varchar(64)":
				c.Collation = "C"
			}
		}
		searched(t, d)
		key, ok := entschema.Key[t.Name]
		if !ok {
			continue
		}
		place := func(c *schema.Column) int {
			if i := slices.Index(key, c.Name); i >= 0 {
				return i
			}
			return len(key)
		}
		slices.SortStableFunc(t.Columns, func(a, b *schema.Column) int { return place(a) - place(b) })
		t.PrimaryKey = t.Columns[:len(key):len(key)]
		for i, name := range key {
			if t.Columns[i].Name != name {
				return nil, fmt.Errorf("ent/schema.Key: table %s has no column %s", t.Name, name)
			}
		}
	}
	return all, nil
}

// searched adds what finds the rows of a table by their words: on Postgres the
// words themselves, on SQLite the number of the row's entry in an FTS5 table. Null
// is a row that nobody has indexed yet. Messages are found by time as well, for
// words that are in many. On Postgres rooms have their words in a table of their
// own: a room's row is written with every message.
func searched(t *schema.Table, d Dialect) {
	column := &schema.Column{Name: "doc", Type: field.TypeInt64, Nullable: true}
	if d == Postgres {
		column = &schema.Column{
			Name: "words", Type: field.TypeOther, Nullable: true,
			SchemaType: map[string]string{dialect.Postgres: "tsvector"},
		}
	}
	switch {
	case t.Name == "messages", t.Name == "room_files", t.Name == "incident_rooms" && d == SQLite:
	default:
		return
	}
	t.Columns = append(t.Columns, column)
	found := &schema.Index{Name: t.Name + "_" + column.Name, Columns: []*schema.Column{column}}
	t.Indexes = append(t.Indexes, found)
	if d == SQLite {
		return
	}
	found.Annotation = &entannotation.IndexAnnotation{Type: "GIN"}
	if t.Name != "messages" {
		return
	}
	at, id, room, seq := named(t, "at"), named(t, "message_id"), named(t, "room_id"), named(t, "seq")
	t.Indexes = append(t.Indexes,
		&schema.Index{Name: "messages_newest", Columns: []*schema.Column{at, id}},
		&schema.Index{
			Name: "messages_unindexed", Columns: []*schema.Column{room, seq},
			Annotation: &entannotation.IndexAnnotation{Where: "words IS NULL"},
		})
}

func named(t *schema.Table, column string) *schema.Column {
	i := slices.IndexFunc(t.Columns, func(c *schema.Column) bool { return c.Name == column })
	return t.Columns[i]
}
