package main

import (
	"log/slog"
	"time"

	"taskreporter/httpapi"
	"taskreporter/storage/object"
)

// guarded answers for a store at once while it is down, and shows in the metrics
// when that is.
func guarded(store object.Store, log *slog.Logger) object.Store {
	c := object.NewCircuit(store, time.Now, log)
	for calls, state := range map[string]func() object.CircuitState{"put": c.Puts, "other": c.Others} {
		httpapi.WatchStoreGate(calls, func() (bool, int64) { s := state(); return s.Open, s.Openings })
	}
	return c
}
