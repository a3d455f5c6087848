package main

import (
	"context"
	"log/slog"
	"time"

	"taskreporter/httpapi"
	"taskreporter/storage"
	"taskreporter/storage/object"
	"taskreporter/storage/reconcile"
)

// guarded answers for a store at once while it is down, and shows in the metrics
// when that is.
func guarded(store object.Store, t *traces, log *slog.Logger) object.Store {
	c := object.NewCircuit(store, time.Now, log)
	for calls, state := range map[string]func() object.CircuitState{"put": c.Puts, "other": c.Others} {
		httpapi.WatchStoreGate(calls, func() (bool, int64) { s := state(); return s.Open, s.Openings })
	}
	if t != nil {
		return object.NewTraced(c, t)
	}
	return c
}

// watchStorage prepares the checks of the store that a server makes by itself, one
// node of a cluster at a time (F-UP-32).
func watchStorage(store object.Store, db *storage.DB, log *slog.Logger) *reconcile.Watch {
	alone := func(ctx context.Context, f func(context.Context) error) (bool, error) {
		return db.Alone(ctx, "storage check", f)
	}
	w := reconcile.NewWatch(store, db.Inventory(), alone, time.Now, log)
	httpapi.WatchStorageCheck(reconcile.Kinds,
		func(kind reconcile.Kind) int64 { sum, _ := w.Last(); return sum.Findings[kind] },
		func() time.Time { _, at := w.Last(); return at })
	return w
}
