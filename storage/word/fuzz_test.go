package word

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzSearch: whatever was written and whatever is looked for, the words have no
// space, a hit has the query's terms, and its snippet is the text around the match.
func FuzzSearch(f *testing.F) { // F-RT-11
	for _, c := range [][2]string{
		{"過熱", "主軸過熱停機"},
		{"alarm", "ＡＬＡＲＭ　３０２１ and alarms"},
		{"ガ", "ﾘﾌｶﾞ止"},
		{"stras", "die Straße\nzwei"},
		{"a & !b | c:*", "'); drop --"},
		{"e\u0301", "ÉCLAIR \u0301"},
		{"\xff", "a\xffb"},
		{"\u1100\u1161", "각"},
		{"ﷺ", "صلى الله"},
		{strings.Repeat("a", 70), strings.Repeat("a", 80)},
		{"needle", strings.Repeat("hay　", 50) + "needle" + strings.Repeat("\xe3", 50)},
		{"ẞ", "ŉ"},
	} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, typed, text string) {
		q, words := Parse(typed), Cut(text)
		for _, w := range strings.Split(words, " ") {
			if w == "" && words != "" || strings.ContainsFunc(w, func(r rune) bool { return classOf(r) == gap }) || utf8.RuneCountInString(w) > maxWord {
				t.Fatalf("%q is cut into the word %q", text, w)
			}
		}
		if q.In(text) {
			list := strings.Fields(words)
			for _, term := range q.Terms() {
				if !slices.ContainsFunc(list, func(w string) bool { return w == term.Word || term.Prefix && strings.HasPrefix(w, term.Word) }) {
					t.Fatalf("%q is in %q, and its term %+v is not in %q", typed, text, term, words)
				}
			}
		}
		spans := q.Spans(text)
		if q.In(text) && !q.Empty() && len(spans) == 0 {
			t.Fatalf("%q is in %q and nothing matches", typed, text)
		}
		end := 0
		for _, s := range spans {
			if s.Start < end || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("%q in %q: spans %v", typed, text, spans)
			}
			end = s.End
		}
		var joined strings.Builder
		for _, p := range q.Snippet(text) {
			joined.WriteString(p.Text)
		}
		got := joined.String()
		if utf8.RuneCountInString(got) > maxSnippet+2 || strings.ContainsFunc(got, func(r rune) bool { return r != ' ' && unicode.IsSpace(r) }) {
			t.Fatalf("snippet %q", got)
		}
		if got = strings.TrimSuffix(strings.TrimPrefix(got, "…"), "…"); utf8.ValidString(text) && !strings.Contains(oneLine(text), got) {
			t.Fatalf("snippet %q of %q", got, text)
		}
	})
}
