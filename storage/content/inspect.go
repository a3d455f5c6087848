// Package content knows what the bytes of a file are: whether they are what the
// file's name promises, how large a picture is, and what its preview looks like.
//
// Invariants:
//   - The name's extension picks the kind and its limit (incident.TypeOf); the
//     bytes must agree, and nothing a client claims is believed (F-UP-06, 13).
//     One table says what bytes are (rules).
//   - Bytes pass once, unchanged, in constant memory (F-UP-24).
//   - No picture is decoded before its bounds are known (incident.MaxImagePixels).
//
// It stores nothing and knows neither rooms nor people. Any text passes, as it is;
// package logtext makes it readable.
package content

import (
	"crypto/sha256"
	"hash"
	"io"

	"taskreporter/incident"
)

// headSize is how many first bytes a file's kind is decided on.
const headSize = 3072

// Inspector is a stage that a file's bytes pass on their way to the store. Its
// Read ends with an error of kind EmptyFile, FileRefused or ImageTooLarge, as
// soon as that is certain, when the bytes are not what was promised, and with
// UploadIncomplete when they end too early to say; io.EOF therefore means that
// the file is good. An error of the source is passed on.
type Inspector struct {
	src      io.Reader
	promised incident.FileType
	size     int64
	sum      hash.Hash
	n        int64
	head     []byte // until the kind is decided
	judge    judge  // from then on
	err      error  // that every further Read returns
}

// Finding is what a file turned out to be.
type Finding struct {
	Size   int64
	SHA256 incident.Digest
	Width  int // of pictures, in pixels as shown
	Height int
}

// judge decides about the bytes of a file whose first ones are what its name
// promises.
type judge interface {
	// write sees all bytes in order.
	write(p []byte) error
	// end gives the verdict.
	end() error
	// bounds of a picture, zero for others; valid after end.
	bounds() (width, height int)
	// close frees what the judge holds; safe at any time.
	close()
}

// Inspect promises that src is a file of type t with size bytes. The caller
// closes the Inspector when it is done reading.
func Inspect(t incident.FileType, size int64, src io.Reader) *Inspector {
	return &Inspector{src: src, promised: t, size: size, sum: sha256.New(), head: make([]byte, 0, headSize)}
}

// Read implements io.Reader.
func (i *Inspector) Read(p []byte) (int, error) {
	if i.err != nil {
		return 0, i.err
	}
	n, err := i.src.Read(p)
	if refusal := i.see(p[:n], err == io.EOF); refusal != nil {
		err = refusal
	}
	i.err = err
	if err != nil && err != io.EOF {
		return 0, err
	}
	return n, err
}

// Finding is valid once Read has returned io.EOF.
func (i *Inspector) Finding() Finding {
	f := Finding{Size: i.n}
	i.sum.Sum(f.SHA256[:0])
	f.Width, f.Height = i.judge.bounds()
	return f
}

// Close ends the inspection. It never fails.
func (i *Inspector) Close() error {
	if i.judge != nil {
		i.judge.close()
	}
	return nil
}

func (i *Inspector) see(p []byte, last bool) error {
	i.sum.Write(p)
	i.n += int64(len(p))
	if last && i.n < i.size {
		return incident.E(incident.UploadIncomplete, "content",
			"Only %d of the announced %d bytes arrived. Send the file again.", i.n, i.size)
	}
	if i.judge != nil {
		if err := i.judge.write(p); err != nil {
			return err
		}
	} else if err := i.seeHead(p, last); err != nil {
		return err
	}
	if last {
		return i.judge.end()
	}
	return nil
}

// seeHead collects the first bytes and hands them on when they are enough.
func (i *Inspector) seeHead(p []byte, last bool) error {
	room := min(len(p), headSize-len(i.head))
	i.head = append(i.head, p[:room]...)
	switch {
	case len(i.head) == 0 && last:
		return Empty()
	case len(i.head) < headSize && !last:
		return nil
	}
	r := classify(i.head)
	if !r.accepts(i.promised) {
		return r.refuse(i.promised, i.head)
	}
	i.judge = r.judge(i.promised, i.size, i.head)
	if err := i.judge.write(i.head); err != nil {
		return err
	}
	i.head = nil
	return i.judge.write(p[room:])
}

// Empty refuses a file of zero bytes.
func Empty() error {
	return incident.E(incident.EmptyFile, "content", "The file is empty. Choose a file with content.")
}
