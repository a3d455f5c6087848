package content

import (
	"encoding/binary"
	"math"

	"taskreporter/incident"
	"taskreporter/storage/content/logtext"
)

// text judges logs by their bytes, because real ones are written by machines:
// UTF-8, UTF-16 with or without a mark, Big5, GBK, framed by STX and ETX, padded
// with NUL. What is no text has controls all over.
type text struct {
	size  int64
	order binary.ByteOrder // of 16-bit characters; nil when characters are bytes
	units int64            // characters seen
	pad   int64            // of these NUL
	bad   int64            // of these no text
	half  []byte           // a 16-bit character cut by the end of a chunk
	high  bool             // the last character was a high surrogate
}

func readText(_ incident.FileType, size int64, head []byte) judge {
	return &text{size: size, order: logtext.WideOrder(head)}
}

func (t *text) write(p []byte) error {
	if t.order == nil {
		t.countBytes(p)
	} else {
		t.writeWide(p)
	}
	if tooBad(t.bad, t.size) {
		return t.refuse()
	}
	return nil
}

// weights are what a byte counts for: padding by one, what is bad by 1 << 32.
var weights = func() (w [256]uint64) {
	for b := range w {
		switch unit := uint16(b); {
		case unit == 0:
			w[b] = 1
		case control(unit):
			w[b] = 1 << 32
		}
	}
	return w
}()

// countBytes is count for every byte of p, without a branch and eight at a time: logs
// are long.
func (t *text) countBytes(p []byte) {
	t.units += int64(len(p))
	var sum, more uint64 // two, so that one addition need not wait for the other
	for ; len(p) >= 8; p = p[8:] {
		sum += weights[p[0]] + weights[p[1]] + weights[p[2]] + weights[p[3]]
		more += weights[p[4]] + weights[p[5]] + weights[p[6]] + weights[p[7]]
	}
	for _, b := range p {
		sum += weights[b]
	}
	sum += more
	t.pad += int64(sum & math.MaxUint32)
	t.bad += int64(sum >> 32)
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
	case control(u):
		t.bad++
	}
}

// control reports whether a unit has no place in a text.
func control(u uint16) bool { return u < 0x20 && !usual(u) || u == 0x7f }

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
