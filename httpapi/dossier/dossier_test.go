package dossier

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"taskreporter/incident"
)

var began = time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)

func options() Options {
	return Options{
		Language: Chinese, Zone: time.FixedZone("Asia/Taipei", 8*3600), By: incident.Person{Name: "品保"}, At: began,
		Encode: func(e incident.Event, _ func(incident.FileID) string) (any, error) { return e, nil },
	}
}

func one[T any](page ...T) incident.Pages[T] {
	return func(yield func([]T, error) bool) { yield(page, nil) }
}

// tell writes a room and its files, which are as long as they say.
func tell(t *testing.T, o Options, c incident.RoomCopy) map[string]string {
	t.Helper()
	var out bytes.Buffer
	d := New(&out, o)
	if err := d.Tell(c); err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Files() {
		if err := d.Add(f, strings.NewReader(strings.Repeat("x", int(f.Size)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		entries[f.Name] = string(b)
	}
	if len(entries) != len(archive.File) {
		t.Errorf("%d entries under %d names", len(archive.File), len(entries))
	}
	return entries
}

func file(n int, name string) incident.File {
	return incident.File{
		ID: incident.FileID(fmt.Sprint("f", n)), Filename: name, Kind: incident.Log, Size: int64(n), UploadedAt: began,
		SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Repeat("x", n)))),
	}
}

func posted(seq incident.Seq, m incident.Message) incident.Event {
	m.Seq, m.At = seq, began
	return incident.Event{Seq: seq, At: began, By: m.Author, Change: incident.MessagePosted{Message: m}}
}

// UX 27: each language says all, with the same things in it.
func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	verbs := regexp.MustCompile(`%\[\d\][sd]`)
	if zh, en := slices.Sorted(maps.Keys(words[Chinese])), slices.Sorted(maps.Keys(words[English])); !slices.Equal(zh, en) {
		t.Fatalf("keys differ: %v, %v", zh, en)
	}
	for key, zh := range words[Chinese] {
		a, b := verbs.FindAllString(zh, -1), verbs.FindAllString(words[English][key], -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s: %q, %q", key, zh, words[English][key])
		}
	}
	for _, key := range regexp.MustCompile(`say "(\w+)"`).FindAllStringSubmatch(pageHTML, -1) {
		if words[Chinese][key[1]] == "" {
			t.Errorf("the page says %q, which is no word", key[1])
		}
	}
	for _, list := range [][]string{names(incident.Severities), names(incident.Statuses), names(incident.Roles)} {
		for _, word := range list {
			if words[Chinese][word] == "" {
				t.Errorf("there is no word for %s", word)
			}
		}
	}
	for _, kind := range incident.IncidentTypes {
		if words[Chinese]["type_"+string(kind)] == "" {
			t.Errorf("there is no word for %s", kind)
		}
	}
}

func names[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func TestNamesAreSafeOnEveryFileSystem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"press.jpg":                      "press.jpg",
		"主軸 07.log":                      "主軸 07.log",
		`..\..\a.log`:                    ".._.._a.log",
		"../../etc/passwd":               ".._.._etc_passwd",
		"a\r\nb\x00\u2028.txt":           "a__b__.txt",
		"gpj\u202excod.txt":              "gpj_xcod.txt",
		"a\u200b\ufeff.csv":              "a__.csv",
		`<script>"x"|?*:.pdf`:            "_script__x_____.pdf",
		"a\u3000b.log":                   "a b.log",
		"dots... ":                       "dots",
		"\xff\xfe.log":                   "__.log",
		strings.Repeat("停", 90) + ".log": strings.Repeat("停", (maxName-4)/3) + ".log",
		strings.Repeat("a", 300):         strings.Repeat("a", maxName),
	} {
		got := safeName(name)
		if got != want || len(got) > maxName || !utf8.ValidString(got) {
			t.Errorf("%q is kept as %q, want %q", name, got, want)
		}
	}
}

// Two files of one name, and some that must not leave: each has a place of its own or
// says why it has none, and the sums name all that there is.
func TestEveryFileIsThereOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	removed, infected, pending, lost := file(3, "c.log"), file(4, "secret name.log"), file(5, "e.log"), file(6, "f.log")
	removed.DeletedAt, infected.Scan, pending.Scan = &began, incident.ScanInfected, incident.ScanPending
	o := options()
	o.Lost = map[incident.FileID]bool{lost.ID: true}
	got := tell(t, o, incident.RoomCopy{
		Log: one[incident.Event](), Shown: one[incident.Event](), Pinned: one[incident.Message](),
		Files: one(file(1, "a.log"), file(2, "a.log"), removed, infected, pending, lost, file(7, "g#%41?.log")),
	})
	want := []string{"SHA256SUMS", "events.jsonl", "files/0001-a.log", "files/0002-a.log", "files/0007-g#%41_.log", "incident.html"}
	if list := slices.Sorted(maps.Keys(got)); !slices.Equal(list, want) {
		t.Errorf("entries %q, want %q", list, want)
	}
	page := got[pageName]
	for _, state := range []string{"removed", "quarantined", "pending", "lost", "nameless"} {
		if strings.Count(page, words[Chinese][state]) != 1 {
			t.Errorf("the page does not say once: %s", words[Chinese][state])
		}
	}
	if strings.Contains(page, "secret name") {
		t.Error("the page names a file in quarantine")
	}
	if !strings.Contains(page, `href="files/0007-g%23%2541_.log"`) {
		t.Error("a name with # and % leads nowhere")
	}
	var sums strings.Builder
	for _, name := range []string{pageName, logName, "files/0001-a.log", "files/0002-a.log", "files/0007-g#%41_.log"} {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(got[name])), name)
	}
	if got[sumsName] != sums.String() {
		t.Errorf("sums\n%s\nwant\n%s", got[sumsName], sums.String())
	}
}

func TestAFileThatIsNotWhatWasUploadedEndsTheDossier(t *testing.T) {
	t.Parallel()
	for _, bytes := range []string{"xy", "x", "xxx", ""} {
		d := New(io.Discard, options())
		d.enter(file(2, "a.log"))
		if err := d.Add(d.Files()[0], strings.NewReader(bytes)); !errors.Is(err, ErrChanged) {
			t.Errorf("%q for xx: %v", bytes, err)
		}
	}
}

func TestNothingThatPeopleWroteBecomesMarkup(t *testing.T) {
	t.Parallel()
	evil := `</p></title></style><script>alert(1)</script><img src=x onerror="alert(1)"> {{.}} javascript:alert(1) ' "`
	who := incident.Person{ID: "w", Name: evil}
	f := file(1, evil+".jpg")
	f.Kind, f.Width, f.Height, f.Description, f.Uploader = incident.Image, 4, 3, evil, who
	said := incident.Message{ID: "m", Author: who, Type: incident.Text, Text: evil, Reactions: []incident.Reaction{{Emoji: "👍", People: []incident.Person{who}}}, Pinned: &incident.Done{By: who, At: began}}
	shows := incident.Message{ID: "n", Author: who, Type: incident.ImageRef, Text: evil, ReplyTo: "m", Ref: &incident.Reference{FileID: f.ID, Filename: f.Filename}}
	events := []incident.Event{
		{Seq: 1, At: began, By: who, Change: incident.RoomCreated{}},
		posted(2, said), posted(3, shows),
		{Seq: 4, At: began, By: who, Change: incident.RoomUpdated{Changed: []incident.FieldChange{{Field: "title", To: evil}, {Field: "severity", To: evil}}}},
		{Seq: 5, At: began, By: who, Change: incident.FileDeleted{DeletedBy: who, Reason: evil}},
	}
	got := tell(t, options(), incident.RoomCopy{
		Room: incident.Room{
			Number: "INC-2026-00012", Title: evil, Description: evil, Lot: evil, Tags: []string{evil}, CreatedBy: who, Assignee: &who,
			Place: incident.Place{Site: evil, Line: evil, Equipment: evil}, Resolution: evil, Hold: &incident.RoomHold{By: who, Reason: evil},
		},
		Members:   []incident.Member{{Person: who, Role: incident.Owner}},
		Checklist: []incident.ChecklistItem{{ID: 1, ChecklistText: incident.ChecklistText{Zh: evil}, Done: &incident.Done{By: who, At: began}}},
		Log:       one(events...), Shown: one(events...), Pinned: one(said), Files: one(f),
		Messages: func([]incident.MessageID) ([]incident.Message, error) { return []incident.Message{said}, nil },
	})
	page := got[pageName]
	for _, bad := range []string{"<script", "<img src=x", "onerror=\"", "href=\"javascript", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if n := strings.Count(page, "&lt;script&gt;"); n < 20 {
		t.Errorf("what was written is there %d times", n)
	}
	if n := strings.Count(page, "<img "); n != 1 {
		t.Errorf("%d pictures, want 1", n)
	}
}

// A room of any length is written page by page.
func TestALongConversationIsNotHeldInMemory(t *testing.T) { //nolint:paralleltest // it measures the heap
	const pages, each = 100, 200
	text := strings.Repeat("主軸溫度 87.4 °C。", 20)
	var heaps []uint64
	conversation := func(yield func([]incident.Event, error) bool) {
		for n := range pages {
			page := make([]incident.Event, each)
			for i := range page {
				page[i] = posted(incident.Seq(n*each+i+1), incident.Message{Author: incident.Person{Name: "王小明"}, Type: incident.Text, Text: text})
			}
			if !yield(page, nil) {
				return
			}
			if n%20 == 19 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				heaps = append(heaps, m.HeapAlloc)
			}
		}
	}
	d := New(io.Discard, options())
	if err := d.Tell(incident.RoomCopy{Shown: conversation, Log: conversation, Pinned: one[incident.Message](), Files: one[incident.File]()}); err != nil {
		t.Fatal(err)
	}
	written := uint64(pages / 5 * each * len(text)) // between two measurements
	for i := 1; i < len(heaps); i++ {
		if i != pages/20 && heaps[i] > heaps[i-1]+written/4 { // between page and log one compressor more
			t.Errorf("heap after every 4,000 messages: %v", heaps)
		}
	}
}
