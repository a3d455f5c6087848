package drive

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"sync"

	"taskreporter/loadtest/plan"
)

// paper is text to make files of, without a period that would hide a shift.
var paper = sync.OnceValue(func() []byte {
	r := rand.New(rand.NewPCG(1, 1))
	var b bytes.Buffer
	for b.Len() < 1<<20 {
		fmt.Fprintf(&b, "%08x spindle %d\r\n", r.Uint32(), r.IntN(1000))
	}
	return b.Bytes()
})

// content makes a file of a kind with so many bytes, which begins with a mark that no
// other file has.
func content(kind plan.FileKind, size int, mark string) []byte {
	b := make([]byte, 0, size)
	switch kind {
	case plan.PDF:
		const end = "\nendstream endobj\ntrailer << >>\n%%EOF\n"
		b = append(b, "%PDF-1.4\n% "+mark+"\n1 0 obj << >> stream\n"...)
		b = write(b, size-len(end), mark)
		return append(b, end...)
	case plan.PNG:
		return picture(size, mark)
	default:
		b = append(b, mark+"\r\n"...)
		return write(b, size, mark)
	}
}

// write fills b up to n bytes.
func write(b []byte, n int, mark string) []byte {
	from := int(crc32.ChecksumIEEE([]byte(mark))) % len(paper())
	for len(b) < n {
		text := paper()[from:]
		b = append(b, text[:min(len(text), n-len(b))]...)
		from = 0
	}
	return b
}

// dot is the smallest picture: its first bytes, up to the end of the header chunk, and
// the rest.
var dot = sync.OnceValues(func() (head, rest []byte) {
	img := image.NewGray(image.Rect(0, 0, 1, 1))
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a buffer takes everything
	}
	const header = 8 + 25 // signature and IHDR
	return b.Bytes()[:header], b.Bytes()[header:]
})

// picture is a dot with a private chunk that brings it to its size.
func picture(size int, mark string) []byte {
	head, rest := dot()
	const around = 12 // length, name and sum of a chunk
	n := size - len(head) - len(rest) - around
	b := append(make([]byte, 0, size), head...)
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	at := len(b)
	b = append(b, "ldTs"+mark...) // ancillary, private, safe to copy
	b = write(b, at+4+n, mark)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
	return append(b, rest...)
}
