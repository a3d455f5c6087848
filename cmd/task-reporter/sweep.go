package main

import (
	"context"
	"time"

	"taskreporter/incident"
)

const (
	// sweepEvery is how often left-over uploads are looked for.
	sweepEvery = 10 * time.Minute
	// abandonedAfter is when an upload that was admitted and not recorded is taken
	// for left over: well after its room has given up on it.
	abandonedAfter = 2 * time.Hour
)

// sweep removes, until ctx ends, what crashes left of uploads: their bytes first,
// then their record, so that a second crash leaves the record.
func (h *house) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		h.sweepOnce(ctx, time.Now().Add(-abandonedAfter))
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (h *house) sweepOnce(ctx context.Context, startedBefore time.Time) {
	left, err := h.db.AbandonedUploads(ctx, startedBefore)
	for _, up := range left {
		if err = h.sweepUpload(ctx, up); err != nil {
			break
		}
		h.log.Info("removed a left-over upload", "room_id", string(up.RoomID), "file_id", string(up.FileID))
	}
	if err != nil && ctx.Err() == nil {
		h.log.Warn("left-over uploads wait for the next sweep", "err", err)
	}
}

// sweepUpload removes one upload, unless its file is recorded after all.
func (h *house) sweepUpload(ctx context.Context, up incident.Upload) error {
	records := h.db.Records()
	_, err := records.File(ctx, up.RoomID, up.FileID)
	if incident.KindOf(err) == incident.NotFound {
		err = h.evidence.Discard(ctx, up)
	}
	if err != nil {
		return err
	}
	return records.CloseUpload(ctx, up.RoomID, up.FileID)
}
