package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/migration"
)

// maxTries bounds how often a transaction that lost against another is tried. The
// pause before the next try grows by retryPause: the winner has to wake up first,
// or it would meet us in its way again.
const (
	maxTries   = 4
	retryPause = 10 * time.Millisecond
)

// appender is the part of Append that differs between the databases.
type appender interface {
	// append moves the heads of those parts that the fence lets through, inserts
	// their events and messages, and marks them as let through.
	append(ctx context.Context, tx *sql.Tx, parts []*part) error
	close()
}

// autocommitter appends what has no projections but plain messages without a
// transaction of its own: one round trip in place of three. Its error is
// ErrOutcomeUnknown when it is not known what was written.
type autocommitter interface {
	appendAlone(ctx context.Context, db *sql.DB, parts []*part) error
}

func newAppender(ctx context.Context, kind migration.Dialect, db *sql.DB) (appender, error) {
	if kind == migration.SQLite {
		return newSQLiteAppender(ctx, db)
	}
	return newPostgresAppender(ctx, db)
}

// part is one batch on its way into the log.
type part struct {
	incident.Batch
	place   int // in the caller's batches
	entries []entry
	others  bool // has projections besides events and plain messages
	through bool // the fence let it through
}

// entry is one event in its stored form.
type entry struct {
	*incident.Event
	body    []byte
	message *incident.Message // nil for other changes
	words   string            // what a search finds the message by

	ref, status, mentions []byte // parts of the message, nil where it has none
}

// Append commits batches of different rooms in one transaction, each as a whole
// or not at all. The i-th error is about the i-th batch; one refused batch does
// not refuse the others.
func (r *Records) Append(ctx context.Context, batches []incident.Batch) []error {
	errs := make([]error, len(batches))
	parts := make([]*part, 0, len(batches))
	for i, b := range batches {
		p, err := newPart(b)
		if err != nil {
			errs[i] = incident.Wrap(incident.Internal, "append", err, "something went wrong here: tell the administrator")
			continue
		}
		p.place = i
		parts = append(parts, p)
	}
	// Rooms are locked in the order of their ids, by every node.
	slices.SortStableFunc(parts, func(a, b *part) int { return strings.Compare(string(a.RoomID), string(b.RoomID)) })
	for i := len(parts) - 1; i > 0; i-- {
		if parts[i].RoomID == parts[i-1].RoomID {
			errs[parts[i].place] = incident.E(incident.Internal, "append", "two batches of one room at once")
			parts = slices.Delete(parts, i, i+1)
		}
	}
	r.commit(ctx, parts, errs)
	return errs
}

// commit appends the parts in one transaction. When a row of one of them is
// refused, each is appended alone, so that only the guilty one fails.
func (r *Records) commit(ctx context.Context, parts []*part, errs []error) {
	if len(parts) == 0 {
		return
	}
	err := r.try(ctx, parts)
	for n := 1; n < maxTries && isTransient(err); n++ {
		select {
		case <-time.After(time.Duration(n) * retryPause):
		case <-ctx.Done():
		}
		err = r.try(ctx, parts)
	}
	if isRefused(err) && len(parts) > 1 {
		for i := range parts {
			r.commit(ctx, parts[i:i+1], errs)
		}
		return
	}
	for _, p := range parts {
		switch {
		case err == nil && p.through:
			errs[p.place] = nil
		case err == nil:
			errs[p.place] = incident.ErrFenced
		case errors.Is(err, incident.ErrOutcomeUnknown):
			errs[p.place] = err
		case isSentTwice(err):
			errs[p.place] = incident.ErrDuplicate
		default:
			errs[p.place] = failAppend(err)
		}
	}
}

// failAppend tells why nothing was written. A refused row is no conflict of the
// sender's making: the room let it through.
func failAppend(err error) error {
	if isRefused(err) {
		return incident.Wrap(incident.Internal, "append", err, "something went wrong here: tell the administrator")
	}
	return fail("append", err)
}

// try is one transaction. Its error is ErrOutcomeUnknown when commit, or the one
// statement that is a transaction by itself, was asked for and not answered; after
// any other error nothing was written.
func (r *Records) try(ctx context.Context, parts []*part) error {
	for _, p := range parts {
		p.through = false
	}
	if a, ok := r.db.append.(autocommitter); ok && !slices.ContainsFunc(parts, func(p *part) bool { return p.others }) {
		return a.appendAlone(ctx, r.db.writer, parts)
	}
	tx, err := r.db.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err = r.db.append.append(ctx, tx, parts); err == nil {
		err = r.project(ctx, tx, parts)
	}
	if err != nil {
		_ = tx.Rollback() // the first error is the one to tell
		return err
	}
	err = tx.Commit()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrTxDone):
		return err // ctx ended first and rolled it back
	default:
		return fmt.Errorf("%w: %w", incident.ErrOutcomeUnknown, err)
	}
}

// newPart puts a batch into its stored form.
func newPart(b incident.Batch) (*part, error) {
	if len(b.Events) == 0 {
		return nil, fmt.Errorf("room %s: the batch is empty", b.RoomID)
	}
	p := &part{Batch: b, entries: make([]entry, len(b.Events))}
	for i := range b.Events {
		e := &b.Events[i]
		if want := b.Lo + incident.Seq(i) + 1; e.Seq != want || e.RoomID != b.RoomID {
			return nil, fmt.Errorf("room %s: event %d of room %s stands where %d belongs", b.RoomID, e.Seq, e.RoomID, want)
		}
		body, err := json.Marshal(e.Change)
		if err != nil {
			return nil, fmt.Errorf("room %s: event %d: %w", b.RoomID, e.Seq, err)
		}
		p.entries[i] = entry{Event: e, body: body}
		switch c := e.Change.(type) {
		case incident.MessagePosted:
			if err := p.entries[i].say(&c.Message); err != nil {
				return nil, fmt.Errorf("room %s: event %d: %w", b.RoomID, e.Seq, err)
			}
			p.others = p.others || p.entries[i].mentions != nil
		case incident.RoomCreated:
			return nil, fmt.Errorf("room %s: event %d: a %s event cannot be appended", b.RoomID, e.Seq, c.EventType())
		default:
			p.others = true
		}
	}
	p.others = p.others || len(b.Audit) > 0
	return p, nil
}

// say puts a message into its stored form.
func (e *entry) say(m *incident.Message) (err error) {
	e.message, e.words = m, messageWords(m)
	if m.Ref != nil {
		if e.ref, err = json.Marshal(m.Ref); err != nil {
			return err
		}
	}
	if m.Status != nil {
		if e.status, err = json.Marshal(m.Status); err != nil {
			return err
		}
	}
	if m.Mentions != nil && !m.Mentions.Empty() {
		e.mentions, err = json.Marshal(m.Mentions)
	}
	return err
}

// last is the event that the batch leaves as the room's newest.
func (p *part) last() *incident.Event { return p.entries[len(p.entries)-1].Event }
