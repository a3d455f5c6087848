package archive

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"taskreporter/incident"
)

// Pace waits until n more bytes may be read.
type Pace func(ctx context.Context, n int) error

// Writer makes a backup. Tables are written one after the other, then objects,
// then [Writer.Finish]; anything else ends with [Writer.Abandon].
type Writer struct {
	final, temp string
	root        *os.Root
	pace        Pace
	m           Manifest
}

// Create begins a backup that will be the directory dir, which must not exist. A
// nil pace never waits.
func Create(dir string, pace Pace) (*Writer, error) {
	const op = "make backup"
	final, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if _, err := os.Lstat(final); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
		return nil, incident.E(incident.Conflict, op, "%s is there already. Name a directory that is not.", dir)
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o700); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if pace == nil {
		pace = func(context.Context, int) error { return nil }
	}
	w := &Writer{final: final, temp: final + Unfinished + strings.ToLower(rand.Text()[:8]), pace: pace, m: Manifest{Format: Format}}
	if err := os.Mkdir(w.temp, 0o700); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if w.root, err = os.OpenRoot(w.temp); err == nil {
		err = w.root.Mkdir(tablesDir, 0o700)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", op, err), w.Abandon())
	}
	return w, nil
}

// Unfinished is in the name of a backup that grows, or that was killed while it did.
const Unfinished = ".unfinished-"

// Abandon removes what has been written.
func (w *Writer) Abandon() error {
	if w.root != nil {
		_ = w.root.Close() // it goes
	}
	return os.RemoveAll(w.temp)
}

// TableWriter takes the rows of one table.
type TableWriter struct {
	w     *Writer
	t     Table
	file  *os.File
	sum   hash.Hash
	zip   *gzip.Writer
	lines *bufio.Writer
	json  *json.Encoder
}

// lineBuffer is how many bytes of rows are compressed, and paced, at once.
const lineBuffer = 64 << 10

// Table begins a table. Tables are loaded in the order in which they were begun.
func (w *Writer) Table(ctx context.Context, name string, columns []Column) (*TableWriter, error) {
	return w.table(ctx, path.Join(tablesDir, name+suffix), name, columns)
}

func (w *Writer) table(ctx context.Context, file, name string, columns []Column) (*TableWriter, error) {
	f, err := w.root.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, unwritten(err)
	}
	t := &TableWriter{w: w, t: Table{Name: name, Columns: columns}, file: f, sum: sha256.New()}
	t.zip, _ = gzip.NewWriterLevel(io.MultiWriter(f, t.sum), gzip.BestSpeed) // the level is right
	t.lines = bufio.NewWriterSize(paced{ctx, w.pace, t.zip}, lineBuffer)
	t.json = json.NewEncoder(t.lines)
	t.json.SetEscapeHTML(false)
	return t, nil
}

// Row appends a row. Cells are nil, string, int64, bool or time.Time; they are
// changed.
func (t *TableWriter) Row(cells []any) error {
	if err := encode(cells); err != nil {
		return fmt.Errorf("table %s: %w", t.t.Name, err)
	}
	t.t.Rows++
	return unwritten(t.json.Encode(cells))
}

// unwritten keeps a full disk here from being taken for a fault of a database.
func unwritten(err error) error {
	return incident.Wrap(incident.Internal, "write backup", err, "The backup cannot be written.")
}

// Close ends the table, on the disk.
func (t *TableWriter) Close() error {
	err := t.finish()
	if err == nil {
		t.w.m.Tables = append(t.w.m.Tables, t.t)
	}
	return err
}

func (t *TableWriter) finish() error {
	err := t.lines.Flush()
	if err == nil {
		err = t.zip.Close()
	}
	if err == nil {
		err = t.file.Sync()
	}
	t.t.SHA256 = hex.EncodeToString(t.sum.Sum(nil))
	return unwritten(errors.Join(err, t.file.Close()))
}

// Rows reads a table back that was closed.
func (w *Writer) Rows(ctx context.Context, name string, each func(Row) error) error {
	for _, t := range w.m.Tables {
		if t.Name == name {
			return readTable(ctx, w.root, path.Join(tablesDir, name+suffix), t, each)
		}
	}
	return fmt.Errorf("the backup has no table %s", name)
}

// Finish gives the backup its name, when all of it is on the disk, and returns
// its manifest and the manifest's SHA-256. of fills in what only the caller knows.
func (w *Writer) Finish(of func(*Manifest)) (Manifest, string, error) {
	of(&w.m)
	text, err := json.MarshalIndent(w.m, "", "  ")
	if err != nil {
		return w.m, "", err
	}
	sum := sha256.Sum256(text)
	digest := hex.EncodeToString(sum[:])
	for _, f := range []struct{ name, text string }{
		{digestFile, digest + "  " + ManifestFile + "\n"}, {ManifestFile, string(text)},
	} {
		if err := w.writeFile(f.name, f.text); err != nil {
			return w.m, "", err
		}
	}
	if err := w.syncDirs(); err != nil {
		return w.m, "", err
	}
	if err := w.root.Close(); err != nil {
		return w.m, "", err
	}
	if err := os.Rename(w.temp, w.final); err != nil { // fails on a directory that has something in it
		return w.m, "", err
	}
	return w.m, digest, syncDir(os.Open(filepath.Dir(w.final)))
}

func (w *Writer) writeFile(name, text string) error {
	f, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDirs makes the names of all files durable.
func (w *Writer) syncDirs() error {
	return fs.WalkDir(w.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncDir(w.root.Open(name))
	})
}

func syncDir(f *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// paced is a writer that keeps to the pace.
type paced struct {
	ctx  context.Context
	pace Pace
	w    io.Writer
}

func (p paced) Write(b []byte) (int, error) {
	if err := p.pace(p.ctx, len(b)); err != nil {
		return 0, err
	}
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}
