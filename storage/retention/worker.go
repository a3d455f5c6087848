// Package retention ends archived rooms: those that the policy makes due, slowly, and
// those that an administrator names (F-FU-02).
//
// Invariants:
//   - It decides nothing by itself: whether a room may end is decided in the transaction
//     that ends it, by [Rows].
//   - What was begun is carried on after any fault, by whatever node looks next, until no
//     row and no object of the room is left.
//   - One node of a cluster at a time works; two would harm nothing.
//
// An object is found by its place, so that nothing has to be remembered of it. What was
// on its way into the store when the room ended comes late: so the place is looked at once
// more, when nothing can be on its way any longer.
package retention

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

const (
	// every is how often a node looks for something to do.
	every = time.Minute
	// settle is how long after a room's last object went its place is looked at again:
	// longer than any request lasts.
	settle = time.Hour
	// batch bounds how many purges one pass has in hand.
	batch = 50
	// maxFaults is how many objects of a room may fail before it is left to the next pass.
	maxFaults = 10
)

// Rows is what the database does of it; storage.Retention is one.
type Rows interface {
	Policy(ctx context.Context) (incident.RetentionPolicy, error)
	Preview(ctx context.Context, q incident.RetentionQuery) (incident.RetentionPreview, error)
	// Purge ends a room at once. Conflict and NotFound say that it may not be.
	Purge(ctx context.Context, room incident.RoomID, c incident.PurgeCause) (incident.Tombstone, error)
	// RemoveRows removes a piece of what is left of it.
	RemoveRows(ctx context.Context, room incident.RoomID) (more bool, err error)
	Advance(ctx context.Context, room incident.RoomID, to incident.PurgeState, at time.Time) error
	// Unfinished returns purges that remove, and those that settle since before then.
	Unfinished(ctx context.Context, then time.Time, limit int) ([]incident.Tombstone, error)
	// Took returns how many rooms policies have ended since then.
	Took(ctx context.Context, then time.Time) (int, error)
}

// Rooms ends a room's activation, on whatever node it is, and what people watch of it.
// The room can append nothing any more: an error costs them only an old picture.
type Rooms interface {
	EndRoom(ctx context.Context, room incident.RoomID) error
}

// Alone runs f unless another node of the cluster does the same.
type Alone func(ctx context.Context, f func(context.Context) error) (ran bool, err error)

// Config is what a worker is made of.
type Config struct {
	Rows    Rows
	Objects object.Store
	Rooms   Rooms
	Alone   Alone
	PerHour int // rooms that the policy may end in any hour, in the whole cluster; 0 for none
	Now     func() time.Time
	Log     *slog.Logger
}

// Worker ends rooms. Its methods are safe for concurrent use.
type Worker struct {
	Config
	kick chan struct{}
}

// New makes a worker, which does nothing before Run.
func New(c Config) *Worker { return &Worker{Config: c, kick: make(chan struct{}, 1)} }

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	timer := time.NewTimer(rand.N(every)) // nodes that start together do not look together
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.kick:
		case <-timer.C:
		}
		if _, err := w.Alone(ctx, w.Pass); err != nil && ctx.Err() == nil {
			w.Log.Warn("retention did not work", "err", err)
			failures.Inc()
		}
		timer.Reset(every)
	}
}

// Purge ends rooms and returns what is left of them. A room that may not end is spared,
// and one that fails does not hold up the others: after an error some are ended.
func (w *Worker) Purge(ctx context.Context, rooms []incident.RoomID, c incident.PurgeCause) (ended []incident.Tombstone, spared []incident.Spared, err error) {
	defer func() {
		if len(ended) > 0 {
			w.wake()
		}
	}()
	var faults []error
	for _, room := range rooms {
		t, err := w.Rows.Purge(ctx, room, c)
		switch incident.KindOf(err) {
		case "":
			ended = append(ended, t)
			purged.WithLabelValues(cause(t)).Inc()
			w.Log.Info("room purged", "room_id", string(room), "policy", t.Policy, "events", t.Events, "files", t.Files)
			w.end(ctx, room)
		case incident.Conflict, incident.NotFound:
			spared = append(spared, incident.Spared{Room: room, Err: err})
		case incident.Internal:
			faults = append(faults, err)
		default: // the database is away
			return ended, spared, errors.Join(append(faults, err)...)
		}
	}
	return ended, spared, errors.Join(faults...)
}

// PurgeDue ends up to most of the rooms that the policy makes due, the longest archived
// first.
func (w *Worker) PurgeDue(ctx context.Context, by incident.Principal, reason string, most int) ([]incident.Tombstone, []incident.Spared, error) {
	policy, err := w.Rows.Policy(ctx)
	if err != nil {
		return nil, nil, err
	}
	now := w.Now()
	due, err := w.Rows.Preview(ctx, incident.RetentionQuery{Policy: policy, Now: now, Limit: most})
	if err != nil {
		return nil, nil, err
	}
	rooms := make([]incident.RoomID, len(due.Rooms))
	for i, c := range due.Rooms {
		rooms[i] = c.Room
	}
	return w.Purge(ctx, rooms, incident.PurgeCause{By: by, Reason: reason, Policy: &policy, Now: now})
}

// Pass carries on what was begun, then ends what is due, as far as an hour's measure
// allows. A room that fails is left to the next pass, and does not hold up the others.
func (w *Worker) Pass(ctx context.Context) error {
	if err := w.carryOn(ctx); err != nil {
		return err
	}
	took, err := w.Rows.Took(ctx, w.Now().Add(-time.Hour))
	if err != nil || took >= w.PerHour {
		return err
	}
	house := incident.Principal{Person: incident.House, From: "server"}
	ended, _, err := w.PurgeDue(ctx, house, "", min(w.PerHour-took, batch))
	if err != nil || len(ended) == 0 {
		return err
	}
	return w.carryOn(ctx)
}

func (w *Worker) carryOn(ctx context.Context) error {
	list, err := w.Rows.Unfinished(ctx, w.Now().Add(-settle), batch)
	if err != nil {
		return err
	}
	for _, t := range list {
		if err := w.finish(ctx, t); err != nil {
			if ctx.Err() != nil {
				return err
			}
			failures.Inc()
			w.Log.Warn("purge not finished: it is tried again", "room_id", string(t.Room), "err", err)
		}
	}
	return nil
}

// finish removes what is left of a room. Every step may be repeated.
func (w *Worker) finish(ctx context.Context, t incident.Tombstone) error {
	if t.State == incident.PurgeRemoving {
		w.end(ctx, t.Room) // who ended it may have been a shell, or have died
	}
	if err := w.removeRows(ctx, t.Room); err != nil {
		return err
	}
	if err := w.removeObjects(ctx, t.Room); err != nil {
		return err
	}
	next := incident.PurgeSettling
	if t.State == incident.PurgeSettling {
		next = incident.PurgeDone
	}
	return w.Rows.Advance(ctx, t.Room, next, w.Now())
}

// removeRows gives the database as long a rest after each piece as the piece took.
func (w *Worker) removeRows(ctx context.Context, room incident.RoomID) error {
	for {
		began := time.Now()
		more, err := w.Rows.RemoveRows(ctx, room)
		if !more || err != nil {
			return err
		}
		select {
		case <-time.After(time.Since(began)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w *Worker) removeObjects(ctx context.Context, room incident.RoomID) error {
	var fault error
	faults := 0
	err := w.Objects.List(ctx, incident.RoomPrefix(room), func(e object.Entry) error {
		err := w.Objects.Delete(ctx, e.Key)
		if err == nil {
			objects.Inc()
			return nil
		}
		fault = err
		if faults++; faults >= maxFaults || ctx.Err() != nil {
			return err
		}
		return nil
	})
	if err == nil {
		err = fault
	}
	return err
}

func (w *Worker) end(ctx context.Context, room incident.RoomID) {
	if err := w.Rooms.EndRoom(ctx, room); err != nil {
		w.Log.Warn("purged room not ended where it was open", "room_id", string(room), "err", err)
	}
}

// wake makes Run look now.
func (w *Worker) wake() {
	select {
	case w.kick <- struct{}{}:
	default:
	}
}
