package logtext

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"taskreporter/incident"
)

// What of a file is looked at for the guess, bytes.
const (
	headSample = 64 << 10
	sideSample = 16 << 10 // in the middle and at the end
)

// guessed reads samples of a file and guesses its encoding.
func guessed(src io.ReadSeeker, size int64) (incident.TextEncoding, error) {
	head, err := readRange(src, 0, min(headSample, size))
	if err != nil || size <= headSample {
		return guess(head), err
	}
	samples := [][]byte{head}
	for _, at := range []int64{max(headSample, size/2), max(headSample, size-sideSample)} {
		at &^= 1 // a character of UTF-16 is not cut
		b, err := readRange(src, at, min(sideSample, size-at))
		if err != nil {
			return "", err
		}
		samples = append(samples, b)
	}
	return guess(samples...), nil
}

// guess decides by the mark, where the NULs are, whether all is UTF-8, and else by
// which characters an old encoding would make of it. The first sample is the head.
func guess(samples ...[]byte) incident.TextEncoding {
	head := samples[0]
	if bytes.HasPrefix(head, []byte(markUTF8)) {
		return incident.UTF8
	}
	switch WideOrder(head) {
	case binary.LittleEndian:
		return incident.UTF16LE
	case binary.BigEndian:
		return incident.UTF16BE
	}
	good, bad := 0, 0
	for i, s := range samples {
		g, b := countUTF8(s, i > 0)
		good, bad = good+g, bad+b
	}
	// A logger that was cut off in the middle of a character is still one of UTF-8.
	if bad == 0 || bad*50 < good {
		return incident.UTF8
	}
	best, most := incident.Latin1, 0
	for _, c := range candidates {
		score := 0
		for _, s := range samples { // half a character at an edge weighs little
			score += c.score(s)
		}
		if score > most {
			best, most = c.encoding, score
		}
	}
	return best
}

// WideOrder returns the byte order of UTF-16, by its mark or by where the first
// bytes have NULs, and nil for everything else.
func WideOrder(head []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(head, []byte(markUTF16LE)):
		return binary.LittleEndian
	case bytes.HasPrefix(head, []byte(markUTF16BE)):
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

// countUTF8 counts characters of several bytes, and bytes that begin none. Those at
// the edges of a sample may be cut.
func countUTF8(b []byte, inside bool) (good, bad int) {
	for n := 0; inside && n < utf8.UTFMax-1 && len(b) > 0 && !utf8.RuneStart(b[0]); n++ {
		b = b[1:]
	}
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			if !utf8.FullRune(b) {
				return good, bad
			}
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good, bad
}

// candidate is an old encoding of one or two bytes a character.
type candidate struct {
	encoding incident.TextEncoding
	lead     func(b byte) bool
	trail    func(lead, b byte) bool
	single   func(b byte) bool       // high bytes that stand alone
	four     func(b []byte) bool     // b begins with a character of four bytes
	usual    func(lead, b byte) bool // pairs that people write often
}

func within(b, low, high byte) bool { return b >= low && b <= high }

// candidates; of equal ones the first wins. Usual are the zones of common
// characters in Big5 (level 1, punctuation), GB 2312 (level 1, symbols) and JIS X
// 0208 (kana, level 1).
var candidates = []candidate{
	{
		encoding: incident.Big5,
		lead:     func(b byte) bool { return within(b, 0x87, 0xfe) },
		trail:    func(_, b byte) bool { return within(b, 0x40, 0x7e) || within(b, 0xa1, 0xfe) },
		usual: func(lead, b byte) bool {
			return within(lead, 0xa4, 0xc5) || lead == 0xc6 && b <= 0x7e || within(lead, 0xa1, 0xa3)
		},
	},
	{
		encoding: incident.GB18030,
		lead:     func(b byte) bool { return within(b, 0x81, 0xfe) },
		trail:    func(_, b byte) bool { return within(b, 0x40, 0x7e) || within(b, 0x80, 0xfe) },
		four: func(b []byte) bool {
			return len(b) >= 4 && within(b[1], '0', '9') && within(b[2], 0x81, 0xfe) && within(b[3], '0', '9')
		},
		usual: func(lead, b byte) bool {
			return b >= 0xa1 && (within(lead, 0xb0, 0xd7) || lead == 0xa1 || lead == 0xa3)
		},
	},
	{
		encoding: incident.ShiftJIS,
		lead:     func(b byte) bool { return within(b, 0x81, 0x9f) || within(b, 0xe0, 0xfc) },
		trail:    func(_, b byte) bool { return within(b, 0x40, 0x7e) || within(b, 0x80, 0xfc) },
		single:   func(b byte) bool { return within(b, 0xa1, 0xdf) },
		usual: func(lead, b byte) bool {
			return lead == 0x81 || lead == 0x82 && within(b, 0x4f, 0xf1) || lead == 0x83 && within(b, 0x40, 0x96) || within(lead, 0x88, 0x97)
		},
	},
}

// Weights of what a sample shows; a candidate is taken that has more for than
// against it.
const (
	forUsual     = 4
	forRare      = 1  // beside another character of two bytes
	againstAlone = -2 // a rare one among plain text: ö of Latin-1 and the letter behind it
	againstLatin = -6 // a usual one that more likely is °C, µm or Å
	againstWrong = -20
)

// score is what the bytes say for a candidate.
func (c candidate) score(b []byte) int {
	score, run, rare := 0, 0, 0
	settle := func() { // at the end of a run of high characters
		if run > 1 {
			score += rare * forRare
		} else {
			score += rare * againstAlone
		}
		run, rare = 0, 0
	}
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] < 0x80:
			settle()
			continue
		case c.single != nil && c.single(b[i]):
			run++
			continue
		case i+1 == len(b): // cut by the end of the sample
			continue
		case c.four != nil && c.four(b[i:]):
			run++
			rare++
			i += 3
			continue
		case !c.lead(b[i]) || !c.trail(b[i], b[i+1]):
			settle()
			score += againstWrong
			continue
		case run == 0 && latin(b[i:], i > 0 && letter(b[i-1])):
			score += againstLatin
		case c.usual(b[i], b[i+1]):
			score += forUsual
			run++
		default:
			run++
			rare++
		}
		i++
	}
	settle()
	return score
}

// latin reports whether b, two bytes at least, rather begins with a sign or letter
// of Latin-1 and plain text than with a usual character of Big5.
func latin(b []byte, inWord bool) bool {
	if len(b) > 2 && b[2] >= 0x80 || !letter(b[1]) {
		return false
	}
	switch {
	case b[0] == 0xb0: // °
		return strings.IndexByte("CFK", b[1]) >= 0
	case b[0] == 0xb5: // µ
		return strings.IndexByte("mslgAVWFLH", b[1]) >= 0
	}
	return b[0] >= 0xc0 && (inWord || len(b) > 2 && letter(b[2]))
}

func letter(b byte) bool { return within(b, 'A', 'Z') || within(b, 'a', 'z') }
