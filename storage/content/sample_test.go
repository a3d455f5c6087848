package content

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Samples are made here, byte by byte, so that a reader sees what is special
// about each.

var (
	red, green = color.RGBA{200, 0, 0, 255}, color.RGBA{0, 160, 0, 255}
	blue, gray = color.RGBA{0, 0, 200, 255}, color.RGBA{120, 120, 120, 255}
)

// corners is a picture with a color in each corner: red green / blue gray.
func corners(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := [2][2]color.RGBA{{red, green}, {blue, gray}}[y*2/h][x*2/w]
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func jpegOf(m image.Image) []byte {
	var b bytes.Buffer
	must(jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

func pngOf(m image.Image) []byte {
	var b bytes.Buffer
	must(png.Encode(&b, m))
	return b.Bytes()
}

// gifOf is animated when it has several frames.
func gifOf(frames ...*image.RGBA) []byte {
	g := &gif.GIF{}
	for _, f := range frames {
		p := image.NewPaletted(f.Rect, color.Palette{red, green, blue, gray})
		for i := range p.Pix {
			p.Pix[i] = uint8(p.Palette.Index(f.At(i%f.Rect.Dx(), i/f.Rect.Dx())))
		}
		g.Image, g.Delay = append(g.Image, p), append(g.Delay, 10)
	}
	var b bytes.Buffer
	must(gif.EncodeAll(&b, g))
	return b.Bytes()
}

// segment is one JPEG segment.
func segment(marker byte, body []byte) []byte {
	b := []byte{0xff, marker, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(len(body)+2))
	return append(b, body...)
}

// withSegments puts segments right after a JPEG's start mark.
func withSegments(jpg []byte, segments ...[]byte) []byte {
	return join(jpg[:2], join(segments...), jpg[2:])
}

// gpsMark stands for the place where a photo was taken.
const gpsMark = "GPS 24.8066N 120.9686E"

// exif is an Exif segment with an orientation and a place.
func exif(order binary.AppendByteOrder, orientation int) []byte {
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
	return segment(0xe1, append(order.AppendUint32(b, 0), gpsMark...))
}

// phonePhoto is a JPEG as a phone writes it: Exif first, then half a megabyte of
// other application segments before the picture's bounds.
func phonePhoto(m image.Image, orientation int) []byte { return byPhone(jpegOf(m), orientation) }

func byPhone(jpg []byte, orientation int) []byte {
	segments := [][]byte{exif(binary.BigEndian, orientation)}
	for range 8 {
		segments = append(segments, segment(0xe2, make([]byte, 65_000)))
	}
	return withSegments(jpg, segments...)
}

// chunk is one PNG chunk.
func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

const pngMagic = "\x89PNG\r\n\x1a\n"

// header is a PNG's IHDR: 8 bits per pixel of a color type.
func header(w, h uint32, depth, colorType byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, w)
	b = binary.BigEndian.AppendUint32(b, h)
	return chunk("IHDR", append(b, depth, colorType, 0, 0, 0))
}

// pngBomb is black, 20000×20000, and about 49 KB long. Its rows are fifty times
// the same compressed block: compressing 50 MB would take seconds.
func pngBomb() []byte {
	const side, blocks = 20_000, 50
	const raw = side * (1 + side/8)
	var block bytes.Buffer
	z, err := flate.NewWriter(&block, flate.BestCompression)
	must(err)
	_, err = z.Write(make([]byte, raw/blocks))
	must(err)
	must(z.Flush())
	data := join([]byte{0x78, 0xda}, bytes.Repeat(block.Bytes(), blocks), []byte{1, 0, 0, 0xff, 0xff})
	data = binary.BigEndian.AppendUint32(data, raw%65521<<16|1) // Adler-32 of zeros
	return join([]byte(pngMagic), header(side, side, 1, 0), chunk("IDAT", data), chunk("IEND", nil))
}

// animatedPNG is an APNG of one extra frame.
func animatedPNG(m image.Image) []byte {
	b := pngOf(m)
	const afterHeader = len(pngMagic) + 25
	return join(b[:afterHeader], chunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}), b[afterHeader:])
}

var (
	pdf  = []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n")
	page = []byte("<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>\n")
	svg  = []byte("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"></svg>\n")
)

// program is a Windows executable as linkers write it, with n bytes of code.
func program(n int) []byte {
	b := make([]byte, 256+n)
	copy(b, "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8")
	b[60] = 128
	copy(b[128:], "PE\x00\x00\x64\x86")
	for i := range n {
		b[256+i] = byte(i * 7)
	}
	return b
}

// sneakyProgram has a size field that no linker writes but Windows accepts.
func sneakyProgram() []byte {
	b := bytes.Repeat([]byte("MZ-300 pump line "), 20)
	copy(b[60:], []byte{128, 0, 0, 0})
	copy(b[128:], "PE\x00\x00\x64\x86")
	return b
}

func elf() []byte { return join([]byte("\x7fELF\x02\x01\x01"), make([]byte, 500)) }

func gzipped() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, logText)
	must(err)
	must(z.Close())
	return b.Bytes()
}

// docx is the beginning of what Word and every other zip writes.
func docx() []byte {
	return join([]byte("PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00\x21\x00"), make([]byte, 12), []byte("\x13\x00\x00\x00[Content_Types].xml"), make([]byte, 400))
}

// logText is an equipment log; long enough to be cut into several chunks.
var logText = strings.Repeat("2026-03-02 08:15:02 [3號線] 注塑機 M-300 溫度過高 215.3°C 停機\r\n", 200)

// plantText has only characters that every legacy encoding has.
var plantText = strings.Repeat("2026-03-02 08:15:02 3 號線 溫度 215.3 停機 警告\r\n", 200)

func encoded(e encoding.Encoding, s string) []byte {
	b, err := e.NewEncoder().Bytes([]byte(s))
	must(err)
	return b
}

func big5() []byte { return encoded(traditionalchinese.Big5, plantText) }

func gbk() []byte {
	return encoded(simplifiedchinese.GBK, strings.Repeat("2026-03-02 08:15:02 3号线 温度 215.3 停机 警告\r\n", 200))
}

func shiftJIS() []byte {
	return encoded(japanese.ShiftJIS, strings.Repeat("2026-03-02 08:15:02 ライン3 温度異常 ｾﾝｻ 停止\r\n", 200))
}

func utf16(order unicode.Endianness, mark unicode.BOMPolicy, s string) []byte {
	return encoded(unicode.UTF16(order, mark), s)
}

// framed is a serial protocol's log: every record between STX and ETX.
func framed() []byte { return []byte(strings.Repeat("\x02M300,TEMP,215.3\x03\r\n", 300)) }

// padded has fixed records of 64 bytes, filled up with NUL.
func padded(record string) []byte {
	one := make([]byte, 64)
	copy(one, record)
	return bytes.Repeat(one, 100)
}

// preallocated is a logger's file of a fixed size, of which little is written.
func preallocated() []byte {
	b := make([]byte, 64<<10)
	copy(b, "08:15:02 start\r\n08:15:03 ready\r\n")
	return b
}

// noise is what compressed or encrypted bytes look like.
func noise(n int) []byte {
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

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}
