package archive

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"taskreporter/incident"
)

// Reader is a backup that is whole by its manifest. What is in the files is
// compared with its hashes as it is read.
type Reader struct {
	Manifest
	// Digest is the SHA-256 of the manifest, and so says which backup this is.
	Digest string
	dir    string
	root   *os.Root
	pace   Pace
}

// Open opens the backup in dir. A nil pace never waits.
func Open(dir string, pace Pace) (*Reader, error) {
	const op = "open backup"
	root, err := os.OpenRoot(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, incident.E(incident.NotFound, op, "There is no backup %s.", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if pace == nil {
		pace = func(context.Context, int) error { return nil }
	}
	r := &Reader{dir: dir, root: root, pace: pace}
	if r.Manifest, r.Digest, err = readManifest(root, dir); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return r, nil
}

// Close closes the backup.
func (r *Reader) Close() error { return r.root.Close() }

// Rows gives each row of a table. What is given before an error may be spoiled.
func (r *Reader) Rows(ctx context.Context, t Table, each func(Row) error) error {
	return readTable(ctx, r.root, path.Join(tablesDir, t.Name+suffix), t, each)
}

// Evidence gives each object that the backup should have, by no order.
func (r *Reader) Evidence(ctx context.Context, each func(Object) error) error {
	return readTable(ctx, r.root, indexName+suffix, r.Objects, func(row Row) error {
		return each(Object{Key: row.Text("key"), Mime: row.Text("mime"), Size: row.Int("size"), SHA256: row.Text("sha256")})
	})
}

// readTable gives each row. An error of each is returned as it is; what is wrong
// with the file is incident.Invalid.
func readTable(ctx context.Context, root *os.Root, file string, t Table, each func(Row) error) error {
	f, err := root.Open(file)
	if err != nil {
		return spoiled(file, err)
	}
	defer func() { _ = f.Close() }() // only ever read
	sum := sha256.New()
	buffered := bufio.NewReaderSize(io.TeeReader(f, sum), lineBuffer)
	zip, err := gzip.NewReader(buffered)
	if err != nil {
		return spoiled(file, err)
	}
	lines := json.NewDecoder(zip)
	lines.UseNumber()
	var n int64
	for ; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		var cells []any
		err := lines.Decode(&cells)
		if err == io.EOF {
			break
		}
		if err == nil {
			err = decode(cells, t.Columns)
		}
		if err != nil {
			return spoiled(file, err)
		}
		if err := each(Row{t.Columns, cells}); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, buffered); err != nil { // what stands behind the rows counts too
		return spoiled(file, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != t.SHA256 {
		return spoiled(file, errors.New("other bytes than were written"))
	}
	if n != t.Rows {
		return spoiled(file, fmt.Errorf("%d rows, not %d", n, t.Rows))
	}
	return nil
}

func spoiled(file string, err error) error {
	return incident.Wrap(incident.Invalid, "read backup", err,
		fmt.Sprintf("%s is not what was written: %v. Take another backup.", file, err))
}
