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
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"

	entmigrate "taskreporter/ent/migrate"
	entschema "taskreporter/ent/schema"
)

// Plan returns the step, in goose's form, that would carry the database to
// ent/schema, or nil when nothing is missing. It changes nothing.
func Plan(ctx context.Context, db *sql.DB, d Dialect) ([]byte, error) {
	tables, err := tables()
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

// tables returns ent's tables with two things that ent cannot say.
//
// Ids and digests compare byte by byte: cheaper than by the rules of a language,
// and the same order on both databases.
//
// Primary keys are what ent/schema.Key says. Key columns stand first, in the order of the key: SQLite's inspection reads
// them in the order of the columns.
func tables() ([]*schema.Table, error) {
	all, err := schema.CopyTables(entmigrate.Tables)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		for _, c := range t.Columns {
			switch c.SchemaType[dialect.Postgres] {
			case "varchar(36)", "varchar(64)":
				c.Collation = "C"
			}
		}
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
