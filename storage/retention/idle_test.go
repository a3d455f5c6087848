package retention_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/retention"
)

// nothingDue is a database in which nothing is to be done, and which counts how often
// it is asked.
type nothingDue struct {
	retention.Rows
	asked atomic.Int32
	stop  context.CancelFunc
}

func (n *nothingDue) Policy(context.Context) (incident.RetentionPolicy, error) {
	if n.asked.Add(1) > 100 {
		n.stop() // or the test would not end
	}
	return incident.RetentionPolicy{}, nil
}

func (n *nothingDue) Preview(context.Context, incident.RetentionQuery) (incident.RetentionPreview, error) {
	return incident.RetentionPreview{}, nil
}

func (n *nothingDue) Unfinished(context.Context, time.Time, int) ([]incident.Tombstone, error) {
	return nil, nil
}
func (n *nothingDue) Took(context.Context, time.Time) (int, error) { return 0, nil }

// A worker that has nothing to do looks once a minute.
func TestAnIdleWorkerRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const minutes = 10
		ctx, cancel := context.WithTimeout(t.Context(), minutes*time.Minute)
		defer cancel()
		rows := &nothingDue{stop: cancel}
		retention.New(retention.Config{
			Rows: rows, PerHour: 60, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Alone: func(ctx context.Context, f func(context.Context) error) (bool, error) { return true, f(ctx) },
		}).Run(ctx)
		if n := rows.asked.Load(); n < minutes-1 || n > minutes {
			t.Errorf("looked %d times in %d minutes", n, minutes)
		}
	})
}
