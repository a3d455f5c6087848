package main

import (
	"context"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/retention"
)

// RetentionConfig bounds how fast rooms are purged. What is purged, administrators decide
// while the server runs.
type RetentionConfig struct {
	RoomsPerHour int `default:"60" help:"Rooms that the retention policy may purge in any hour, in the whole installation; 0 for none by this node."`
}

// retire makes what ends archived rooms (F-FU-02).
func (h *house) retire(cfg *Config) *retention.Worker {
	return retention.New(retention.Config{
		Rows: h.db.Retention(), Objects: h.store, Rooms: h.engine,
		Alone: func(ctx context.Context, f func(context.Context) error) (bool, error) {
			return h.db.Alone(ctx, "retention", f)
		},
		PerHour: cfg.Retention.RoomsPerHour, Now: time.Now, Log: h.log,
	})
}

// purger ends rooms from a shell: it writes what ends them, and a server does the rest.
func purger(db *storage.DB, cfg *Config, c console) *retention.Worker {
	return retention.New(retention.Config{
		Rows: db.Retention(), Rooms: otherHouse{}, Now: time.Now, Log: cfg.Logger(c.Err),
	})
}

// otherHouse has the rooms: a server.
type otherHouse struct{}

// EndRoom leaves it to the server that removes what is left of the room.
func (otherHouse) EndRoom(context.Context, incident.RoomID) error { return nil }
