package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"golang.org/x/time/rate"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/archive"
	"taskreporter/storage/object"
)

// BackupCmd writes database and objects as they were at one point, while servers
// run (F-OP).
type BackupCmd struct {
	Dir          string  `arg:"" help:"Directory that the backup will be; it must not exist."`
	Dated        bool    `help:"DIR is for many backups: make one in it that is named by the time, with the newest one there as its base."`
	Keep         int     `placeholder:"N" help:"With --dated, remove all but the newest N backups in DIR afterwards; 0 keeps all."`
	Base         string  `placeholder:"OLDER" help:"An older backup: files that it has take no room a second time, on the same file system."`
	MBPerS       float64 `name:"mb-per-s" placeholder:"N" help:"Read no more than so many megabytes a second; 0 for as fast as it goes."`
	AcceptDamage bool    `help:"Write the backup even though the object store has lost or changed files; it lists them. Without this nothing is written then."`
	Verify       bool    `help:"Write nothing: read the backup DIR and compare all of it with its hashes."`
}

// Validate implements kong.Validatable.
func (b *BackupCmd) Validate() error {
	switch {
	case b.Verify && (b.Dated || b.Base != "" || b.AcceptDamage):
		return errors.New("--verify goes with DIR and --mb-per-s only")
	case b.Dated && b.Base != "":
		return errors.New("--dated takes the newest backup as its base: leave --base out")
	case b.Keep < 0 || b.Keep > 0 && !b.Dated:
		return errors.New("--keep: want 1 or more, with --dated")
	case b.MBPerS < 0:
		return errors.New("--mb-per-s: want more than 0")
	}
	return nil
}

// keepApart is what an installation has beside database and objects. None of it is
// in a backup.
var keepApart = []string{
	"the settings: the environment, or the file of --config-file",
	"the signing keys (TASK_REPORTER_AUTH_KEY_DIR, or keys/ in the data directory); without them new ones are made",
	"the certificates and keys of TLS (TASK_REPORTER_TLS_…) and of the cluster (TASK_REPORTER_CLUSTER_…)",
	"the certificates that the directory is trusted by (TASK_REPORTER_DIRECTORY_…)",
}

// Run prints where the backup is, and the SHA-256 of its manifest.
func (b *BackupCmd) Run(ctx context.Context, cfg *Config, c console) error {
	if b.Verify {
		return b.verify(ctx, c)
	}
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		store, err := quietObjects(ctx, cfg, c)
		if err != nil {
			return err
		}
		defer closeObjects(store)
		if err := store.Check(ctx); err != nil {
			return err
		}
		dir, base := b.Dir, b.Base
		if b.Dated {
			dir, base = dated(b.Dir, time.Now())
		}
		older, err := b.older(base, c)
		if err != nil {
			return err
		}
		if older != nil {
			defer func() { _ = older.Close() }() // only ever read
		}
		m, digest, err := b.write(ctx, cfg, c, db, store, older, dir)
		if err != nil {
			return fmt.Errorf("no backup was made: %w", err)
		}
		fmt.Fprintf(c.Out, "%s\n", dir)
		fmt.Fprintf(c.Err, "backup of %s: %d rows, %d files, %s; manifest %s\n",
			m.Point.Format(time.RFC3339), m.AllRows(), m.Objects.Rows, inBytes(m.ObjectBytes), digest)
		err = record(context.WithoutCancel(ctx), db, storage.BackupTaken, fmt.Sprintf("backup %s of %s manifest %s", filepath.Base(dir), m.Point.Format(time.RFC3339), digest))
		if b.Keep > 0 {
			err = errors.Join(err, prune(b.Dir, b.Keep))
		}
		return err
	})
}

// older opens the backup that files are taken from.
func (b *BackupCmd) older(base string, c console) (*archive.Reader, error) {
	if base == "" {
		return nil, nil
	}
	older, err := archive.Open(base, nil)
	if err != nil && b.Dated { // a spoiled one must not keep new ones from being made
		fmt.Fprintf(c.Err, "%s is not used as a base: %s\n", base, explain(err))
		return nil, nil
	}
	return older, err
}

// write makes the backup, or leaves nothing behind.
func (b *BackupCmd) write(ctx context.Context, cfg *Config, c console, db *storage.DB, store object.Store, older *archive.Reader, dir string) (m archive.Manifest, digest string, err error) {
	w, err := archive.Create(dir, pace(b.MBPerS))
	if err != nil {
		return m, "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Abandon())
		}
	}()
	tell := newTeller(c.Err)
	point, err := storage.Dump(ctx, cfg.storage(c.Err), w, func(table string, rows int64) { tell.say("table %s, row %d", table, rows) })
	if err != nil {
		return m, "", err
	}
	damaged := 0
	copying := archive.Copy{
		Store: store, Base: older,
		Gone: func(ctx context.Context, o archive.Object) (bool, error) {
			there, err := db.Recorded(ctx, incident.FileID(o.ID))
			return !there, err
		},
		Progress: func(t archive.Totals) {
			tell.say("files %d, %s, %d taken from the base", t.Objects, inBytes(t.Bytes), t.Linked)
		},
		Damage: func(d archive.Damage) {
			damaged++
			fmt.Fprintf(c.Err, "damaged: %s: %s\n", d.Key, d.What)
		},
	}
	err = w.Objects(ctx, copying, func(each func(archive.Object) error) error {
		return storage.DumpedFiles(ctx, w, each)
	})
	if err != nil {
		return m, "", err
	}
	if damaged > 0 && !b.AcceptDamage {
		return m, "", fmt.Errorf("%d files are not in the object store as they were uploaded: see admin storage check --deep; --accept-damage makes a backup without them", damaged)
	}
	return w.Finish(func(m *archive.Manifest) {
		m.Program, m.Database, m.Schema, m.Point, m.Finished = version, point.Database, point.Schema, point.At, time.Now().UTC()
		m.LeftOut, m.KeepApart = storage.NotDumped, keepApart
	})
}

// verify reads a whole backup.
func (b *BackupCmd) verify(ctx context.Context, c console) error {
	r, err := archive.Open(b.Dir, pace(b.MBPerS))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only ever read
	tell := newTeller(c.Err)
	faults, err := r.Verify(ctx,
		func(t archive.Totals) { tell.say("files %d, %s", t.Objects, inBytes(t.Bytes)) },
		func(what string) { fmt.Fprintln(c.Out, what) })
	if err != nil {
		return err
	}
	if faults > 0 {
		return fmt.Errorf("%d parts of %s are not what was written: keep it for what is left, and make another", faults, b.Dir)
	}
	fmt.Fprintf(c.Out, "whole: %d rows in %d tables, %d files, %s, as of %s; manifest %s\n",
		r.AllRows(), len(r.Tables), r.Objects.Rows, inBytes(r.ObjectBytes), r.Point.Format(time.RFC3339), r.Digest)
	for _, d := range r.Damaged {
		fmt.Fprintf(c.Out, "without %s, which the store did not have when it was written: %s\n", d.Key, d.What)
	}
	return nil
}

// quietObjects opens the object store without what a start says of it.
func quietObjects(ctx context.Context, cfg *Config, c console) (object.Store, error) {
	return openObjects(ctx, cfg, slog.New(slog.NewTextHandler(c.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

func closeObjects(store object.Store) {
	if closer, ok := store.(io.Closer); ok {
		_ = closer.Close() // nothing is in flight
	}
}

// pace makes one of megabytes a second, nil for none.
func pace(megabytes float64) archive.Pace {
	if megabytes <= 0 {
		return nil
	}
	const most = 1 << 20 // bytes that may come at once; archive reads less
	limiter := rate.NewLimiter(rate.Limit(megabytes*1e6), most)
	limiter.AllowN(time.Now(), most) // the first ones are no quicker
	return func(ctx context.Context, n int) error { return limiter.WaitN(ctx, n) }
}

// inBytes writes an amount for people.
func inBytes(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}

// tellEvery is how often a long command says how far it is.
const tellEvery = 5 * time.Second

// teller says how far a long command is, now and then. It is used by one goroutine
// at a time.
type teller struct {
	w    io.Writer
	next time.Time
}

func newTeller(w io.Writer) *teller { return &teller{w, time.Now().Add(tellEvery)} }

func (t *teller) say(format string, args ...any) {
	if now := time.Now(); now.After(t.next) {
		t.next = now.Add(tellEvery)
		fmt.Fprintf(t.w, format+"\n", args...)
	}
}
