package word

import "slices"

// Term is a condition on the words of a text.
type Term struct {
	Word   string
	Prefix bool // a word that begins so will do
}

// Query is what a searcher typed: every part of it must be found.
type Query struct{ parts []run }

// maxParts bounds a query: what follows is not looked for.
const maxParts = 16

// Parse reads what a searcher typed.
func Parse(typed string) Query {
	parts := runs(typed)
	for i := range parts {
		if parts[i].class == alpha && len(parts[i].chars) > maxWord {
			parts[i].chars = parts[i].chars[:maxWord]
		}
	}
	return Query{parts[:min(len(parts), maxParts)]}
}

// Empty reports whether there is nothing to look for.
func (q Query) Empty() bool { return len(q.parts) == 0 }

// Terms are what the words of a text must have for the query to be in it. A text
// that has them may lack the query still (see [Query.In]): in 主軸承軸心 stand 主軸 and
// 軸心, but not 主軸心.
func (q Query) Terms() []Term {
	var list []Term
	for _, p := range q.parts {
		if p.class == alpha || len(p.chars) == 1 {
			list = append(list, Term{text(p.chars), true})
			continue
		}
		for i := range len(p.chars) - 1 {
			list = append(list, Term{text(p.chars[i : i+2]), false})
		}
	}
	slices.SortFunc(list, compare)
	return slices.Compact(list)
}

func compare(a, b Term) int {
	switch {
	case a.Word < b.Word, a.Word == b.Word && a.Prefix && !b.Prefix:
		return -1
	case a == b:
		return 0
	default:
		return 1
	}
}

// In reports whether every part of the query is in one of the texts.
func (q Query) In(texts ...string) bool {
	found := make([]bool, len(q.parts))
	for _, t := range texts {
		for _, r := range runs(t) {
			for i, p := range q.parts {
				found[i] = found[i] || len(r.find(p, 0)) > 0
			}
		}
	}
	return !slices.Contains(found, false)
}

// find returns where the part begins in the run, from a place on: a word at its
// beginning, other characters anywhere.
func (r run) find(part run, from int) []int {
	if r.class != part.class {
		return nil
	}
	var places []int
	for i := from; i+len(part.chars) <= len(r.chars); i++ {
		if r.class == alpha && i > 0 {
			break
		}
		if slices.EqualFunc(r.chars[i:i+len(part.chars)], part.chars, func(a, b char) bool { return a.r == b.r }) {
			places = append(places, i)
		}
	}
	return places
}

// Span is a piece of a text, in bytes.
type Span struct{ Start, End int }

// Spans returns where parts of the query stand in the text, in order, without
// overlap.
func (q Query) Spans(t string) []Span {
	var list []Span
	for _, r := range runs(t) {
		for _, p := range q.parts {
			for _, i := range r.find(p, 0) {
				list = append(list, Span{int(r.chars[i].start), int(r.chars[i+len(p.chars)-1].end)})
			}
		}
	}
	slices.SortFunc(list, func(a, b Span) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return a.End - b.End
	})
	var joined []Span
	for _, s := range list {
		if n := len(joined); n > 0 && s.Start <= joined[n-1].End {
			joined[n-1].End = max(joined[n-1].End, s.End)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}
