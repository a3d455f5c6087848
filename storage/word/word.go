// Package word cuts text into the words that a search finds, the same for both
// databases.
//
// Invariants:
//   - Letters are compared in NFKC and without case: full width and half width,
//     upper and lower are the same.
//   - A run of letters and digits is one word, found by how it begins.
//   - A run of Chinese, Japanese or Korean characters gives every two neighbours,
//     and its last character alone: so each character begins a word.
//   - A word holds letters, digits and marks only, and no space.
//
// It knows no database.
package word

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxWord bounds a word, in characters: what is longer is found by its beginning.
const maxWord = 64

// class says what a character is part of.
type class uint8

const (
	gap   class = iota // between words
	alpha              // part of a word
	cjk                // part of a run of which every two neighbours are a word
)

func classOf(r rune) class {
	switch {
	case r < 0x80:
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return alpha
		}
		return gap
	case r >= 0x4e00 && r <= 0x9fff:
		return cjk
	case r == 'ー', unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return cjk
		}
		return gap
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
		return alpha
	default:
		return gap
	}
}

// char is a character in the form that is compared, and where it comes from.
type char struct {
	r          rune
	start, end int32 // bytes of the text it stands for
}

// run is characters of one class that stand together.
type run struct {
	class class
	chars []char
}

// runs cuts a text.
func runs(text string) []run {
	chars := compared(text)
	var list []run
	for i := 0; i < len(chars); {
		c := classOf(chars[i].r)
		j := i + 1
		for j < len(chars) && classOf(chars[j].r) == c {
			j++
		}
		if c != gap {
			list = append(list, run{c, chars[i:j:j]})
		}
		i = j
	}
	return list
}

// compared returns the characters of a text in NFKC and without case.
func compared(text string) []char {
	chars := make([]char, 0, utf8.RuneCountInString(text))
	if norm.NFKC.IsNormalString(text) {
		for i, r := range text {
			chars = folded(chars, r, i, i+utf8.RuneLen(r))
		}
		return chars
	}
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	for !it.Done() {
		start := it.Pos()
		segment := it.Next()
		end := it.Pos()
		for _, r := range string(segment) {
			chars = folded(chars, r, start, end)
		}
	}
	return chars
}

// folded appends a character without its case; ß becomes two.
func folded(chars []char, r rune, from, to int) []char {
	start, end := int32(from), int32(to)
	switch {
	case r >= 'A' && r <= 'Z':
		r += 'a' - 'A'
	case r < 0x80, r >= 0x2e80 && r < 0xa640: // no letter there has a case
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsNumber(r):
		for _, f := range cases.Fold().String(string(r)) {
			chars = append(chars, char{f, start, end})
		}
		return chars
	}
	return append(chars, char{r, start, end})
}

// Cut returns the words of texts, separated by spaces; one may come twice.
func Cut(texts ...string) string {
	var b strings.Builder
	add := func(chars []char) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		for _, c := range chars {
			b.WriteRune(c.r)
		}
	}
	for _, t := range texts {
		b.Grow(2 * len(t))
		for _, r := range runs(t) {
			if r.class == alpha {
				add(r.chars[:min(len(r.chars), maxWord)])
				continue
			}
			for i := range r.chars {
				add(r.chars[i:min(i+2, len(r.chars))])
			}
		}
	}
	return b.String()
}

func text(chars []char) string {
	var b strings.Builder
	for _, c := range chars {
		b.WriteRune(c.r)
	}
	return b.String()
}
