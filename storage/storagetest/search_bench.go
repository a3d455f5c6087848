package storagetest

import (
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/word"
)

// SearchMessages names the variable with how many messages BenchmarkSearch loads.
const SearchMessages = "SEARCH_MESSAGES"

const (
	searchMessages = 20_000 // without the variable
	searchRooms    = 1000
	searchReadable = 10 // one room in so many is the searcher's
	searchPage     = 20 // hits
)

// BenchmarkSearch measures searches of somebody who may read one room in ten, and
// of somebody who may read all, among messages of which half are Chinese. Words are
// as frequent as in a language: the n-th most frequent one 1/n as often as the
// first. Postgres only.
func BenchmarkSearch(b *testing.B) {
	messages := searchMessages
	if v := os.Getenv(SearchMessages); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			b.Fatalf("%s: %v", SearchMessages, err)
		}
		messages = n
	}
	cfg := Postgres(b)
	rooms := ManyRooms(b, cfg, searchRooms, 3)
	lang := newLanguage()
	fill(b, cfg, rooms, lang, messages)
	searcher := person("王小明")
	readable := map[incident.RoomID]bool{}
	pool := raw(b, cfg)
	for i, room := range rooms {
		if i%searchReadable == 0 {
			readable[room] = true
			exec(b, pool, `insert into room_members (room_id, user_id, name, role, added_by, added_at)
				values ($1, $2, $3, 'VIEWER', $2, now())`, string(room), string(searcher.ID), searcher.Name)
		}
	}
	exec(b, pool, "vacuum analyze")
	db := Open(b, cfg)
	for _, kind := range lang.queries() {
		for _, all := range []bool{false, true} {
			name := kind.name + "/some rooms"
			if all {
				name = kind.name + "/all rooms"
			}
			b.Run(name, func(b *testing.B) {
				took := make([]time.Duration, 0, b.N)
				hits := 0
				for i := range b.N {
					q := incident.SearchQuery{
						Asker: searcher.ID, All: all, Text: kind.texts[i%len(kind.texts)],
						Kinds: []incident.SearchKind{incident.FoundMessage}, Limit: searchPage,
					}
					start := time.Now()
					page, _, err := db.Library().Search(b.Context(), q)
					took = append(took, time.Since(start))
					if err != nil {
						b.Fatal(err)
					}
					hits += len(page)
					for _, h := range page {
						if !all && !readable[h.Room] {
							b.Fatalf("%q found a message of a room that the searcher may not read", q.Text)
						}
					}
				}
				slices.Sort(took)
				at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
				b.ReportMetric(at(0.5), "p50-ms")
				b.ReportMetric(at(0.95), "p95-ms")
				b.ReportMetric(at(1), "max-ms")
				b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
			})
		}
	}
}

// language makes messages.
type language struct {
	rand             *rand.Rand
	english, chinese vocabulary
}

// vocabulary is words, the most frequent first, and up to where each reaches on the
// line of all of them.
type vocabulary struct {
	words []string
	upTo  []float64
}

func newLanguage() *language {
	l := &language{rand: rand.New(rand.NewPCG(1, 2))}
	syllables := strings.Fields("al ber con de er fa gri hal in jo ka lo mon na or pre qu ra so tem u ver wel xe yo zin ing ed tion st")
	l.english = l.vocabulary(20_000, func() string {
		var s strings.Builder
		for range 1 + l.rand.IntN(4) {
			s.WriteString(syllables[l.rand.IntN(len(syllables))])
		}
		return s.String()
	})
	// A language of some 2,000 characters has words of one to three of them.
	l.chinese = l.vocabulary(20_000, func() string {
		var s strings.Builder
		for range 1 + l.rand.IntN(3) {
			s.WriteRune(rune(0x4e00 + 7*int(2000*math.Pow(l.rand.Float64(), 2))))
		}
		return s.String()
	})
	return l
}

func (l *language) vocabulary(n int, make func() string) vocabulary {
	var v vocabulary
	seen, sum := map[string]bool{}, 0.0
	for len(v.words) < n {
		w := make()
		if seen[w] {
			continue
		}
		seen[w] = true
		sum += 1 / float64(len(v.words)+1)
		v.words, v.upTo = append(v.words, w), append(v.upTo, sum)
	}
	return v
}

func (l *language) word(v vocabulary) string {
	i, _ := slices.BinarySearch(v.upTo, l.rand.Float64()*v.upTo[len(v.upTo)-1])
	return v.words[i]
}

// sentence is Chinese or English.
func (l *language) sentence(chinese bool) string {
	var s strings.Builder
	for i := range 4 + l.rand.IntN(20) {
		switch {
		case !chinese && i > 0:
			s.WriteByte(' ')
		case i%6 == 5:
			s.WriteString("，")
		}
		if chinese {
			s.WriteString(l.word(l.chinese))
		} else {
			s.WriteString(l.word(l.english))
		}
	}
	return s.String()
}

type queries struct {
	name  string
	texts []string
}

// queries are words by their place among the most frequent ones.
func (l *language) queries() []queries {
	pick := func(v vocabulary, from, to int, ok func(string) bool) (list []string) {
		for _, w := range v.words[from:to] {
			if ok(w) {
				list = append(list, w)
			}
		}
		l.rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list[:min(len(list), 100)]
	}
	two := func(w string) bool { return len([]rune(w)) == 2 }
	one := func(w string) bool { return len([]rune(w)) == 1 }
	long := func(w string) bool { return len(w) > 2 }
	any := func(string) bool { return true }
	var pairs, begun, long4 []string
	for range 100 {
		pairs = append(pairs, l.word(l.english)+" "+l.word(l.english))
		begun = append(begun, l.english.words[l.rand.IntN(2000)][:2])
		long4 = append(long4, l.word(l.chinese)+l.word(l.chinese))
	}
	return []queries{
		{"chinese 2, common", pick(l.chinese, 0, 60, two)},
		{"chinese 2, middling", pick(l.chinese, 100, 1500, two)},
		{"chinese 2, rare", pick(l.chinese, 5000, 20000, two)},
		{"chinese 1", pick(l.chinese, 0, 3000, one)},
		{"chinese, two words in a row", long4},
		{"english, common", pick(l.english, 0, 60, any)},
		{"english, middling", pick(l.english, 100, 1500, long)},
		{"english, rare", pick(l.english, 5000, 20000, long)},
		{"english, two words", pairs},
		{"english, two letters", begun},
		{"nothing", []string{"zzyzx", "鱻鱻"}},
	}
}

// fill loads messages past package storage, as fast as the database takes them.
func fill(b *testing.B, cfg storage.Config, rooms []incident.RoomID, l *language, n int) {
	b.Helper()
	db, err := sql.Open("postgres", cfg.URL)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var index string
	if err := db.QueryRow("select indexdef from pg_indexes where schemaname = current_schema() and indexname = 'messages_words'").Scan(&index); err != nil {
		b.Fatal(err)
	}
	exec(b, db, "drop index messages_words")
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	into, err := tx.Prepare(`copy messages (room_id, message_id, seq, author_id, author_name, message_type, text, at, words) from stdin`)
	if err != nil {
		b.Fatal(err)
	}
	defer into.Close()
	author := person("張三")
	start := now().Add(-365 * 24 * time.Hour)
	step := 365 * 24 * time.Hour / time.Duration(n)
	for i := range n {
		text := l.sentence(i%2 == 0)
		words := strings.Fields(word.Cut(text))
		_, err := into.Exec(string(rooms[l.rand.IntN(len(rooms))]), fmt.Sprintf("0192f0c1-2b7a-7c3e-9a51-%012x", i), i+1,
			string(author.ID), author.Name, "TEXT", text, start.Add(time.Duration(i)*step), "'"+strings.Join(words, "' '")+"'")
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := into.Exec(); err != nil {
		b.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	exec(b, db, index)
}
