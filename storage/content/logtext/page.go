// Package logtext shows logs: it guesses in which encoding a machine wrote one, and
// reads pages of it as UTF-8.
//
// Invariants:
//   - The bytes of a file are cut into entries, without a gap and in one way only:
//     wherever a page begins, its entries are the same.
//   - A page needs a few hundred kilobytes of the file and of memory, whatever the
//     file's size and the length of its lines.
//   - No text that comes out acts on whoever shows it (see [shown]).
//   - The guess depends on the file alone, not on the page.
//
// It refuses nothing: what is no text in an encoding is shown as U+FFFD.
package logtext

import (
	"io"

	"taskreporter/incident"
)

// Lengths of entries and pages, bytes of the original.
const (
	// stride is how much of a line is always shown in one piece. A longer one is cut
	// at the file's multiples of stride, so that a cut can be found from near by.
	stride = 8 << 10
	// slack is how far a cut may move back to fall between two characters.
	slack = 1 << 10
	// maxEntry bounds what must be known behind an entry's start to see its end.
	maxEntry = 2*stride + 4
	// runUp is how much before an offset tells where its entry begins.
	runUp = 3 * stride
)

// Page reads a page of a log of size bytes. Errors are those of src.
func Page(src io.ReadSeeker, size int64, q incident.TextQuery) (incident.TextPage, error) {
	guess, err := guessed(src, size)
	if err != nil {
		return incident.TextPage{}, err
	}
	p := incident.TextPage{Encoding: q.Encoding, Guessed: guess, Size: size}
	if p.Encoding == "" {
		p.Encoding = guess
	}
	var entries []entry
	w := window{size: size, form: formOf(p.Encoding)}
	if q.Backward {
		entries, err = w.before(src, min(q.Offset, size), q.Lines)
	} else {
		entries, err = w.from(src, min(q.Offset, max(size-1, 0)), q.Lines)
	}
	if err != nil || len(entries) == 0 {
		return p, err
	}
	p.Offset, p.End = entries[0].start, entries[len(entries)-1].end
	p.Lines = make([]incident.TextLine, len(entries))
	for i, e := range entries {
		p.Lines[i] = w.line(e)
	}
	return p, nil
}

// from returns the entries of the page that begins with the one that holds offset.
func (w *window) from(src io.ReadSeeker, offset int64, limit int) ([]entry, error) {
	if err := w.load(src, offset/stride*stride-runUp, offset+incident.MaxTextBytes+maxEntry); err != nil {
		return nil, err
	}
	var page []entry
	for at := w.anchor(); at < w.size && len(page) < limit; {
		e := w.next(at)
		if at = e.end; e.end <= offset {
			continue
		}
		if len(page) > 0 && e.end-page[0].start > incident.MaxTextBytes {
			break
		}
		page = append(page, e)
	}
	return page, nil
}

// before returns the entries of the page that ends at offset, or where the entry
// begins that holds it.
func (w *window) before(src io.ReadSeeker, offset int64, limit int) ([]entry, error) {
	start := offset - incident.MaxTextBytes - maxEntry
	if err := w.load(src, start/stride*stride-runUp, offset+maxEntry); err != nil {
		return nil, err
	}
	var page []entry
	for at := w.anchor(); at < offset; {
		e := w.next(at)
		if at = e.end; e.end <= offset {
			page = append(page, e)
		}
	}
	page = page[max(0, len(page)-limit):]
	for len(page) > 0 && page[len(page)-1].end-page[0].start > incident.MaxTextBytes {
		page = page[1:]
	}
	return page, nil
}

// line makes an entry readable.
func (w *window) line(e entry) incident.TextLine {
	b := w.bytes[e.start-w.at : e.stop-w.at]
	if e.start == 0 {
		b = w.form.unmarked(b)
	}
	return incident.TextLine{Offset: e.start, Text: w.form.text(b), Cut: e.stop == e.end && e.end < w.size}
}
