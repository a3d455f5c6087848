package content

import (
	"bytes"
	"encoding/binary"
	"strings"

	"taskreporter/incident"
)

// text judges logs by their bytes, because real ones are written by machines:
// UTF-8, UTF-16 with or without a mark, Big5, GBK, framed by STX and ETX, padded
// with NUL. What is no text has a known binary head, or controls all over.
type text struct {
	size  int64
	order binary.ByteOrder // of 16-bit characters; nil when characters are bytes
	units int64            // characters seen
	pad   int64            // of these NUL
	bad   int64            // of these no text
	half  []byte           // a 16-bit character cut by the end of a chunk
	high  bool             // the last character was a high surrogate
}

// binaryHeads begin files that are something else than text.
var binaryHeads = []string{
	"\x7fELF", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe",
	"\x00asm", "dex\n03", "L\x00\x00\x00\x01\x14\x02\x00", "MSCF\x00\x00\x00\x00", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
	"PK\x03\x04", "PK\x05\x06", "PK\x07\x08", "\x1f\x8b", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "7z\xbc\xaf\x27\x1c",
	"Rar!\x1a\x07", "SQLite format 3\x00", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF87a", "GIF89a",
	"%PDF-", "%!PS", `{\rtf`,
}

// activeHeads begin text that a program would run or a browser would render.
// They are lower case; a tag's name must end where the entry ends.
var activeHeads = []string{
	"#!", "<?php", "<!--", "<!doctype", "<html", "<head", "<body", "<script", "<svg", "<iframe", "<object", "<embed",
	"<style", "<title", "<table", "<div", "<img", "<link", "<meta",
}

func (t *text) start(head []byte) error {
	for _, h := range binaryHeads {
		if bytes.HasPrefix(head, []byte(h)) {
			return refuse("a text log", head)
		}
	}
	if executable(head) {
		return refuse("a text log", head)
	}
	t.order = wideOrder(head)
	plain := strings.ToLower(t.plain(head))
	for _, h := range activeHeads {
		if rest, ok := strings.CutPrefix(plain, h); ok && !continuesName(h, rest) {
			return refuse("a text log", head)
		}
	}
	if strings.HasPrefix(plain, "<?xml") && (strings.Contains(plain, "<svg") || strings.Contains(plain, "<html")) {
		return refuse("a text log", head)
	}
	return nil
}

// continuesName reports whether rest makes another tag of h, such as <header.
func continuesName(h, rest string) bool {
	last := h[len(h)-1]
	return h[0] == '<' && last >= 'a' && last <= 'z' && rest != "" && rest[0] >= 'a' && rest[0] <= 'z'
}

// executable tells a DOS or Windows program from a log that starts with MZ-300:
// the program's size field leaves byte 3 at 0 or 1, or its header says where
// the Windows part begins.
func executable(head []byte) bool {
	if len(head) < 4 || head[0] != 'M' || head[1] != 'Z' {
		return false
	}
	if head[3] <= 1 {
		return true
	}
	if len(head) < 64 {
		return false
	}
	at := uint64(binary.LittleEndian.Uint32(head[60:]))
	return at < uint64(len(head)) && bytes.HasPrefix(head[at:], []byte("PE\x00\x00"))
}

// wideOrder returns the byte order of UTF-16, by its mark or by where its NULs
// are, and nil for everything else.
func wideOrder(head []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return binary.LittleEndian
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return binary.BigEndian
	}
	var nul [2]int // at even and odd offsets
	for i, b := range head {
		if b == 0 {
			nul[i%2]++
		}
	}
	// Latin letters, digits and line ends have a NUL on one side only; padding
	// has it on both.
	pairs := len(head) / 2
	switch few, many := pairs/32, pairs/8; {
	case nul[1] > many && nul[0] <= few:
		return binary.LittleEndian
	case nul[0] > many && nul[1] <= few:
		return binary.BigEndian
	}
	return nil
}

// plain returns head without mark and leading white space, its ASCII readable.
func (t *text) plain(head []byte) string {
	if t.order != nil {
		narrow := make([]byte, 0, len(head)/2)
		for ; len(head) >= 2; head = head[2:] {
			switch u := t.order.Uint16(head); {
			case u < 0x80:
				narrow = append(narrow, byte(u))
			case u != 0xfeff:
				narrow = append(narrow, '?')
			}
		}
		head = narrow
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return string(bytes.TrimLeft(head, " \t\r\n\f\v"))
}

func (t *text) write(p []byte) error {
	if t.order == nil {
		for _, b := range p {
			t.count(uint16(b))
		}
	} else {
		t.writeWide(p)
	}
	if tooBad(t.bad, t.size) {
		return t.refuse()
	}
	return nil
}

func (t *text) writeWide(p []byte) {
	if len(t.half) > 0 && len(p) > 0 {
		t.countWide(t.order.Uint16([]byte{t.half[0], p[0]}))
		t.half, p = t.half[:0], p[1:]
	}
	for ; len(p) >= 2; p = p[2:] {
		t.countWide(t.order.Uint16(p))
	}
	t.half = append(t.half, p...)
}

func (t *text) count(u uint16) {
	t.units++
	switch {
	case u == 0:
		t.pad++
	case u < 0x20 && !usual(u) || u == 0x7f:
		t.bad++
	}
}

// countWide also counts surrogates that are not in pairs: bytes of something
// else taken for UTF-16 are full of them.
func (t *text) countWide(u uint16) {
	low := u >= 0xdc00 && u <= 0xdfff
	if low != t.high || u == 0xfffe || u == 0xffff {
		t.bad++
	}
	t.high = u >= 0xd800 && u <= 0xdbff
	t.count(u)
}

// usual controls are white space, the framing of serial lines (SOH, STX, ETX,
// EOT), the end mark of DOS, and the escape of colors.
func usual(u uint16) bool {
	return u >= 0x01 && u <= 0x04 || u >= 0x09 && u <= 0x0d || u == 0x1a || u == 0x1b
}

// tooBad is more than 1 %; one stray control is always let pass.
func tooBad(bad, of int64) bool { return bad > 1 && bad*100 > of }

func (t *text) end() error {
	if t.units == t.pad || tooBad(t.bad, t.units-t.pad) {
		return t.refuse()
	}
	return nil
}

func (t *text) refuse() error {
	return incident.E(incident.FileRefused, "content",
		"The file's name promises a text log, but its content is not text. Export the log as text (txt, log or csv) and send that.")
}

func (t *text) bounds() (int, int) { return 0, 0 }
func (t *text) close()             {}
