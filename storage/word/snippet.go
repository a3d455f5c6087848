package word

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"taskreporter/incident"
)

// Bounds of a snippet, in characters: all of it, and what stands before the first
// match.
const (
	maxSnippet = 160
	maxBefore  = 40
)

// Snippet returns the part of the text around the first match, on one line. A text
// without a match gives its beginning.
func (q Query) Snippet(t string) []incident.SnippetPart {
	spans := q.Spans(t)
	start := 0
	if len(spans) > 0 {
		start = before(t, spans[0].Start)
	}
	end := start
	for n := 0; n < maxSnippet && end < len(t); n++ {
		_, size := utf8.DecodeRuneInString(t[end:])
		end += size
	}
	var parts []incident.SnippetPart
	add := func(text string, match bool) {
		if text != "" {
			parts = append(parts, incident.SnippetPart{Text: text, Match: match})
		}
	}
	head, tail := "", ""
	if start > 0 {
		head = "…"
	}
	if end < len(t) {
		tail = "…"
	}
	at := start
	for _, s := range spans {
		if s.Start >= end {
			break
		}
		add(head+oneLine(t[at:s.Start]), false)
		head = ""
		at = min(s.End, end)
		add(oneLine(t[s.Start:at]), true)
	}
	add(head+oneLine(t[at:end])+tail, false)
	return parts
}

// before goes back from a place, at most maxBefore characters, and then forward to
// the beginning of a word.
func before(t string, place int) int {
	start := place
	for n := 0; n < maxBefore && start > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(t[:start])
		start -= size
	}
	if last, _ := utf8.DecodeLastRuneInString(t[:start]); start == 0 || unicode.IsSpace(last) {
		return start
	}
	if i := strings.IndexFunc(t[start:place], unicode.IsSpace); i >= 0 {
		for _, r := range t[start+i : place] {
			if !unicode.IsSpace(r) {
				break
			}
			i += utf8.RuneLen(r)
		}
		return start + i
	}
	return start
}

func oneLine(t string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, t)
}
