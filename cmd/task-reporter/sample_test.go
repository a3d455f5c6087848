package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// phonePhoto is a JPEG as a phone writes it: about 2.5 MB, lying on its side with
// EXIF orientation 6, and with the place where it was taken.
func phonePhoto(t testing.TB) []byte {
	t.Helper()
	const w, h = 1600, 1200
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	rnd := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			n := uint8(rnd.UintN(200))
			img.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), n, uint8(y * 255 / h), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 97}); err != nil {
		t.Fatal(err)
	}
	return append(append(append([]byte(nil), b.Bytes()[:2]...), exifSegment()...), b.Bytes()[2:]...)
}

// exifSegment is an APP1 segment with orientation 6 and a GPS latitude reference.
func exifSegment() []byte {
	le := binary.LittleEndian
	tiff := []byte("II*\x00\x08\x00\x00\x00")
	entry := func(tag, kind uint16, count uint32, value []byte) []byte {
		e := le.AppendUint16(nil, tag)
		e = le.AppendUint16(e, kind)
		e = le.AppendUint32(e, count)
		return append(e, append(value, make([]byte, 4-len(value))...)...)
	}
	tiff = le.AppendUint16(tiff, 2)                                       // entries
	tiff = append(tiff, entry(0x0112, 3, 1, []byte{6, 0})...)             // Orientation
	tiff = append(tiff, entry(0x8825, 4, 1, le.AppendUint32(nil, 38))...) // GPS IFD at 38
	tiff = le.AppendUint32(tiff, 0)                                       // no next IFD
	tiff = le.AppendUint16(tiff, 1)                                       // GPS entries
	tiff = append(tiff, entry(0x0001, 2, 2, []byte("N\x00"))...)          // GPSLatitudeRef
	tiff = le.AppendUint32(tiff, 0)                                       // no next IFD
	body := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2)), body...)
}

// smallPhoto is a JPEG of a few kilobytes.
func smallPhoto(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bombPNG is a small file that would be a very large picture.
func bombPNG(t testing.TB, side uint32) []byte {
	t.Helper()
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	row := make([]byte, 1+side/8)
	for range side {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, body []byte) {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(body)))
		part := append([]byte(kind), body...)
		b.Write(part)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(part))
	}
	head := binary.BigEndian.AppendUint32(nil, side)
	head = binary.BigEndian.AppendUint32(head, side)
	chunk("IHDR", append(head, 1, 0, 0, 0, 0)) // one bit, grey
	chunk("IDAT", data.Bytes())
	chunk("IEND", nil)
	return b.Bytes()
}

// pdfOf is a file of n bytes that begins as a PDF and ends as one.
func pdfOf(n int) []byte {
	b := append([]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), make([]byte, n)...)[:n]
	for i := 16; i < n; i++ {
		b[i] = byte(' ' + i%90)
	}
	copy(b[n-6:], "%%EOF\n")
	return b
}

// photoOf is a JPEG of exactly n bytes: a picture and a comment that fills it up.
func photoOf(t testing.TB, n int) []byte {
	t.Helper()
	b := smallPhoto(t)
	out := append([]byte(nil), b[:2]...)
	for left := n - len(b); left > 0; {
		size := min(left, 65537)
		if rest := left - size; rest > 0 && rest < 4 {
			size -= 4
		}
		seg := binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(size-2))
		out = append(out, seg...)
		out = append(out, bytes.Repeat([]byte{'.'}, size-4)...)
		left -= size
	}
	return append(out, b[2:]...)
}

// exe is the head of a Windows program.
func exe() []byte {
	b := make([]byte, 4096)
	copy(b, "MZ\x90\x00\x03\x00\x00\x00")
	copy(b[128:], "PE\x00\x00")
	return b
}
