package intake

import (
	"context"
	"errors"
	"time"

	"taskreporter/incident"
)

// Changed by the test build that crashes.
var (
	// tidyEvery is how often what crashes and broken lines left is taken up.
	tidyEvery = 30 * time.Second
	// restTime is when a whole upload is finished here, although its sender may come
	// back: later than any request that is at it.
	restTime = 30 * time.Second
)

// abandonedAfter is when an upload in one request that never ended is taken for
// left over: well after its room has given up on it.
const abandonedAfter = 2 * time.Hour

// Run tidies until ctx ends, at the start for the first time.
func (in *Intake) Run(ctx context.Context) {
	ticker := time.NewTicker(tidyEvery)
	defer ticker.Stop()
	for {
		if err := in.Tidy(ctx); err != nil && ctx.Err() == nil {
			in.log.Warn("left-over uploads wait for the next pass", "err", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// Tidy takes up what crashes left: it finishes whole uploads, removes the parts of
// finished ones, and everything of those that were given up. It is harmless on
// several nodes at once, and every step may be its last.
func (in *Intake) Tidy(ctx context.Context) error {
	now := in.now()
	finished, err := in.records.Finished(ctx)
	errs := []error{err}
	for _, up := range finished {
		in.clear(ctx, up)
	}
	resting, err := in.records.Resting(ctx, now.Add(-restTime))
	errs = append(errs, err)
	for _, up := range resting {
		_, err := in.finish(ctx, incident.Principal{Person: up.By}, up, in.assemble(up))
		errs = append(errs, in.tell("finish", up, err))
	}
	left, err := in.records.Abandoned(ctx, now.Add(-abandonedAfter), now.Add(-incident.UploadLife))
	errs = append(errs, err)
	for _, up := range left {
		errs = append(errs, in.tell("remove", up, in.remove(ctx, up)))
	}
	return errors.Join(errs...)
}

// remove ends an upload that was given up, unless its file is recorded after all.
func (in *Intake) remove(ctx context.Context, up incident.Upload) error {
	_, err := in.recorded(ctx, up)
	switch {
	case err == nil:
		return in.records.Forget(ctx, up.RoomID, up.FileID)
	case incident.KindOf(err) != incident.NotFound:
		return err
	case up.Resumable:
		return in.withHold(ctx, up, func(ctx context.Context) error { return in.drop(ctx, up) })
	}
	if err := in.drop(ctx, up); err != nil {
		return err
	}
	return in.records.Forget(ctx, up.RoomID, up.FileID)
}

// tell logs what was done with an upload that was left, and returns what went wrong for another reason than
// that somebody else is at it.
func (in *Intake) tell(done string, up incident.Upload, err error) error {
	switch {
	case err == nil:
		in.log.Info("took up an upload that was left", "done", done, "room_id", string(up.RoomID), "file_id", string(up.FileID))
	case incident.KindOf(err) == incident.Busy:
		return nil
	}
	return err
}
