package logtext

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"taskreporter/incident"
)

// form is how an encoding puts characters into bytes.
type form struct {
	encoding incident.TextEncoding
	unit     int64             // bytes of the smallest character
	order    binary.ByteOrder  // of UTF-16; nil for others
	legacy   encoding.Encoding // nil for Unicode
}

func formOf(e incident.TextEncoding) form {
	f := form{encoding: e, unit: 1}
	switch e {
	case incident.UTF16LE:
		f.unit, f.order = 2, binary.LittleEndian
	case incident.UTF16BE:
		f.unit, f.order = 2, binary.BigEndian
	case incident.Big5:
		f.legacy = traditionalchinese.Big5
	case incident.GB18030:
		f.legacy = simplifiedchinese.GB18030
	case incident.ShiftJIS:
		f.legacy = japanese.ShiftJIS
	case incident.Latin1:
		f.legacy = charmap.ISO8859_1
	default: // UTF-8 is read as it is
	}
	return f
}

// Byte order marks, which begin a file and are no text.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// unmarked is b without the mark of its form.
func (f form) unmarked(b []byte) []byte {
	switch f.encoding {
	case incident.UTF8:
		return bytes.TrimPrefix(b, []byte(markUTF8))
	case incident.UTF16LE:
		return bytes.TrimPrefix(b, []byte(markUTF16LE))
	case incident.UTF16BE:
		return bytes.TrimPrefix(b, []byte(markUTF16BE))
	default:
		return b
	}
}

// text is b as it may be shown.
func (f form) text(b []byte) string {
	var out strings.Builder
	out.Grow(len(b))
	switch {
	case f.order != nil:
		f.wide(&out, b)
	case f.legacy != nil:
		// These decoders write U+FFFD for what they do not know, and never fail.
		decoded, _ := f.legacy.NewDecoder().Bytes(b)
		show(&out, decoded)
	default:
		show(&out, b)
	}
	return out.String()
}

func (f form) wide(out *strings.Builder, b []byte) {
	for len(b) >= 2 {
		r := rune(f.order.Uint16(b))
		b = b[2:]
		if utf16.IsSurrogate(r) {
			low := rune(utf8.RuneError)
			if len(b) >= 2 {
				low = rune(f.order.Uint16(b))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				b = b[2:]
			}
		}
		out.WriteRune(shown(r))
	}
	if len(b) > 0 {
		out.WriteRune(utf8.RuneError)
	}
}

func show(out *strings.Builder, utf8Text []byte) {
	for len(utf8Text) > 0 {
		r, n := utf8.DecodeRune(utf8Text)
		utf8Text = utf8Text[n:]
		out.WriteRune(shown(r))
	}
}

// shown replaces characters that do something where they are shown: move a cursor,
// ring, turn the direction of writing, end a line or a string. Tabs stay.
func shown(r rune) rune {
	switch {
	case r == '\t':
		return r
	case r < 0x20:
		return 0x2400 + r // the picture of the control
	case r == 0x7f:
		return 0x2421
	case r < 0xa0 && r > 0x7f, // controls of ISO 6429
		r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, // direction
		r == 0x2028, r == 0x2029, // ends of lines and paragraphs
		r == 0xfeff,                                              // shows as nothing
		r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f: // annotations and tags
		return utf8.RuneError
	}
	return r
}
