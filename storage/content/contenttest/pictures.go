package contenttest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// Colors of [Corners].
var (
	Red   = color.RGBA{200, 0, 0, 255}
	Green = color.RGBA{0, 160, 0, 255}
	Blue  = color.RGBA{0, 0, 200, 255}
	Gray  = color.RGBA{120, 120, 120, 255}
)

// Corners is a picture with a color in each corner: red green / blue gray.
func Corners(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := [2][2]color.RGBA{{Red, Green}, {Blue, Gray}}[y*2/h][x*2/w]
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

// JPEG encodes a picture.
func JPEG(m image.Image) []byte {
	var b bytes.Buffer
	must(jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

// PNG encodes a picture.
func PNG(m image.Image) []byte {
	var b bytes.Buffer
	must(png.Encode(&b, m))
	return b.Bytes()
}

// GIF is animated when it has several frames.
func GIF(frames ...*image.RGBA) []byte {
	g := &gif.GIF{}
	for _, f := range frames {
		p := image.NewPaletted(f.Rect, color.Palette{Red, Green, Blue, Gray})
		for i := range p.Pix {
			p.Pix[i] = uint8(p.Palette.Index(f.At(i%f.Rect.Dx(), i/f.Rect.Dx())))
		}
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	must(gif.EncodeAll(&b, g))
	return b.Bytes()
}

// Segment is one JPEG segment.
func Segment(marker byte, body []byte) []byte {
	b := []byte{0xff, marker, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(len(body)+2))
	return append(b, body...)
}

// WithSegments puts segments right after a JPEG's start mark.
func WithSegments(jpg []byte, segments ...[]byte) []byte {
	return Join(jpg[:2], Join(segments...), jpg[2:])
}

// GPSMark stands for the place where a photo was taken.
const GPSMark = "GPS 24.8066N 120.9686E"

// Exif is an Exif segment with an orientation and a place.
func Exif(order binary.AppendByteOrder, orientation int) []byte {
	b := []byte("Exif\x00\x00II*\x00")
	if order.String() == "BigEndian" {
		b = []byte("Exif\x00\x00MM\x00*")
	}
	b = order.AppendUint32(b, 8) // the first directory follows
	b = order.AppendUint16(b, 2)
	for _, e := range [][2]uint16{{0x0100, 4000}, {0x0112, uint16(orientation)}} {
		b = order.AppendUint16(b, e[0])
		b = order.AppendUint16(b, 3) // SHORT
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, e[1])
		b = order.AppendUint16(b, 0)
	}
	return Segment(0xe1, append(order.AppendUint32(b, 0), GPSMark...))
}

// ByPhone is a JPEG as a phone writes it: Exif first, then half a megabyte of
// other application segments before the picture's bounds.
func ByPhone(jpg []byte, orientation int) []byte {
	segments := [][]byte{Exif(binary.BigEndian, orientation)}
	for range 8 {
		segments = append(segments, Segment(0xe2, make([]byte, 65_000)))
	}
	return WithSegments(jpg, segments...)
}

// Chunk is one PNG chunk.
func Chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// PNGMagic begins every PNG.
const PNGMagic = "\x89PNG\r\n\x1a\n"

// Header is a PNG's IHDR: depth bits per pixel of a color type.
func Header(w, h uint32, depth, colorType byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, w)
	b = binary.BigEndian.AppendUint32(b, h)
	return Chunk("IHDR", append(b, depth, colorType, 0, 0, 0))
}

// PNGBomb is black, 20000×20000, and about 49 KB long. Its rows are fifty times
// the same compressed block: compressing 50 MB would take seconds.
func PNGBomb() []byte {
	const side, blocks = 20_000, 50
	const raw = side * (1 + side/8)
	var block bytes.Buffer
	z, err := flate.NewWriter(&block, flate.BestCompression)
	must(err)
	_, err = z.Write(make([]byte, raw/blocks))
	must(err)
	must(z.Flush())
	data := Join([]byte{0x78, 0xda}, bytes.Repeat(block.Bytes(), blocks), []byte{1, 0, 0, 0xff, 0xff})
	data = binary.BigEndian.AppendUint32(data, raw%65521<<16|1) // Adler-32 of zeros
	return Join([]byte(PNGMagic), Header(side, side, 1, 0), Chunk("IDAT", data), Chunk("IEND", nil))
}

// AnimatedPNG is an APNG of one extra frame.
func AnimatedPNG(m image.Image) []byte {
	b := PNG(m)
	const afterHeader = len(PNGMagic) + 25
	return Join(b[:afterHeader], Chunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}), b[afterHeader:])
}

// PDF is a small one.
var PDF = []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n")

// Noise is what compressed or encrypted bytes look like.
func Noise(n int) []byte {
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x >> 11)
	}
	return b
}

// Join puts parts behind each other.
func Join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func corners() *image.RGBA { return Corners(64, 48) }

// frameless is a GIF up to where its first frame should be.
func frameless() []byte { return []byte("GIF89a\x40\x00\x30\x00\x00\x00\x00") }

func goodJPEGs() []file {
	m, plain := corners(), JPEG(corners())
	return []file{
		{"JPEG", "主軸照片.jpg", plain},
		{"JPEG, capital extension", "IMG_0001.JPEG", plain},
		{"photo of a phone", "20260302_081502.jpg", ByPhone(plain, 6)},
		{"photo with a little-endian Exif behind JFIF", "DSC00012.JPG", WithSegments(plain, Segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")), Exif(binary.LittleEndian, 8))},
		{"motion photo: a film behind the picture", "MVIMG_1.jpg", Join(plain, []byte("\x00\x00\x00\x18ftypmp42"), Noise(3000))},
		{"gray JPEG of a microscope", "scope.jpg", JPEG(image.NewGray(m.Rect))},
		{"JPEG with a comment in Big5", "note.jpg", WithSegments(plain, Segment(0xfe, Big5("主軸過熱")))},
		{"JPEG with an Exif of 12,074 bytes", "long-exif.jpg", WithSegments(plain, Segment(0xe1, append([]byte("Exif\x00\x00"), make([]byte, 0x2f2a-8)...)))},
	}
}

func goodPNGs() []file {
	m := corners()
	return []file{
		{"screenshot", "HMI 畫面.png", PNG(m)},
		{"animated PNG: shown as its first picture", "loop.png", AnimatedPNG(m)},
		{"16-bit PNG", "xray.png", PNG(image.NewNRGBA64(m.Rect))},
		{"PNG with a palette", "chart.PNG", PNG(image.NewPaletted(m.Rect, color.Palette{Red, Green}))},
		{"picture of 40 million pixels", "wafer-map.png", Join([]byte(PNGMagic), Header(8000, 5000, 8, 0), Chunk("IEND", nil))},
		{"PNG whose text is a script, which nobody runs", "tagged.png", withChunk(PNG(m), Chunk("tEXt", []byte("Comment\x00<?php system($_GET['c']); ?>")))},
	}
}

// withChunk puts a chunk behind a PNG's header.
func withChunk(b, chunk []byte) []byte {
	const afterHeader = len(PNGMagic) + 25
	return Join(b[:afterHeader], chunk, b[afterHeader:])
}

func goodGIFs() []file {
	m := corners()
	plain := GIF(m)
	return []file{
		{"GIF", "trend.gif", plain},
		{"animated GIF", "leak.gif", GIF(m, m, m)},
		{"GIF of the old version", "old.gif", Join([]byte("GIF87a"), plain[6:])},
		{"GIF with a comment before its frame", "commented.gif", Join(frameless(), []byte("!\xfe\x05hello\x00,\x00\x00\x00\x00\x40\x00\x30\x00\x00"), []byte("\x02\x02\x44\x01\x00;"))},
	}
}

func goodPDFs() []file {
	return []file{
		{"PDF", "SOP 主軸更換.pdf", PDF},
		{"PDF of version 2.0", "manual.PDF", bytes.Replace(PDF, []byte("1.7"), []byte("2.0"), 1)},
		{"PDF of a scanner, full of pictures", "scan.pdf", Join(PDF, Noise(20_000), []byte("%%EOF"))},
	}
}

func bombs() []file {
	wide := GIF(Corners(4, 4))
	binary.LittleEndian.PutUint16(wide[6:], 40_000)
	binary.LittleEndian.PutUint16(wide[8:], 40_000)
	tall := JPEG(Corners(16, 16))
	sof := bytes.Index(tall, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(tall[sof+5:], 65_000)
	binary.BigEndian.PutUint16(tall[sof+7:], 65_000)
	return []file{
		{"PNG bomb", "bomb.png", PNGBomb()},
		{"PNG of one row too many", "line.png", Join([]byte(PNGMagic), Header(40_000_001, 1, 8, 0))},
		{"GIF bomb", "bomb.gif", Join(wide, make([]byte, 100<<10))},
		{"JPEG bomb", "bomb.jpg", Join(tall, make([]byte, 100<<10))},
		{"JPEG bomb behind half a megabyte", "bomb-phone.jpg", ByPhone(tall, 6)},
	}
}

func damagedPictures() []file {
	m := corners()
	jpg, png := JPEG(m), PNG(m)
	beyond := GIF(m)
	frame := bytes.Index(beyond, []byte(",\x00\x00\x00\x00"))
	binary.LittleEndian.PutUint16(beyond[frame+5:], 60_000)
	return []file{
		{"JPEG cut before its bounds", "cut.jpg", jpg[:20]},
		{"photo cut before its bounds", "cut-photo.jpg", ByPhone(jpg, 6)[:400_000]},
		{"JPEG magic alone", "magic.jpg", jpg[:3]},
		{"half a JPEG magic", "half.jpg", jpg[:2]},
		{"JPEG that is noise behind its magic", "noise.jpg", Join([]byte("\xff\xd8\xff"), Noise(100_000))},
		{"PNG cut before its bounds", "cut.png", png[:20]},
		{"PNG with a false checksum", "checksum.png", Join(png[:18], []byte{9}, png[19:])},
		{"PNG of no width", "flat.png", Join([]byte(PNGMagic), Header(0, 5, 8, 0))},
		{"PNG whose magic lost its line ends to a text transfer", "ftp.png", bytes.Replace(png, []byte("\r\n"), []byte("\n"), 1)},
		{"GIF of no width", "flat.gif", []byte("GIF89a\x00\x00\x05\x00\x00\x00\x00;")},
		{"GIF cut before its bounds", "cut.gif", []byte("GIF89a\x01")},
		{"GIF without a frame", "frameless.gif", append(frameless(), ';')},
		{"GIF with junk where its frame should be", "junk.gif", Join(frameless(), []byte("<script>alert(1)</script>"))},
		{"GIF whose frame is larger than it", "beyond.gif", beyond},
		{"GIF cut in a comment", "cut-comment.gif", append(frameless(), "!\xfe\x20half"...)},
		{"GIF of no known version", "future.gif", Join([]byte("GIF90a"), GIF(m)[6:])},
	}
}
