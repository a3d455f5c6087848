package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"taskreporter/incident"
	"taskreporter/storage/migration"
	"taskreporter/storage/word"
)

// found is a candidate: it has the words of the query.
type found struct {
	incident.Hit
	id    string
	texts []string
}

// Search returns a page of hits, newest first, and where the next one starts; nil
// on the last one. The database finds what has the words of the query; that the
// query is really there is checked here.
func (l *Library) Search(ctx context.Context, q incident.SearchQuery) ([]incident.Hit, *incident.SearchCursor, error) {
	query := word.Parse(q.Text)
	if query.Empty() || q.Limit <= 0 {
		return nil, nil, nil
	}
	kinds := q.Kinds
	if len(kinds) == 0 {
		kinds = incident.SearchKinds
	}
	var all []found
	for _, kind := range kinds {
		list, err := l.searchKind(ctx, q, kind, query)
		if err != nil {
			return nil, nil, fail("search", err)
		}
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b found) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(b.id, a.id)
	})
	var next *incident.SearchCursor
	if len(all) > q.Limit {
		all = all[:q.Limit]
		last := all[q.Limit-1]
		next = &incident.SearchCursor{At: last.At, ID: last.id}
	}
	hits := make([]incident.Hit, len(all))
	for i, f := range all {
		hits[i] = f.Hit
		hits[i].Snippet = snippet(query, f.texts)
	}
	return hits, next, nil
}

// snippet shows the first text that has something of the query.
func snippet(query word.Query, texts []string) []incident.SnippetPart {
	for _, t := range texts {
		if len(query.Spans(t)) > 0 {
			return query.Snippet(t)
		}
	}
	return nil
}

// searchKind returns one hit more than a page has, if there are so many.
func (l *Library) searchKind(ctx context.Context, q incident.SearchQuery, kind incident.SearchKind, query word.Query) ([]found, error) {
	var hits []found
	before := q.Before
	for {
		want := q.Limit + 1
		list, err := l.candidates(ctx, q, kind, query, before, want)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			if query.In(f.texts...) {
				hits = append(hits, f)
			}
		}
		if len(list) < want || len(hits) > q.Limit {
			return hits, nil
		}
		last := list[len(list)-1]
		before = &incident.SearchCursor{At: last.At, ID: last.id}
	}
}

// sought is how rows of a kind are found: the table with the words, with its time,
// author and id, and what to read of a hit. In where, t is that table.
var sought = map[incident.SearchKind]struct {
	from, at, author, id, columns, alive string
}{
	incident.FoundMessage: {
		"messages t", "t.at", "t.author_id", "t.message_id",
		"t.seq, t.author_id author, t.author_name name, t.text a, '' b, '' c", "t.deleted_at is null",
	},
	incident.FoundRoom: {
		"incident_rooms t", "t.declared_at", "t.created_by", "t.room_id",
		"0 seq, t.created_by author, t.created_by_name name, t.title a, t.number b, t.description c", "",
	},
	incident.FoundFile: {
		"room_files t", "t.uploaded_at", "t.uploader_id", "t.file_id",
		"t.seq, t.uploader_id author, t.uploader_name name, t.filename a, t.description b, '' c", "t.deleted_at is null",
	},
}

// candidates returns a page of what has the words of the query.
func (l *Library) candidates(ctx context.Context, q incident.SearchQuery, kind incident.SearchKind, query word.Query, before *incident.SearchCursor, limit int) ([]found, error) {
	s := sought[kind]
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	from, where := s.from, []string{}
	add := func(condition string) { where = append(where, condition) }
	terms := arg(l.db.match(query))
	switch {
	case l.db.kind == migration.SQLite:
		words := searchedTables[kind].words
		add("t.doc in (select rowid from " + words + " where " + words + " match " + terms + ")")
	case kind == incident.FoundRoom:
		add("t.room_id in (select w.room_id from room_words w where w.words @@ " + terms + "::tsquery)")
	default:
		add("t.words @@ " + terms + "::tsquery")
	}
	if s.alive != "" {
		add(s.alive)
	}
	if !q.All {
		add("t.room_id in (select m.room_id from room_members m where m.user_id = " + arg(string(q.Asker)) + ")")
	}
	if q.Room != "" {
		add("t.room_id = " + arg(string(q.Room)))
	}
	if q.Author != "" {
		add(s.author + " = " + arg(string(q.Author)))
	}
	if !q.Since.IsZero() {
		add(s.at + " >= " + arg(incident.Now(q.Since)))
	}
	if !q.Until.IsZero() {
		add(s.at + " < " + arg(incident.Now(q.Until)))
	}
	if before != nil {
		add("(" + s.at + ", " + s.id + ") < (" + arg(incident.Now(before.At)) + ", " + arg(before.ID) + ")")
	}
	// The room's name is read for a page of hits only.
	//nolint:gosec // what is put in are constants and placeholders
	statement := fmt.Sprintf(`
		select h.room_id, r.number, r.title, h.id, h.at, h.seq, h.author, h.name, h.a, h.b, h.c from (
			select t.room_id, %[1]s id, %[2]s at, %[3]s from %[4]s where %[5]s
			order by %[2]s desc, %[1]s desc limit %[6]s
		) h
		join incident_rooms r on r.room_id = h.room_id
		order by h.at desc, h.id desc`,
		s.id, s.at, s.columns, from, strings.Join(where, " and "), arg(limit))
	rows, err := l.db.reader.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []found
	for rows.Next() {
		f := found{Hit: incident.Hit{Kind: kind}, texts: make([]string, 3)}
		err := rows.Scan(&f.Room, &f.Number, &f.Title, &f.id, &f.At, &f.Seq, &f.Author.ID, &f.Author.Name,
			&f.texts[0], &f.texts[1], &f.texts[2])
		if err != nil {
			return nil, err
		}
		f.At = incident.Now(f.At)
		switch kind {
		case incident.FoundMessage:
			f.Message = incident.MessageID(f.id)
		case incident.FoundFile:
			f.File = incident.FileID(f.id)
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// match writes the terms as the database reads them. Words are letters, digits and
// marks: nothing in them can end a quotation.
func (db *DB) match(query word.Query) string {
	quote, and, prefix := `'`, " & ", ":*"
	if db.kind == migration.SQLite {
		quote, and, prefix = `"`, " AND ", "*"
	}
	var b strings.Builder
	for i, t := range query.Terms() {
		if i > 0 {
			b.WriteString(and)
		}
		b.WriteString(quote + t.Word + quote)
		if t.Prefix {
			b.WriteString(prefix)
		}
	}
	return b.String()
}
