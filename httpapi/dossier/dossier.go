// Package dossier writes an incident room as one document that leaves the
// installation: a ZIP with a page to read, the log, and the files as they were uploaded.
//
// Invariants:
//   - The page holds no script and loads nothing but the files beside it.
//   - Nothing that people wrote becomes markup, or the path of a file.
//   - SHA256SUMS names every other entry, and is known before any file is read: a file
//     whose bytes are not those that were uploaded ends the writing.
//   - What is in memory at once does not grow with the conversation, only by a line
//     for each file.
//
// It decides nothing about who may have one, and opens no file itself.
package dossier

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"taskreporter/incident"
)

// Entries beside the files.
const (
	pageName = "incident.html"
	logName  = "events.jsonl"
	sumsName = "SHA256SUMS"
)

// ErrChanged says that a file's bytes are not those that were uploaded.
var ErrChanged = errors.New("its bytes are not those that were uploaded")

// Options say how a dossier is written.
type Options struct {
	Language string // of the page: [Chinese] or [English]
	Zone     *time.Location
	By       incident.Person // who takes it along
	At       time.Time
	// Lost are files whose bytes the store does not have.
	Lost map[incident.FileID]bool
	// Encode makes of an event what its line in the log tells. path is where the
	// dossier has a file, "" where it has not.
	Encode func(e incident.Event, path func(incident.FileID) string) (any, error)
}

// File is a file whose bytes belong into the dossier.
type File struct {
	incident.File
	path string
}

// Dossier is one that is being written.
type Dossier struct {
	options Options
	zip     *zip.Writer
	sums    bytes.Buffer
	files   []File
	added   int                     // of files
	entries []entry                 // of all files
	places  map[incident.FileID]int // in entries
}

// New begins a dossier.
func New(w io.Writer, o Options) *Dossier {
	return &Dossier{options: o, zip: zip.NewWriter(w), places: map[incident.FileID]int{}}
}

// Tell writes what the room says, its page and its log. The files come after it.
func (d *Dossier) Tell(c incident.RoomCopy) error {
	for files, err := range c.Files {
		if err != nil {
			return err
		}
		for _, f := range files {
			d.enter(f)
		}
	}
	if err := d.putSummed(pageName, func(w io.Writer) error { return d.writePage(w, c) }); err != nil {
		return err
	}
	if err := d.putSummed(logName, func(w io.Writer) error { return d.writeLog(w, c) }); err != nil {
		return err
	}
	for _, f := range d.files {
		d.sum(f.SHA256, f.path)
	}
	return d.zip.Flush()
}

// Sum is the SHA-256 of SHA256SUMS, in hex: who knows it from elsewhere can tell
// whether anything was changed. It is known once the room has told.
func (d *Dossier) Sum() string {
	sum := sha256.Sum256(d.sums.Bytes())
	return hex.EncodeToString(sum[:])
}

func (d *Dossier) writeLog(w io.Writer, c incident.RoomCopy) error {
	lines := json.NewEncoder(w)
	path := func(id incident.FileID) string { return d.entry(id).Path }
	for events, err := range c.Log {
		if err != nil {
			return err
		}
		for _, e := range events {
			line, err := d.options.Encode(e, path)
			if err != nil {
				return err
			}
			if err := lines.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// Files are those whose bytes are still to be added, in this order.
func (d *Dossier) Files() []File { return d.files }

// Add writes a file's bytes. Error: ErrChanged, and those of r.
func (d *Dossier) Add(f File, r io.Reader) error {
	sum, err := d.put(f.path, zip.Store, f.UploadedAt, func(w io.Writer) error {
		_, err := io.Copy(w, io.LimitReader(r, f.Size+1))
		return err
	})
	if err == nil && sum != f.SHA256 {
		err = ErrChanged
	}
	if err != nil {
		return fmt.Errorf("file %s: %w", f.ID, err)
	}
	d.added++
	return nil
}

// Close writes the sums, and what makes a ZIP whole, once all files were added.
func (d *Dossier) Close() error {
	if d.added != len(d.files) {
		return fmt.Errorf("%d of %d files were added", d.added, len(d.files))
	}
	w, err := d.create(sumsName, zip.Deflate, d.options.At)
	if err != nil {
		return err
	}
	if _, err := w.Write(d.sums.Bytes()); err != nil {
		return err
	}
	return d.zip.Close()
}

// putSummed writes an entry about the room, and its line of the sums.
func (d *Dossier) putSummed(name string, write func(io.Writer) error) error {
	sum, err := d.put(name, zip.Deflate, d.options.At, write)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	d.sum(sum, name)
	return nil
}

// sum adds a line in the form of sha256sum.
func (d *Dossier) sum(sum, name string) { fmt.Fprintf(&d.sums, "%s  %s\n", sum, name) }

// put writes an entry and returns its SHA-256.
func (d *Dossier) put(name string, method uint16, at time.Time, write func(io.Writer) error) (string, error) {
	w, err := d.create(name, method, at)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = write(io.MultiWriter(w, sum))
	return hex.EncodeToString(sum.Sum(nil)), err
}

func (d *Dossier) create(name string, method uint16, at time.Time) (io.Writer, error) {
	return d.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: at.In(d.options.Zone)})
}
