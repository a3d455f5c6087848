package incident

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// F-UP-13: a name that a client sends is safe to store and to show, and an
// awkward one stays readable (F-AU-11).
func TestCleanFilename(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("漏", 300)
	for given, want := range map[string]string{
		"photo.jpg":                     "photo.jpg",
		"../../etc/passwd":              "passwd",
		`C:\機台\log 3.LOG`:               "log 3.LOG",
		"..":                            "",
		"":                              "",
		" /  ":                          "",
		"a\x00b\nc.txt":                 "abc.txt",
		"a\u202egnp.exe":                "agnp.exe",
		"bad\xffutf8.txt":               "badutf8.txt",
		long + ".jpg":                   strings.Repeat("漏", 251) + ".jpg",
		"x." + strings.Repeat("y", 300): "x." + strings.Repeat("y", 253),
	} {
		if got := CleanFilename(given); got != want {
			t.Errorf("CleanFilename(%q) = %q, want %q", given, got, want)
		}
	}
}

func FuzzCleanFilename(f *testing.F) {
	for _, seed := range []string{"a.jpg", "../x", "\u202e", long255(), "\xff\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		got := CleanFilename(given)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > MaxFilename || strings.ContainsAny(got, "/\\\x00\r\n") {
			t.Errorf("CleanFilename(%q) = %q", given, got)
		}
		if again := CleanFilename(got); again != got {
			t.Errorf("not stable: %q, then %q", got, again)
		}
	})
}

func long255() string { return strings.Repeat("長", 255) + ".txt" }

func TestDeclarationIsChecked(t *testing.T) {
	t.Parallel()
	template := &ShippedTemplates[0]
	n := NewRoom{Title: "  漏油 ", Template: template}
	if err := n.Normalize(); err != nil {
		t.Fatal(err)
	}
	if n.Title != "漏油" || n.Type != template.Type || n.Severity != template.Severity {
		t.Errorf("%+v: want title trimmed, type and severity from the template", n)
	}
	ok := NewRoom{Title: "x", Type: IT, Severity: Low}
	for name, broken := range map[string]func(*NewRoom){
		"no title":        func(n *NewRoom) { n.Title = " " },
		"long title":      func(n *NewRoom) { n.Title = strings.Repeat("長", MaxTitle+1) },
		"line break":      func(n *NewRoom) { n.Title = "a\nb" },
		"control":         func(n *NewRoom) { n.Description = "a\x07" },
		"not UTF-8":       func(n *NewRoom) { n.Lot = "\xff" },
		"unknown type":    func(n *NewRoom) { n.Type = "fire" },
		"no severity":     func(n *NewRoom) { n.Severity = "" },
		"negative units":  func(n *NewRoom) { n.UnitsAtRisk = -1 },
		"too many tags":   func(n *NewRoom) { n.Tags = make([]string, MaxTags+1) },
		"empty tag":       func(n *NewRoom) { n.Tags = []string{" "} },
		"long place part": func(n *NewRoom) { n.Place.Line = strings.Repeat("x", MaxPlacePart+1) },
	} {
		n := ok
		broken(&n)
		if err := n.Normalize(); KindOf(err) != Invalid || DetailOf(err) == "" {
			t.Errorf("%s: %v, want invalid with a text", name, err)
		}
	}
}

func TestDraftIsChecked(t *testing.T) {
	t.Parallel()
	d := Draft{ClientMsgID: "a-1", Text: "先關總閥 \n"}
	if err := d.Normalize(); err != nil || d.Text != "先關總閥" {
		t.Errorf("%+v, %v", d, err)
	}
	for name, d := range map[string]Draft{
		"no id":         {Text: "x"},
		"id with space": {ClientMsgID: "a b", Text: "x"},
		"long id":       {ClientMsgID: ClientMsgID(strings.Repeat("a", 65)), Text: "x"},
		"no text":       {ClientMsgID: "a", Text: " \n"},
		"long text":     {ClientMsgID: "a", Text: strings.Repeat("長", MaxText+1)},
		"odd reply":     {ClientMsgID: "a", Text: "x", ReplyTo: "1"},
	} {
		if err := d.Normalize(); KindOf(err) != Invalid {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
	one, other := Draft{Text: "a", ReplyTo: "b"}, Draft{Text: "ab"}
	if one.Digest() == other.Digest() {
		t.Error("different contents, same digest")
	}
}

// An event is stored as its change's JSON and comes back as it was.
func TestChangesSurviveStorage(t *testing.T) {
	t.Parallel()
	at := Now(time.Date(2026, 11, 22, 6, 2, 3, 123456789, time.UTC))
	who := Person{ID: "u", Name: "王小明"}
	for _, c := range []Change{
		RoomCreated{Room: Room{ID: "r", Number: Number(2026, 42), Title: "漏油", Tags: []string{"液壓"}, CreatedBy: who, DeclaredAt: at, LastActivity: at}},
		MemberAdded{Member: Member{Person: who, Role: Editor, AddedAt: at}},
		MessagePosted{Message: Message{ID: "m", Author: who, Type: ImageRef, Text: "x", Ref: &Reference{FileID: "f", Filename: "圖.jpg"}, At: at}},
		FileUploaded{File: File{ID: "f", Uploader: who, Size: 5, UploadedAt: at}},
		FileDeleted{FileID: "f", DeletedBy: who},
	} {
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeChange(c.EventType(), b)
		if err != nil || !reflect.DeepEqual(back, c) {
			t.Errorf("%s came back as %+v, %v", c.EventType(), back, err)
		}
	}
	if _, err := DecodeChange("unheard_of", []byte("{}")); err == nil {
		t.Error("an unknown type was decoded")
	}
	if got := Number(2026, 42); got != "INC-2026-00042" {
		t.Errorf("number %s", got)
	}
}

func TestValidUUID(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10":  true,
		"0192F0C1-2b7a-7c3e-9a51-6f2f5f3c1a10":  false,
		"0192f0c12b7a-7c3e-9a51-6f2f5f3c1a10-":  false,
		"0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a100": false,
		"":                                      false,
	} {
		if ValidUUID(s) != want {
			t.Errorf("ValidUUID(%q) = %v", s, !want)
		}
	}
}
