package storagetest

import (
	"fmt"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

// awaiting is a file whose scan is pending, and the message that shows it.
func (r *claimed) awaiting(name string) (incident.FileUploaded, incident.MessagePosted) {
	f := r.file(name)
	f.File.Scan = incident.ScanPending
	return f, incident.MessagePosted{Message: incident.Message{
		ID: incident.MessageID(newID()), Author: r.owner.Person, Type: incident.FileRef, Text: f.File.Description, At: now(),
		Ref: &incident.Reference{
			FileID: f.File.ID, Filename: name, Kind: f.File.Kind, Size: f.File.Size, Scan: incident.ScanPending,
		},
	}}
}

func testScans(t *testing.T, fresh Fresh) {
	promise(t, "AFileReadsAsItsScanEnded", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-31
		db := Open(t, cfg)
		r := claim(t, db)
		f, shown := r.awaiting("主軸.log")
		gone, _ := r.awaiting("gone.log")
		appendAll(t, db, r.batch(f, shown, gone, incident.FileDeleted{FileID: gone.File.ID}))
		for _, state := range []incident.ScanState{incident.Unscanned, incident.ScanClean} {
			appendAll(t, db, r.batch(incident.FileScanned{FileID: f.File.ID, Scan: state}))
			f.File.Scan = state
			got, err := db.Library().File(t.Context(), r.ID, f.File.ID)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "file", got, f.File)
			m, err := db.Library().Message(t.Context(), r.ID, shown.Message.ID)
			if err != nil || m.Ref.Scan != state || m.Ref.Filename != "主軸.log" {
				t.Errorf("reference %+v (%v), want %s", m.Ref, err, state)
			}
		}
		// A file that is not there, or no more, harms nobody.
		appendAll(t, db, r.batch(
			incident.FileScanned{FileID: gone.File.ID, Scan: incident.ScanInfected},
			incident.FileScanned{FileID: incident.FileID(newID()), Scan: incident.ScanInfected},
		))
	})

	promise(t, "AFileInQuarantineHasNoNameButInTheListOfThoseWhoMayKnow", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-31
		db := Open(t, cfg)
		r := claim(t, db)
		bad, badMessage := r.awaiting("發票 invoice.log")
		fine, fineMessage := r.awaiting("fine.log")
		appendAll(t, db, r.batch(bad, badMessage, fine, fineMessage, incident.FileScanned{FileID: fine.File.ID, Scan: incident.ScanClean}))
		before := logOf(t, db, r.ID)
		verdict := incident.FileScanned{FileID: bad.File.ID, Scan: incident.ScanInfected}
		appendAll(t, db, r.batch(verdict))
		// A later one, of a scanner that knows less, changes nothing.
		appendAll(t, db, r.batch(incident.FileScanned{FileID: bad.File.ID, Scan: incident.ScanClean}))
		fine.File.Scan, bad.File.Scan = incident.ScanClean, incident.ScanInfected

		for _, all := range []bool{false, true} {
			files, total, err := db.Library().Files(t.Context(), r.ID, incident.FileQuery{Limit: 10, Quarantined: all})
			if err != nil {
				t.Fatal(err)
			}
			want := []incident.File{fine.File}
			if all {
				want = append(want, bad.File)
			}
			if len(files) != len(want) || total != len(want) {
				t.Errorf("quarantined %v: %d files of %d, want %d", all, len(files), total, len(want))
			}
		}

		ref := badMessage.Message.Ref.Withheld()
		m, err := db.Library().Message(t.Context(), r.ID, badMessage.Message.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "reference", m.Ref, &ref)

		want := before
		for i, e := range want {
			switch c := e.Change.(type) {
			case incident.FileUploaded:
				if c.File.ID == bad.File.ID {
					c.File = c.File.Withheld()
					want[i].Change = c
				}
			case incident.MessagePosted:
				if c.Message.ID == badMessage.Message.ID {
					c.Message.Ref = &ref
					want[i].Change = c
				}
			}
		}
		same(t, "log", logOf(t, db, r.ID)[:len(want)], want)

		page, err := db.Library().Timeline(t.Context(), r.ID, incident.TimelineQuery{Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			switch c := e.Change.(type) {
			case incident.FileUploaded:
				if c.File.ID == bad.File.ID {
					same(t, "timeline's file", c.File, bad.File.Withheld())
				}
			case incident.MessagePosted:
				if c.Message.ID == badMessage.Message.ID {
					same(t, "timeline's reference", c.Message.Ref, &ref)
				}
			case incident.FileScanned:
				t.Error("the timeline shows a scan beside the message that it changes")
			}
		}

		hits, _, err := db.Library().Search(t.Context(), incident.SearchQuery{Asker: r.owner.ID, Text: "invoice", Limit: 10})
		if err != nil || len(hits) != 0 {
			t.Errorf("a search finds %+v (%v)", hits, err)
		}

		// The message's author takes it back: neither its text nor the file's name is read.
		appendAll(t, db, r.batch(incident.MessageDeleted{MessageID: badMessage.Message.ID}))
		for _, e := range logOf(t, db, r.ID) {
			c, ok := e.Change.(incident.MessagePosted)
			if ok && c.Message.ID == badMessage.Message.ID && (c.Message.Text != "" || c.Message.Deleted == nil || c.Message.Ref.Filename != "") {
				t.Errorf("the log tells %+v of %+v", c.Message.Ref, c.Message)
			}
		}
	})

	promise(t, "WhatWaitsForItsScanIsFoundOldestFirst", fresh, func(t *testing.T, cfg storage.Config) { // F-UP-31
		db := Open(t, cfg)
		start := now()
		var want []incident.FileID
		for i := range 4 {
			r := claim(t, db)
			waits, _ := r.awaiting(fmt.Sprintf("%d.log", i))
			waits.File.UploadedAt = start.Add(time.Duration(i/2) * time.Microsecond) // two share a time
			scanned, _ := r.awaiting("scanned.log")
			gone, _ := r.awaiting("gone.log")
			young, _ := r.awaiting("young.log")
			young.File.UploadedAt = start.Add(time.Minute)
			appendAll(t, db, r.batch(waits, scanned, gone, young, r.file("never.log"),
				incident.FileScanned{FileID: scanned.File.ID, Scan: incident.ScanClean}, incident.FileDeleted{FileID: gone.File.ID}))
			want = append(want, waits.File.ID)
		}
		var got []incident.FileID
		var after *incident.FileCursor
		for range 10 {
			page, err := db.Library().Unchecked(t.Context(), start.Add(time.Second), after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, f := range page {
				got = append(got, f.ID)
			}
			last := page[len(page)-1]
			after = &incident.FileCursor{At: last.UploadedAt, ID: last.ID}
		}
		same(t, "files to scan", got, want) // ids rise, so those that share a time stand in order
		if n, err := db.Library().CountUnchecked(t.Context()); err != nil || n != 8 {
			t.Errorf("%d wait (%v), want 8", n, err)
		}
	})
}
