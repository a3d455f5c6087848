package object

import (
	"context"
	"io"
	"log/slog"
	"time"

	"taskreporter/incident"
)

// Circuit is a [Store] that spares its callers the wait for another store while
// that one is down: after a few failures in a row it answers incident.StoreDown at
// once, with the time to come again (F-UP-22). Put has a gate of its own, so that
// a store that is only full still gives what it has.
//
// What says nothing about the store changes nothing: a caller that left, a reader
// that failed, a key that is refused. Presign needs no store and always passes.
type Circuit struct {
	store      Store
	puts, rest *gate
}

// NewCircuit puts a closed circuit around a store.
func NewCircuit(store Store, now func() time.Time, log *slog.Logger) *Circuit {
	return &Circuit{
		store: store,
		puts:  newGate(store.Check, now, log.With("calls", "put")),
		rest:  newGate(store.Check, now, log.With("calls", "other")),
	}
}

// CircuitState is what a circuit tells an operator of a gate.
type CircuitState struct {
	Open     bool  // calls are refused
	Openings int64 // so far
}

// Puts is the state of the gate of Put.
func (c *Circuit) Puts() CircuitState { return c.puts.state() }

// Others is the state of the gate of all other calls.
func (c *Circuit) Others() CircuitState { return c.rest.state() }

// Put implements [Store].
func (c *Circuit) Put(ctx context.Context, key, mime string, size int64, r io.Reader) error {
	return c.puts.pass(ctx, "Put", func() error { return c.store.Put(ctx, key, mime, size, r) })
}

// PutPiece implements [Store].
func (c *Circuit) PutPiece(ctx context.Context, key string, size int64, r io.Reader) error {
	return c.puts.pass(ctx, "Put", func() error { return c.store.PutPiece(ctx, key, size, r) })
}

// Open implements [Store].
func (c *Circuit) Open(ctx context.Context, key string) (content io.ReadSeekCloser, err error) {
	err = c.rest.pass(ctx, "Open", func() (err error) { content, err = c.store.Open(ctx, key); return err })
	return content, err
}

// Get implements [Store].
func (c *Circuit) Get(ctx context.Context, key string) (content io.ReadCloser, err error) {
	err = c.rest.pass(ctx, "Get", func() (err error) { content, err = c.store.Get(ctx, key); return err })
	return content, err
}

// Stat implements [Store].
func (c *Circuit) Stat(ctx context.Context, key string) (size int64, err error) {
	err = c.rest.pass(ctx, "Stat", func() (err error) { size, err = c.store.Stat(ctx, key); return err })
	return size, err
}

// Delete implements [Store].
func (c *Circuit) Delete(ctx context.Context, key string) error {
	return c.rest.pass(ctx, "Delete", func() error { return c.store.Delete(ctx, key) })
}

// List implements [Store].
func (c *Circuit) List(ctx context.Context, prefix string, each func(Entry) error) error {
	var own error
	err := c.rest.pass(ctx, "List", func() error {
		err := c.store.List(ctx, prefix, func(e Entry) error { own = each(e); return own })
		if own != nil {
			return incident.E(incident.Internal, "object.List", "The caller ended the list.")
		}
		return err
	})
	if own != nil {
		return own
	}
	return err
}

// Presign implements [Store].
func (c *Circuit) Presign(ctx context.Context, key string, ttl time.Duration, as Presentation) (string, error) {
	return c.store.Presign(ctx, key, ttl, as)
}

// Check implements [Store]: it always asks, and what it learns changes no gate.
func (c *Circuit) Check(ctx context.Context) error { return c.store.Check(ctx) }

// Bucket implements [Store].
func (c *Circuit) Bucket() string { return c.store.Bucket() }
