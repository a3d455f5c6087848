package word

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTextIsCutIntoWords(t *testing.T) { // F-RT-11
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "",
		" \n!? — 。,":                 "",
		"Spindle OVERHEAT":           "spindle overheat",
		"INC-2026-00012":             "inc 2026 00012",
		"主軸過熱":                       "主軸 軸過 過熱 熱",
		"熱":                          "熱",
		"L3主軸87.4°C":                 "l3 主軸 軸 87 4 c",
		"ＡＬＡＲＭ　３０２１":                 "alarm 3021",
		"ﾌﾟﾚｽ機":                      "プレ レス ス機 機",
		"프레스 정지":                     "프레 레스 스 정지 지",
		"ㄅㄆ":                         "ㄅㄆ ㄆ",
		"Straße":                     "strasse",
		"ÉCLAIR e\u0301":             "éclair é",
		"CNC_log(2).txt":             "cnc log 2 txt",
		"don't":                      "don t",
		"🏭主軸🏭":                       "主軸 軸",
		"𠮷野家":                        "𠮷野 野家 家",
		strings.Repeat("a", 100):     strings.Repeat("a", maxWord),
		"a" + strings.Repeat("b", 3): "abbb",
	} {
		if got := Cut(text); got != want {
			t.Errorf("%q is cut into %q, want %q", text, got, want)
		}
	}
	if got := Cut("主軸.jpg", "", "hot"); got != "主軸 軸 jpg hot" {
		t.Errorf("several texts: %q", got)
	}
}

func TestAQueryBecomesTerms(t *testing.T) { // F-RT-11
	t.Parallel()
	for typed, want := range map[string][]Term{
		"":             nil,
		"?!":           nil,
		"spin":         {{"spin", true}},
		"Over spin":    {{"over", true}, {"spin", true}},
		"軸":            {{"軸", true}},
		"主軸":           {{"主軸", false}},
		"主軸過熱":         {{"主軸", false}, {"軸過", false}, {"過熱", false}},
		"軸 軸":          {{"軸", true}},
		"'); drop --":  {{"drop", true}},
		"a & !b | c:*": {{"a", true}, {"b", true}, {"c", true}},
	} {
		if got := Parse(typed).Terms(); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", typed, got, want)
		}
	}
	if n := len(Parse(strings.Repeat("x ", 100)).parts); n != maxParts {
		t.Errorf("%d parts, want %d", n, maxParts)
	}
}

func TestAQueryIsInATextOrNot(t *testing.T) { // F-RT-11
	t.Parallel()
	for _, c := range []struct {
		typed, text string
		want        bool
	}{
		{"主軸心", "主軸承,軸心", false}, // every pair of it is there
		{"主軸心", "換主軸心了", true},
		{"spin", "the Spindle", true},
		{"pindle", "the Spindle", false},
		{"機", "停機", true},
		{"停 spin", "SPINDLE 停機", true},
		{"停 spin", "停機", false},
		{"ａｌａｒｍ", "Alarm 3021", true},
		{strings.Repeat("a", 70), strings.Repeat("a", 80), true},
	} {
		if got := Parse(c.typed).In(c.text); got != c.want {
			t.Errorf("%q in %q: %v, want %v", c.typed, c.text, got, c.want)
		}
	}
	if !Parse("主軸 hot").In("主軸.jpg", "hot") {
		t.Error("parts may stand in different texts")
	}
}

// What a query is in has the query's terms: the databases leave out no hit.
func TestTheTermsLeaveOutNoHit(t *testing.T) { // F-RT-11
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]rune("ab主軸機 ,ＡßÉー1"))
		text := string(rapid.SliceOfN(letters, 0, 30).Draw(t, "text"))
		q := Parse(string(rapid.SliceOfN(letters, 0, 5).Draw(t, "typed")))
		words := strings.Fields(Cut(text))
		all := true
		for _, term := range q.Terms() {
			all = all && slices.ContainsFunc(words, func(w string) bool {
				return w == term.Word || term.Prefix && strings.HasPrefix(w, term.Word)
			})
		}
		if q.In(text) && !all {
			t.Fatalf("%v is in %q, and its terms %v are not in %v", q, text, q.Terms(), words)
		}
		var joined strings.Builder
		for _, p := range q.Snippet(text) {
			if !utf8.ValidString(p.Text) {
				t.Fatalf("snippet part %q", p.Text)
			}
			joined.WriteString(p.Text)
		}
		if joined.String() != text {
			t.Fatalf("snippet %q of %q", joined.String(), text)
		}
		if q.In(text) && !q.Empty() && len(q.Spans(text)) == 0 {
			t.Fatalf("%v is in %q and nothing matches", q, text)
		}
	})
}

func TestASnippetShowsTheFirstMatch(t *testing.T) { // F-RT-11
	t.Parallel()
	for _, c := range []struct{ typed, text, want string }{
		{"過熱", "主軸過熱停機", "主軸[過熱]停機"},
		{"alarm", "ＡＬＡＲＭ　３０２１ and alarms", "[ＡＬＡＲＭ] ３０２１ and [alarm]s"},
		{"ガ", "ﾘﾌｶﾞ止", "ﾘﾌ[ｶﾞ]止"},
		{"stras", "die Straße\nzwei", "die [Stra\u00df]e zwei"},
		{"機機", "機機機", "[機機機]"},
		{"nothing", "else", "else"},
		{
			"needle", strings.Repeat("hay ", 50) + "needle" + strings.Repeat(" hay", 50),
			"…" + strings.Repeat("hay ", 10) + "[needle]" + strings.Repeat(" hay", 28) + " h…",
		},
	} {
		var got strings.Builder
		for _, p := range Parse(c.typed).Snippet(c.text) {
			if p.Match {
				fmt.Fprintf(&got, "[%s]", p.Text)
			} else {
				got.WriteString(p.Text)
			}
		}
		if diff := cmp.Diff(c.want, got.String()); diff != "" {
			t.Errorf("%q in %q (-want +got):\n%s", c.typed, c.text, diff)
		}
	}
}

func BenchmarkCut(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		Cut("主軸溫度 87.4 °C, \"alarm 3021\"; stopped the line")
	}
}
