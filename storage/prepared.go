package storage

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
)

// maxStatements bounds the statements that are kept. There are fewer texts in this
// package; the bound is for a mistake.
const maxStatements = 256

// prepared runs queries over prepared statements, which it keeps. Without that each
// query costs PostgreSQL two round trips, the parsing and a plan.
//
// Texts with lists of values are as many as there are lengths: they are not kept.
type prepared struct {
	*sql.DB

	mu   sync.RWMutex
	kept map[string]*sql.Stmt
}

func newPrepared(db *sql.DB) *prepared {
	return &prepared{DB: db, kept: map[string]*sql.Stmt{}}
}

// QueryContext is that of [sql.DB].
func (s *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.statement(ctx, query) //nolint:sqlclosecheck // it is kept
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return s.DB.QueryContext(ctx, query, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

// ExecContext is that of [sql.DB].
func (s *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.statement(ctx, query) //nolint:sqlclosecheck // it is kept
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return s.DB.ExecContext(ctx, query, args...)
	}
	return stmt.ExecContext(ctx, args...)
}

// statement returns a prepared one, or nil where none is to be kept.
func (s *prepared) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt, full := s.kept[query], len(s.kept) >= maxStatements
	s.mu.RUnlock()
	if stmt != nil || full || hasList(query) {
		return stmt, nil
	}
	stmt, err := s.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.kept[query]; first != nil {
		return first, stmt.Close() //nolint:sqlclosecheck // the one that is kept is returned
	}
	s.kept[query] = stmt
	return stmt, nil
}

func hasList(query string) bool {
	return strings.Contains(query, " IN (") || strings.Contains(query, " in (")
}

// close gives the statements back to the database.
func (s *prepared) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, stmt := range s.kept {
		errs = append(errs, stmt.Close())
	}
	clear(s.kept)
	return errors.Join(errs...)
}
