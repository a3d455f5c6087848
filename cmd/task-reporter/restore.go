package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskreporter/storage"
	"taskreporter/storage/archive"
)

// RestoreCmd puts a backup into an empty installation, of the same kind of
// database and store or of another.
type RestoreCmd struct {
	Dir           string  `arg:"" help:"The backup."`
	KeepAPITokens bool    `name:"keep-api-tokens" help:"API tokens of the backup go on working, those revoked since then too. Without this all are revoked."`
	MBPerS        float64 `name:"mb-per-s" placeholder:"N" help:"Read no more than so many megabytes a second; 0 for as fast as it goes."`
}

// Validate implements kong.Validatable.
func (r *RestoreCmd) Validate() error {
	if r.MBPerS < 0 {
		return errors.New("--mb-per-s: want more than 0")
	}
	return nil
}

// Run fails, and changes nothing that was there, unless database and store are
// empty. It may be repeated after any failure. Objects come first, so that rows
// without them never can be read; the rows come all at once.
func (r *RestoreCmd) Run(ctx context.Context, cfg *Config, c console) error {
	from, err := archive.Open(r.Dir, pace(r.MBPerS))
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // only ever read
	sc := cfg.storage(c.Err)
	if err := storage.RequireEmpty(ctx, sc, from.Manifest); err != nil {
		return err
	}
	store, err := quietObjects(ctx, cfg, c)
	if err != nil {
		return err
	}
	defer closeObjects(store)
	if err := store.Check(ctx); err != nil {
		return err
	}
	if err := from.Fits(ctx, store); err != nil {
		return err
	}
	tell := newTeller(c.Err)
	err = from.Restore(ctx, store, func(t archive.Totals) { tell.say("files %d of %d, %s", t.Objects, from.Objects.Rows, inBytes(t.Bytes)) })
	if err != nil {
		return fmt.Errorf("nothing was restored but some files: %w", err)
	}
	done, err := storage.Restore(ctx, sc, from, storage.Load{
		Bucket: store.Bucket(), KeepTokens: r.KeepAPITokens,
		Table: func(name string, rows int64) { tell.say("table %s, row %d", name, rows) },
	})
	if err != nil {
		return fmt.Errorf("nothing was restored but the files: %w", err)
	}
	fmt.Fprintf(c.Out, "restored %d rows, %d files, %s, as of %s; manifest %s\n",
		from.AllRows(), from.Objects.Rows, inBytes(from.ObjectBytes), from.Point.Format(time.RFC3339), from.Digest)
	if done.Revoked > 0 {
		fmt.Fprintf(c.Out, "API tokens that were revoked: %d; their owners make new ones, or restore again with --keep-api-tokens\n", done.Revoked)
	}
	// From here on everything is there: what fails is to be looked at, not repeated.
	if err := r.finish(ctx, sc, from, c); err != nil {
		return fmt.Errorf("everything was restored, but: %w", err)
	}
	for _, d := range from.Damaged {
		fmt.Fprintf(c.Out, "without %s: %s\n", d.Key, d.What)
	}
	for _, g := range done.Gaps {
		fmt.Fprintf(c.Out, "room %s (%s) has %d of %d events\n", g.Number, g.Room, g.Events, g.Head)
	}
	if n := len(from.Damaged) + len(done.Gaps); n > 0 {
		return fmt.Errorf("everything was restored, but the installation that was backed up had %d faults, listed above", n)
	}
	return nil
}

// finish brings the schema up to date, makes everything be found by its words, and
// looks at the audit trail.
func (r *RestoreCmd) finish(ctx context.Context, sc storage.Config, from *archive.Reader, c console) error {
	if _, err := storage.MigrateUp(ctx, sc); err != nil {
		return fmt.Errorf("%w; the next start does it again", err)
	}
	db, err := storage.Open(ctx, sc)
	if err != nil {
		return err
	}
	target := fmt.Sprintf("backup of %s manifest %s", from.Point.Format(time.RFC3339), from.Digest)
	err = record(ctx, db, "backup_restored", target)
	if err == nil {
		err = db.Seed(ctx)
	}
	if err == nil {
		err = verifyTrail(ctx, db, c)
	}
	return errors.Join(err, db.Close())
}

// verifyTrail compares the whole trail with its seals.
func verifyTrail(ctx context.Context, db *storage.DB, c console) error {
	sum, err := db.Audit().Verify(ctx, nil, func(storage.AuditFinding) error { return nil })
	if err != nil {
		return err
	}
	if sum.Findings > 0 {
		return fmt.Errorf("the audit trail has %d faults: run task-reporter admin audit verify here and where the backup is from", sum.Findings)
	}
	fmt.Fprintf(c.Out, "audit trail: %d rows as they were sealed; head %d:%s\n", sum.Sealed, sum.Head.Seq, sum.Head.Hash)
	return nil
}
