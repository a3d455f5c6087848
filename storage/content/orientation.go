package content

import (
	"bytes"
	"encoding/binary"
	"image"
)

// exifSpan holds the longest Exif segment at the place that the standard gives
// it, first in the file, with a JFIF segment before it.
const exifSpan = 64<<10 + 64

// upright is the orientation of a picture that is shown as it is stored.
const upright = 1

// turned reports whether showing a picture swaps its width and height.
func turned(orientation int) bool { return orientation >= 5 }

// orientation returns the Exif orientation, 1 to 8, of a JPEG from its first
// bytes; upright when it has none.
func orientation(head []byte) int {
	if !bytes.HasPrefix(head, []byte{0xff, 0xd8}) {
		return upright
	}
	for b := head[2:]; len(b) >= 4 && b[0] == 0xff && b[1] != 0xda; {
		size := 2 + int(binary.BigEndian.Uint16(b[2:]))
		body := b[4:max(4, min(size, len(b)))]
		if b[1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		if size > len(b) {
			break
		}
		b = b[size:]
	}
	return upright
}

// tiffOrientation reads tag 0x0112 of the first directory.
func tiffOrientation(b []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return upright
	}
	if len(b) < 8 {
		return upright
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return upright
	}
	const entry = 12
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < entry {
			break
		}
		if order.Uint16(entries) == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
		entries = entries[entry:]
	}
	return upright
}

// orient returns src as it is to be shown.
func orient(src *image.RGBA, orientation int) *image.RGBA {
	if orientation == upright {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if turned(orientation) {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			dst.SetRGBA(x, y, src.RGBAAt(sx, sy))
		}
	}
	return dst
}
