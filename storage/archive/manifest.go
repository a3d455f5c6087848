// Package archive owns the form of a backup: a directory with the rows of every
// table, the objects, and a manifest that says what a whole one has.
//
// Invariants:
//   - A backup has its name only when all of it is on the disk: it grows under
//     another name and is renamed at the end.
//   - Every byte is under a hash: the manifest's in a file beside it, those of the
//     tables in the manifest, those of the objects in a table of their own.
//   - Rows are in words that every database understands; memory does not grow with
//     their number, nor with the size of objects.
//   - Only the account that writes a backup can read it.
//
// It does not know what the tables mean: package storage reads and loads them.
package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"time"

	"taskreporter/incident"
)

// Format is the newest form that this program reads and the one it writes.
const Format = 1

const (
	// ManifestFile is the file without which a directory is no backup.
	ManifestFile = "manifest.json"

	digestFile = "manifest.json.sha256" // as sha256sum writes it
	tablesDir  = "tables"
	objectsDir = "objects"
	indexName  = "objects" // the table of objects stands beside the manifest
	suffix     = ".jsonl.gz"
)

// Kind is what a column holds, whatever a database calls it.
type Kind string

// The kinds. A row is a JSON array of its cells in the order of the columns: a
// time is a text of RFC 3339, JSON is a text with JSON in it, and a text that is
// no UTF-8 is {"base64": …}.
const (
	Text Kind = "text"
	Int  Kind = "int"
	Bool Kind = "bool"
	Time Kind = "time"
)

// Column is one of a table.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// Table is what a whole backup has of one.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Rows    int64    `json:"rows"`
	SHA256  string   `json:"sha256"` // of its file, compressed as it is
}

// Damage is an object that could not be copied as its row says.
type Damage struct {
	Key  string `json:"key"`
	What string `json:"what"`
}

// Manifest says what is in a backup.
type Manifest struct {
	Format      int               `json:"format"`
	Program     string            `json:"program"`  // version that wrote it
	Database    string            `json:"database"` // kind that it was read from
	Schema      int64             `json:"schema"`   // version of the tables
	Point       time.Time         `json:"point"`    // of which the rows are
	Finished    time.Time         `json:"finished"`
	Tables      []Table           `json:"tables"` // in the order in which they can be loaded
	Objects     Table             `json:"objects"`
	ObjectBytes int64             `json:"object_bytes"`
	LeftOut     map[string]string `json:"left_out"`          // table: why
	KeepApart   []string          `json:"keep_apart"`        // what an installation needs beside this
	Gone        []string          `json:"gone,omitempty"`    // keys of files that were purged after the point
	Damaged     []Damage          `json:"damaged,omitempty"` // accepted when it was written
}

// AllRows is how many rows there are in all tables.
func (m Manifest) AllRows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// check refuses a manifest whose names could not be ours: they become paths and
// parts of statements.
func (m Manifest) check() error {
	for _, t := range append([]Table{m.Objects}, m.Tables...) {
		if !identifier.MatchString(t.Name) {
			return fmt.Errorf("there is no table %q", t.Name)
		}
		for _, c := range t.Columns {
			if !identifier.MatchString(c.Name) {
				return fmt.Errorf("table %s has no column %q", t.Name, c.Name)
			}
		}
	}
	return nil
}

// readManifest returns the manifest and its SHA-256 in hex.
func readManifest(root *os.Root, dir string) (m Manifest, digest string, err error) {
	const op = "open backup"
	text, err := root.ReadFile(ManifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return m, "", incident.E(incident.Invalid, op, "%s is no whole backup: it has no %s. Take another one.", dir, ManifestFile)
	}
	if err != nil {
		return m, "", err
	}
	broken := incident.E(incident.Invalid, op, "%s in %s is not what was written. Take another backup.", ManifestFile, dir)
	sum := sha256.Sum256(text)
	digest = hex.EncodeToString(sum[:])
	var form struct{ Format int }
	if json.Unmarshal(text, &form) != nil || form.Format < 1 {
		return m, "", broken
	}
	if form.Format > Format {
		return m, "", incident.E(incident.Conflict, op,
			"%s has the form %d, and this program knows up to %d. Use the version that wrote it, or a newer one.", dir, form.Format, Format)
	}
	noted, err := root.ReadFile(digestFile)
	if err != nil || !strings.HasPrefix(string(noted), digest+" ") {
		return m, "", broken
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, "", broken
	}
	if err := m.check(); err != nil {
		return m, "", incident.Wrap(incident.Invalid, op, err, broken.Detail)
	}
	return m, digest, nil
}
