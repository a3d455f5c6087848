package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

// Verify reads all of the backup, compares it with its hashes and tells report
// each difference, by one goroutine at a time. It returns how many there were.
func (r *Reader) Verify(ctx context.Context, progress func(Totals), report func(what string)) (faults int, err error) {
	var (
		mu     sync.Mutex
		totals Totals
	)
	fault := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		faults++
		report(what)
	}
	table := func(err error) error {
		if incident.KindOf(err) == incident.Invalid {
			fault(incident.DetailOf(err))
			return nil
		}
		return err
	}
	for _, t := range r.Tables {
		if err := table(r.Rows(ctx, t, func(Row) error { return nil })); err != nil {
			return faults, err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(copies)
	err = table(r.Evidence(ctx, func(o Object) error {
		group.Go(func() error {
			what, err := r.look(ctx, o)
			if err != nil {
				return err
			}
			if what != "" {
				fault("objects/" + o.Key + ": " + what)
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			totals.Objects++
			totals.Bytes += o.Size
			progress(totals)
			return nil
		})
		return nil
	}))
	if e := group.Wait(); e != nil {
		err = e
	}
	return faults, err
}

// look says what is wrong with an object of the backup.
func (r *Reader) look(ctx context.Context, o Object) (what string, err error) {
	f, err := r.open(o)
	if err != nil {
		return err.Error(), nil
	}
	defer func() { _ = f.Close() }() // only ever read
	what, err = examine(ctx, r.pace, f, io.Discard, o)
	if err != nil && ctx.Err() == nil {
		return err.Error(), nil
	}
	return what, err
}

// Fits refuses a store that holds anything but objects of this backup: those an
// earlier attempt may have left.
func (r *Reader) Fits(ctx context.Context, store object.Store) error {
	return store.List(ctx, "", func(e object.Entry) error {
		ours, err := r.has(e.Key)
		if err == nil && !ours {
			err = incident.E(incident.Conflict, "restore objects",
				"The object store is not empty: it has %s, which is not of this backup. Name an empty directory or bucket.", e.Key)
		}
		return err
	})
}

// Restore puts all objects into store. What is there already is compared; only
// bytes that are right come under a key.
func (r *Reader) Restore(ctx context.Context, store object.Store, progress func(Totals)) error {
	var (
		mu     sync.Mutex
		totals Totals
	)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(copies)
	err := r.Evidence(ctx, func(o Object) error {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		group.Go(func() error {
			if err := r.put(ctx, store, o); err != nil {
				return fmt.Errorf("restore %s: %w", o.Key, err)
			}
			mu.Lock()
			defer mu.Unlock()
			totals.Objects++
			totals.Bytes += o.Size
			progress(totals)
			return nil
		})
		return nil
	})
	if e := group.Wait(); e != nil {
		err = e
	}
	return err
}

func (r *Reader) put(ctx context.Context, store object.Store, o Object) error {
	there, err := r.there(ctx, store, o)
	if there || err != nil {
		return err
	}
	f, err := r.open(o)
	if err != nil {
		return spoiled(objectsDir+"/"+o.Key, err)
	}
	defer func() { _ = f.Close() }() // only ever read
	// The whole file is judged before its first byte goes out: a store may make an
	// object of what it has when the bytes break off.
	what, err := examine(ctx, r.pace, f, io.Discard, o)
	if err == nil && what != "" {
		err = spoiled(objectsDir+"/"+o.Key, errors.New(what))
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	return store.Put(ctx, o.Key, o.Mime, o.Size, f)
}

// there reports whether the store has the object already.
func (r *Reader) there(ctx context.Context, store object.Store, o Object) (bool, error) {
	_, err := store.Stat(ctx, o.Key)
	if incident.KindOf(err) == incident.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	src, err := store.Get(ctx, o.Key)
	if err != nil {
		return false, err
	}
	defer func() { _ = src.Close() }() // only ever read
	what, err := examine(ctx, r.pace, src, io.Discard, o)
	if err == nil && what != "" {
		err = incident.E(incident.Conflict, "restore objects",
			"The object store has other bytes under %s: %s. Name an empty directory or bucket.", o.Key, what)
	}
	return err == nil, err
}
