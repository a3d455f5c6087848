package logtext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"taskreporter/incident"
)

// window is a part of a file in memory, and knows where its entries begin.
//
// An entry begins at the file's start; behind a line end, which is LF, CR LF or CR;
// and at the cut of each multiple of stride with no line end on it or less than a
// stride before it. So a stride of bytes around a place tells whether an entry
// begins there.
type window struct {
	form  form
	size  int64 // of the file
	at    int64 // where bytes begins, a multiple of stride
	bytes []byte
}

// entry is a line, or a part of a long one.
type entry struct {
	start, end int64
	stop       int64 // where its line end begins; end when there is none
}

// load reads the bytes from a multiple of stride on, as far as there are any.
func (w *window) load(src io.ReadSeeker, from, to int64) error {
	from, to = max(from, 0), min(to, w.size)
	b, err := readRange(src, from, to-from)
	w.at, w.bytes = from, b
	return err
}

// readRange reads n bytes from at on, which must be there.
func readRange(src io.ReadSeeker, at, n int64) ([]byte, error) {
	if n <= 0 {
		return nil, nil
	}
	if _, err := src.Seek(at, io.SeekStart); err != nil {
		return nil, fmt.Errorf("seek in log: %w", err)
	}
	b := make([]byte, n)
	_, err := io.ReadFull(src, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, incident.Wrap(incident.Internal, "logtext", err, "The stored file is shorter than the one that was uploaded. Tell an administrator.")
	}
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return b, nil
}

// anchor returns a place near the window's start at which an entry begins.
func (w *window) anchor() int64 {
	if w.at == 0 {
		return 0
	}
	// The last line end of the run-up might lead behind the offset that is asked for.
	to := w.at + runUp - 4
	if end := w.find(w.at, to); end < to {
		return w.behind(end)
	}
	return w.cutAt(w.at + 2*stride)
}

// next returns the entry that begins at start.
func (w *window) next(start int64) entry {
	grid := (start + 2*stride - 1) / stride * stride
	limit := min(grid+w.form.unit, w.size)
	if end := w.find(start, limit); end < limit {
		return entry{start: start, stop: end, end: w.behind(end)}
	}
	if grid >= w.size {
		return entry{start: start, stop: w.size, end: w.size}
	}
	cut := w.cutAt(grid)
	return entry{start: start, stop: cut, end: cut}
}

// find returns where the first line end in [from, to) begins, or to.
func (w *window) find(from, to int64) int64 {
	if w.form.unit == 1 {
		if i := bytes.IndexAny(w.bytes[from-w.at:to-w.at], "\r\n"); i >= 0 {
			return from + int64(i)
		}
		return to
	}
	for p := from; p+1 < to; p += 2 {
		if u := w.unit(p); u == '\r' || u == '\n' {
			return p
		}
	}
	return to
}

// behind returns where the line end ends that begins at p.
func (w *window) behind(p int64) int64 {
	after := p + w.form.unit
	if w.unit(p) == '\r' && after+w.form.unit <= w.size && w.unit(after) == '\n' {
		return after + w.form.unit
	}
	return after
}

// cutAt returns where a line is cut near a multiple of stride: behind a space or
// another character that is no part of a longer one in any encoding, if there is
// one, else between two characters, if that shows.
func (w *window) cutAt(grid int64) int64 {
	for p := grid; p > grid-slack; p -= w.form.unit {
		if w.unit(p-w.form.unit) < '0' {
			return p
		}
	}
	switch {
	case w.form.order != nil:
		if u := w.unit(grid); u >= 0xdc00 && u <= 0xdfff {
			return grid - 2
		}
	case w.form.encoding == incident.UTF8:
		for p := grid; p > grid-utf8.UTFMax; p-- {
			if utf8.RuneStart(w.bytes[p-w.at]) {
				return p
			}
		}
	}
	return grid
}

// unit is the code unit at p; of half a unit at the file's end it is U+FFFD.
func (w *window) unit(p int64) uint16 {
	b := w.bytes[p-w.at:]
	switch {
	case w.form.order == nil:
		return uint16(b[0])
	case len(b) < 2:
		return utf8.RuneError
	}
	return w.form.order.Uint16(b)
}
