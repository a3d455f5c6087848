package incident

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// storable reports whether a text may be kept and shown.
func storable(text string, maxChars int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= maxChars &&
		!strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' })
}

// FuzzDraft: a message that is accepted is as its author wrote it but for white space
// at its end, is the same when it is checked again, and comes back from the log as it
// was.
func FuzzDraft(f *testing.F) {
	for _, text := range []string{"先關總閥 \n", " ", "\x00", "a\u202eb", "\xff", "\u2028", strings.Repeat("長", MaxText+1), "e\u0301", "\ufeff", "<script>", "\u0085"} {
		f.Add("a-1", text, "TEXT", "")
		f.Add(text, text, text, text)
	}
	f.Fuzz(func(t *testing.T, id, text, kind, replyTo string) {
		d := Draft{ClientMsgID: ClientMsgID(id), Text: text, Type: MessageType(kind), ReplyTo: MessageID(replyTo)}
		if err := d.Normalize(); err != nil {
			if KindOf(err) != Invalid || DetailOf(err) == "" || !utf8.ValidString(DetailOf(err)) {
				t.Errorf("%q refused by %v", text, err)
			}
			return
		}
		if !storable(d.Text, MaxText) || strings.TrimSpace(d.Text) == "" || !strings.HasPrefix(text, d.Text) || strings.TrimSpace(text[len(d.Text):]) != "" {
			t.Errorf("%q became %q", text, d.Text)
		}
		again := d
		if err := again.Normalize(); err != nil || !reflect.DeepEqual(again, d) || again.Digest() != d.Digest() {
			t.Errorf("%+v, checked again: %+v, %v", d, again, err)
		}
		posted := MessagePosted{Message: Message{ID: "m", Type: d.Type, Text: d.Text, ReplyTo: d.ReplyTo, ClientMsgID: d.ClientMsgID, At: Now(time.Unix(1, 0))}}
		b, err := json.Marshal(posted)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeChange(posted.EventType(), b); err != nil || !reflect.DeepEqual(back, posted) {
			t.Errorf("%+v comes back as %+v, %v", posted, back, err)
		}
	})
}

// FuzzEmoji: what passes as one emoji is short, and neither text nor markup.
func FuzzEmoji(f *testing.F) {
	for _, emoji := range []string{"👍", "👍🏽", "🇹🇼", "👨‍👩‍👧‍👦", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a", "1", "👍👍", "\u200d", "\ufe0f", "♀", "©", "+", "<", "\xf0\x9f"} {
		f.Add(emoji)
	}
	f.Fuzz(func(t *testing.T, emoji string) {
		if CheckEmoji(emoji) != nil {
			return
		}
		if len(emoji) > MaxEmoji || !utf8.ValidString(emoji) || strings.ContainsFunc(emoji, func(r rune) bool {
			return unicode.IsLetter(r) || unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>&"'/\`, r)
		}) {
			t.Errorf("%q passes", emoji)
		}
		if r, size := utf8.DecodeRuneInString(emoji); size == len(emoji) && r < 0x80 {
			t.Errorf("%q passes", emoji)
		}
	})
}

// FuzzDeclaration: a declaration that is accepted has a title of one line and is the
// same when it is checked again.
func FuzzDeclaration(f *testing.F) {
	for _, text := range []string{"  漏油 ", "a\nb", "\xff", "\x07", strings.Repeat("長", MaxTitle+1), "\u2028", ""} {
		f.Add(text, "三線", text, text, 0)
		f.Add("x", text, "d", text, -1)
	}
	f.Fuzz(func(t *testing.T, title, line, description, tag string, units int) {
		n := NewRoom{Title: title, Type: IT, Severity: Low, Place: Place{Line: line}, Description: description, Tags: []string{tag}, UnitsAtRisk: units}
		if err := n.Normalize(); err != nil {
			if KindOf(err) != Invalid || DetailOf(err) == "" || !utf8.ValidString(DetailOf(err)) {
				t.Errorf("refused by %v", err)
			}
			return
		}
		for _, text := range append([]string{n.Title, n.Place.Line}, n.Tags...) {
			if !storable(text, MaxTitle) || text != strings.TrimSpace(text) || strings.ContainsAny(text, "\r\n") {
				t.Errorf("%q is stored", text)
			}
		}
		again := n
		if err := again.Normalize(); err != nil || !reflect.DeepEqual(again, n) {
			t.Errorf("%+v, checked again: %+v, %v", n, again, err)
		}
	})
}

// FuzzFilenameType: what an upload's name promises is decided by the name that is
// stored, and its object's key holds nothing of it but the extension.
func FuzzFilenameType(f *testing.F) {
	for _, name := range []string{"a.jpg", "A.JPEG", "x.tar.gz", "a.jpg\x00.exe", "a.jpg ", "..", "a.", "圖.PNG", "a.ｊｐｇ", "a.jpg/", "a.K", "a.gif\u202e"} {
		f.Add(name)
	}
	const room, file = RoomID("0b7e4d3c-8f0e-4a43-9a53-6f1f7a3f2f10"), FileID("018f6b2e-0000-7000-8000-000000000001")
	f.Fuzz(func(t *testing.T, given string) {
		name := CleanFilename(given)
		kind, ok := TypeOf(name)
		if !ok {
			return
		}
		key := ObjectKey(room, kind.Kind, file, Ext(name))
		rest, ours := strings.CutPrefix(key, "room-"+string(room)+"/"+string(kind.Kind)+"/"+string(file)+".")
		if !ours || rest == "" || strings.ContainsFunc(rest, func(r rune) bool { return r < 'a' || r > 'z' }) {
			t.Errorf("%q is kept under %q", name, key)
		}
		if !strings.HasSuffix(strings.ToLower(name), "."+rest) {
			t.Errorf("%q is taken for a %s", name, rest)
		}
	})
}
