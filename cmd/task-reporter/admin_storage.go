package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/reconcile"
)

// StorageCmd groups what is done with the object store.
type StorageCmd struct {
	Use   StorageUseCmd   `cmd:"" help:"Print what the files take."`
	Check StorageCheckCmd `cmd:"" help:"Compare what the database knows of files with what the object store holds."`
}

// StorageUseCmd adds up what the files take.
type StorageUseCmd struct{}

// Run prints files and bytes of each kind, as the database has them.
func (StorageUseCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		use, err := db.Library().Use(ctx)
		if err != nil {
			return err
		}
		type line struct {
			name string
			incident.FileTotal
		}
		return table(c.Out, []line{
			{"image", use.Kinds[incident.Image]},
			{"document", use.Kinds[incident.Document]},
			{"log", use.Kinds[incident.Log]},
			{"deleted", use.Deleted},
			{"quarantined", use.Quarantined},
			{"unfinished", use.Unfinished},
		}, func(l line) []any { return []any{l.name, l.Files, l.Bytes} })
	})
}

// StorageCheckCmd compares rows with objects (F-UP-32).
type StorageCheckCmd struct {
	Repair bool `help:"Remove objects that belong to nothing in the database. All else only people can mend."`
	Deep   bool `help:"Also read every file and compare its hash."`
	JSON   bool `help:"Print a line of JSON for each finding and one for the summary."`
}

// Run prints what it finds, as it finds it, and a summary. It fails when findings
// are left.
func (s *StorageCheckCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		// What a start says of the store at the level of Info is no finding.
		log := slog.New(slog.NewTextHandler(c.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
		store, err := openObjects(ctx, cfg, log)
		if err != nil {
			return err
		}
		if closer, ok := store.(io.Closer); ok {
			defer func() { _ = closer.Close() }() // nothing is in flight
		}
		tell, sumUp := writeFinding, writeSummary
		if s.JSON {
			tell, sumUp = encodeFinding, encodeSummary
		}
		sum, err := reconcile.Check(ctx, store, db.Inventory(), reconcile.Options{
			Now: time.Now(), Deep: s.Deep, Repair: s.Repair,
			Report: func(f reconcile.Finding) error { return tell(c.Out, f) },
		})
		if sum.Removed > 0 {
			target := fmt.Sprintf("object store, orphans: %d", sum.Removed)
			err = errors.Join(err, record(context.WithoutCancel(ctx), db, "storage_repaired", target))
		}
		if err != nil {
			return err
		}
		if err := sumUp(c.Out, sum); err != nil {
			return err
		}
		if left := sum.Left(); left > 0 {
			return fmt.Errorf("%d findings are left", left)
		}
		return nil
	})
}

func encodeFinding(w io.Writer, f reconcile.Finding) error { return json.NewEncoder(w).Encode(f) }

func encodeSummary(w io.Writer, sum reconcile.Summary) error {
	return json.NewEncoder(w).Encode(map[string]reconcile.Summary{"summary": sum})
}

// meanings are what people read for each kind.
var meanings = map[reconcile.Kind]string{
	reconcile.Orphan:     "object without a file",
	reconcile.Lost:       "file without its object",
	reconcile.Size:       "object of another size than its file",
	reconcile.Hash:       "object with other bytes than its file",
	reconcile.Unreadable: "object that the store does not give",
	reconcile.Foreign:    "object that is none of ours",
}

func writeFinding(w io.Writer, f reconcile.Finding) error {
	text := fmt.Sprintf("%-10s %s\n", f.Kind, f.Key)
	if f.Number != "" {
		text += fmt.Sprintf("           %s, room %s, file %s\n", f.Number, f.RoomID, f.FileID)
	}
	if file := f.File; file != nil {
		text += fmt.Sprintf("           %q of %s (%s), uploaded %s, %d bytes, sha256 %s\n",
			file.Filename, file.Uploader.Name, file.Uploader.ID, file.UploadedAt.Format(time.RFC3339), file.Size, file.SHA256)
		if file.DeletedAt != nil {
			text += fmt.Sprintf("           deleted in its room %s\n", file.DeletedAt.Format(time.RFC3339))
		}
	}
	if o := f.Object; o != nil {
		text += fmt.Sprintf("           the object has %d bytes and is of %s", o.Size, o.Modified.Format(time.RFC3339))
		if o.SHA256 != "" {
			text += ", sha256 " + o.SHA256
		}
		if f.Removed {
			text += "; removed"
		}
		text += "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

func writeSummary(w io.Writer, sum reconcile.Summary) error {
	text := fmt.Sprintf("compared: files %d, objects %d, bytes %d; under way or too fresh to judge: %d\n",
		sum.Files, sum.Objects, sum.Bytes, sum.UnderWay)
	if sum.Left() == 0 && sum.Removed == 0 {
		text += "all is well\n"
	}
	for _, kind := range reconcile.Kinds {
		if n := sum.Findings[kind]; n > 0 {
			text += fmt.Sprintf("%-10s %d: %s", kind, n, meanings[kind])
			if kind == reconcile.Orphan && sum.Removed > 0 {
				text += fmt.Sprintf(", %d removed", sum.Removed)
			}
			text += "\n"
		}
	}
	_, err := io.WriteString(w, text)
	return err
}
