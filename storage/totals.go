package storage

import (
	"context"
	"sync"
	"time"

	"taskreporter/incident"
)

const (
	// maxTotals bounds the totals that are kept; all are forgotten when there are more.
	maxTotals = 4096
	// totalAge is how long one may serve: not all that removes files leaves an event.
	totalAge = time.Minute
)

// totals remembers how many files the lists of rooms have: counting 100,000 takes a
// hundred times as long as reading a page of them. A total holds while the room's log
// tells of no change of its files.
type totals struct {
	mu  sync.Mutex
	all map[listed]total
}

// listed is a room's list of files, as it is asked for.
type listed struct {
	room        incident.RoomID
	kind        incident.FileKind
	quarantined bool
}

type total struct {
	files   int
	upTo    int64 // seq of the log that it takes in, at least
	counted time.Time
}

// of returns the total of a list, which count counts when it is not known.
func (t *totals) of(ctx context.Context, db *DB, list listed, count func(context.Context) (int, error)) (int, error) {
	now := db.now()
	t.mu.Lock()
	known, ok := t.all[list]
	t.mu.Unlock()
	ok = ok && now.Sub(known.counted) < totalAge
	// What is stored after this is read is looked at the next time.
	rows, err := db.queries().QueryContext(ctx, `select r.last_seq, case when exists (select 1 from room_events e
			where e.room_id = r.room_id and e.seq > $2 and e.type in ('file_uploaded', 'file_deleted', 'file_scanned')) then 1 else 0 end
		from incident_rooms r where r.room_id = $1`, string(list.room), known.upTo)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var head, changed int64
	if !rows.Next() {
		return 0, rows.Err()
	}
	if err := rows.Scan(&head, &changed); err != nil {
		return 0, err
	}
	if err := rows.Close(); err != nil {
		return 0, err
	}
	if !ok || changed > 0 {
		known = total{counted: now}
		if known.files, err = count(ctx); err != nil {
			return 0, err
		}
	}
	known.upTo = head
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil || len(t.all) >= maxTotals {
		t.all = map[listed]total{}
	}
	t.all[list] = known
	return known.files, nil
}
