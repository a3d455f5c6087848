package logtext_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"taskreporter/incident"
	"taskreporter/storage/content/logtext"
)

func page(t testing.TB, b []byte, q incident.TextQuery) incident.TextPage {
	t.Helper()
	if q.Lines == 0 {
		q.Lines = incident.MaxTextLines
	}
	p, err := logtext.Page(bytes.NewReader(b), int64(len(b)), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return p
}

func encoded(e encoding.Encoding, s string) []byte {
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

var (
	utf16LE = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	utf16BE = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
)

// texts is what the lines of a page say.
func texts(p incident.TextPage) []string {
	var all []string
	for _, l := range p.Lines {
		all = append(all, l.Text)
	}
	return all
}

// whole reads a file from its start to its end, page by page, and checks that the
// pages join.
func whole(t testing.TB, b []byte, q incident.TextQuery) []incident.TextLine {
	t.Helper()
	var all []incident.TextLine
	for at := int64(0); at < int64(len(b)); {
		q.Offset = at
		p := page(t, b, q)
		if p.Offset != at || p.End <= at || p.End-at > incident.MaxTextBytes || len(p.Lines) == 0 || p.Lines[0].Offset != at {
			t.Fatalf("page at %d goes from %d to %d with %d lines", at, p.Offset, p.End, len(p.Lines))
		}
		all = append(all, p.Lines...)
		at = p.End
	}
	return all
}

func TestLinesEndInEveryCommonWay(t *testing.T) {
	t.Parallel()
	const log = "one\r\ntwo\nthree\rfour\n\nsix\r\r\neight"
	want := []string{"one", "two", "three", "four", "", "six", "", "eight"}
	for name, e := range map[incident.TextEncoding]encoding.Encoding{incident.UTF8: encoding.Nop, incident.Big5: traditionalchinese.Big5, incident.UTF16LE: utf16LE, incident.UTF16BE: utf16BE} {
		b := encoded(e, log)
		p := page(t, b, incident.TextQuery{Encoding: name})
		if got := texts(p); fmt.Sprint(got) != fmt.Sprint(want) || p.End != int64(len(b)) {
			t.Errorf("%s: %q up to %d, want %q", name, got, p.End, want)
		}
		// A line end at the file's end begins no other line.
		if got := texts(page(t, encoded(e, "one\r\ntwo\r\n"), incident.TextQuery{Encoding: name})); len(got) != 2 {
			t.Errorf("%s: %q, want two lines", name, got)
		}
	}
}

// A page begins with the line that the offset is in, ends with the last one before
// it when asked for backwards, and holds no more than was asked for.
func TestPagesBeginAndEndWithLines(t *testing.T) {
	t.Parallel()
	var b []byte
	var starts []int64
	for i := range 10_000 {
		starts = append(starts, int64(len(b)))
		b = append(b, encoded(traditionalchinese.Big5, fmt.Sprintf("%05d 主軸過熱 停機%s\r\n", i, strings.Repeat("。", i%50)))...)
	}
	size := int64(len(b))
	for _, i := range []int{0, 1, 777, 9998, 9999} {
		next := size
		if i+1 < len(starts) {
			next = starts[i+1]
		}
		for at := starts[i]; at < next; at += 1 + (next-starts[i])/7 {
			p := page(t, b, incident.TextQuery{Offset: at, Lines: 3})
			if p.Offset != starts[i] || len(p.Lines) != min(3, 10_000-i) || !strings.HasPrefix(p.Lines[0].Text, fmt.Sprintf("%05d 主軸過熱", i)) {
				t.Fatalf("at %d: page begins at %d with %q", at, p.Offset, texts(p))
			}
			p = page(t, b, incident.TextQuery{Offset: at, Backward: true, Lines: 3})
			if len(p.Lines) != min(3, i) || i > 0 && p.End != starts[i] {
				t.Fatalf("before %d: %d lines up to %d", at, len(p.Lines), p.End)
			}
		}
	}
	p := page(t, b, incident.TextQuery{Offset: size + 99, Lines: 5})
	if p.Offset != starts[9999] || p.End != size {
		t.Errorf("behind the end: %d to %d", p.Offset, p.End)
	}
	p = page(t, b, incident.TextQuery{Offset: size + 99, Backward: true, Lines: 5})
	if p.Offset != starts[9995] || p.End != size {
		t.Errorf("the end: %d to %d", p.Offset, p.End)
	}
}

// A line of a whole file is cut into pieces between characters, each of which says
// that it goes on.
func TestLongLinesAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		as   incident.TextEncoding
		with encoding.Encoding
		text string
	}{
		"UTF-8":             {incident.UTF8, encoding.Nop, strings.Repeat("主軸過熱", 60_000)},
		"UTF-8 with spaces": {incident.UTF8, encoding.Nop, strings.Repeat("主軸 過熱", 60_000)},
		"rare characters":   {incident.UTF8, encoding.Nop, "a" + strings.Repeat("𠮷", 60_000)},
		"Big5":              {incident.Big5, traditionalchinese.Big5, strings.Repeat("x主軸過熱,", 60_000)},
		"UTF-16":            {incident.UTF16LE, utf16LE, "a" + strings.Repeat("𠮷", 60_000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := encoded(c.with, c.text)
			lines := whole(t, b, incident.TextQuery{Encoding: c.as})
			var joined strings.Builder
			for i, l := range lines {
				joined.WriteString(l.Text)
				if last := i == len(lines)-1; l.Cut == last {
					t.Errorf("line %d of %d: cut %v", i, len(lines), l.Cut)
				}
				if len(l.Text) > 40<<10 {
					t.Errorf("line %d has %d bytes", i, len(l.Text))
				}
			}
			if joined.String() != c.text {
				t.Error("the pieces are not the line")
			}
			if len(lines) < len(b)/(16<<10) {
				t.Errorf("%d lines", len(lines))
			}
		})
	}
	short := strings.Repeat("x", 8<<10)
	if lines := whole(t, []byte("a\n"+short+"\nb\n"), incident.TextQuery{}); len(lines) != 3 || lines[1].Text != short || lines[1].Cut {
		t.Errorf("a line of 8 KiB came as %d lines", len(lines)-2)
	}
}

// Wherever a page begins, its entries are those of the whole file; backwards too.
func TestEntriesAreTheSameFromEverywhere(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 6))
	var log strings.Builder
	for log.Len() < 700_000 {
		ends := []string{"\n", "\r\n", "\r", ""}
		log.WriteString(strings.Repeat("溫度 215.3", rnd.IntN(3000)*rnd.IntN(2)*rnd.IntN(2)) + strings.Repeat("x", rnd.IntN(40)) + ends[rnd.IntN(4)])
	}
	for name, e := range map[incident.TextEncoding]encoding.Encoding{incident.UTF8: encoding.Nop, incident.Big5: traditionalchinese.Big5, incident.UTF16LE: utf16LE, incident.UTF16BE: utf16BE} {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			checkPlaces(t, encoded(e, log.String()), name, rnd.Uint64(), 40)
		})
	}
}

// reading is a file whose entries are known.
type reading struct {
	bytes    []byte
	encoding incident.TextEncoding
	lines    []incident.TextLine
	index    map[int64]int // of lines by their offset
}

func read(t testing.TB, b []byte, e incident.TextEncoding, limit int) reading {
	t.Helper()
	r := reading{bytes: b, encoding: e, lines: whole(t, b, incident.TextQuery{Encoding: e, Lines: limit}), index: map[int64]int{}}
	for i, l := range r.lines {
		r.index[l.Offset] = i
	}
	return r
}

// check compares the pages from and before a place with the whole.
func (r reading) check(t testing.TB, at int64, limit int) {
	t.Helper()
	p := page(t, r.bytes, incident.TextQuery{Encoding: r.encoding, Offset: at, Lines: limit})
	first, known := r.index[p.Offset]
	if !known || p.Offset > at || first+1 < len(r.lines) && r.lines[first+1].Offset <= at {
		t.Fatalf("%s, offset %d of %d: page begins at %d", r.encoding, at, len(r.bytes), p.Offset)
	}
	r.compare(t, at, p.Lines, first)
	back := page(t, r.bytes, incident.TextQuery{Encoding: r.encoding, Offset: at, Backward: true, Lines: limit})
	if len(back.Lines) == 0 {
		if first != 0 {
			t.Fatalf("%s, before %d of %d: nothing", r.encoding, at, len(r.bytes))
		}
		return
	}
	if back.End != p.Offset || back.Lines[0].Offset != back.Offset || back.End-back.Offset > incident.MaxTextBytes {
		t.Fatalf("%s, before %d: page from %d to %d, want up to %d", r.encoding, at, back.Offset, back.End, p.Offset)
	}
	r.compare(t, at, back.Lines, first-len(back.Lines))
}

func (r reading) compare(t testing.TB, at int64, got []incident.TextLine, from int) {
	t.Helper()
	for i, l := range got {
		if l != r.lines[from+i] {
			t.Fatalf("%s, at %d, line %d: %.80v, want %.80v", r.encoding, at, i, l, r.lines[from+i])
		}
	}
}

// checkPlaces looks into a file at n places.
func checkPlaces(t testing.TB, b []byte, e incident.TextEncoding, seed uint64, n int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 0))
	r := read(t, b, e, 100+rnd.IntN(500))
	for range n {
		r.check(t, rnd.Int64N(int64(len(b))), 1+rnd.IntN(50))
	}
}

// Line ends near the places where long lines are cut.
func TestLineEndsNearCuts(t *testing.T) {
	t.Parallel()
	const grid = 5 * 8 << 10
	for _, end := range []string{"\n", "\r\n", "\r"} {
		for at := grid - 6; at <= grid+3; at++ {
			b := []byte(strings.Repeat("x", at) + end + strings.Repeat("y", grid))
			r := read(t, b, incident.UTF8, 500)
			for place := int64(grid - 8); place < grid+6; place++ {
				r.check(t, place, 3)
			}
			for i, l := range r.lines {
				if l.Text == "" || l.Text[0] != l.Text[len(l.Text)-1] {
					t.Errorf("%q at %d: line %d is %.20q", end, at, i, l.Text)
				}
			}
		}
	}
}

// Nothing that comes out does something where it is shown.
func TestControlsAreShownAsPictures(t *testing.T) {
	t.Parallel()
	p := page(t, []byte("\ufeff\x02M300\x03\x00\x00\a\t\x1b[31m\x7f \u0085\u009b\u200f\u202etxt.exe\u2066\u2028\ufeff\ufff9\U000E0041 \xff\xc3(\n"), incident.TextQuery{Encoding: incident.UTF8})
	const want = "␂M300␃␀␀␇\t␛[31m␡ \ufffd\ufffd\ufffd\ufffdtxt.exe\ufffd\ufffd\ufffd\ufffd\ufffd \ufffd\ufffd("
	if got := p.Lines[0].Text; got != want || len(p.Lines) != 1 {
		t.Errorf("%+q, want %+q", got, want)
	}
	for _, e := range incident.TextEncodings {
		for lead := range 256 { // every byte behind every other
			var b []byte
			for trail := range 256 {
				b = append(b, byte(lead), byte(trail), 'x', 0)
			}
			for _, l := range page(t, b, incident.TextQuery{Encoding: e}).Lines {
				if strings.ContainsFunc(l.Text, func(r rune) bool { return r < 0x20 && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfeff }) {
					t.Fatalf("%s: behind %02x is shown %+q", e, lead, l.Text)
				}
			}
		}
	}
}

func TestBrokenCharactersAreShownAsSuch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		as   incident.TextEncoding
		b    string
		want string
	}{
		{incident.UTF16LE, "\xff\xfeA\x00\x42\xd8C\x00\xb7\xdf\x42\xd8\xb7\xdfD", "A\ufffdC\ufffd𠮷\ufffd"},
		{incident.UTF16BE, "\xfe\xff\x00A\x00", "A\ufffd"},
		{incident.Big5, "\xa5\x44\xff\xa5", "主\ufffd\ufffd"},
		{incident.GB18030, "\xd6\xf7\xff", "主\ufffd"},
		{incident.ShiftJIS, "\x83\x89\xbe\x80", "ラｾ\ufffd"},
		{incident.Latin1, "215 \xb0C", "215 °C"},
		{incident.UTF8, "\xe4\xb8", "\ufffd\ufffd"},
	} {
		if got := page(t, []byte(c.b), incident.TextQuery{Encoding: c.as}).Lines[0].Text; got != c.want {
			t.Errorf("%s %q: %+q, want %+q", c.as, c.b, got, c.want)
		}
	}
}

// tracked counts what is read of a file.
type tracked struct {
	*bytes.Reader
	read int
}

func (t *tracked) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.read += n
	return n, err
}

func TestAPageReadsLittleOfTheFile(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{"lines": bytes.Repeat([]byte("08:15:02 215.3\r\n"), 320<<10), "one line": bytes.Repeat([]byte("x"), 5<<20)} {
		for _, back := range []bool{false, true} {
			for _, at := range []int64{0, 1 << 20, 3 << 20, 5 << 20} {
				src := &tracked{Reader: bytes.NewReader(b)}
				if _, err := logtext.Page(src, int64(len(b)), incident.TextQuery{Offset: at, Backward: back, Lines: incident.MaxTextLines}); err != nil {
					t.Fatal(err)
				}
				if src.read > 450<<10 {
					t.Errorf("%s, %d: %d bytes read", name, at, src.read)
				}
			}
		}
	}
}

type failing struct{ io.ReadSeeker }

var errAway = errors.New("store away")

func (failing) Read([]byte) (int, error) { return 0, errAway }

func TestAFaultOfTheStoreIsPassedOn(t *testing.T) {
	t.Parallel()
	b := bytes.Repeat([]byte("x\n"), 100_000)
	if _, err := logtext.Page(failing{bytes.NewReader(b)}, int64(len(b)), incident.TextQuery{Lines: 1}); !errors.Is(err, errAway) {
		t.Errorf("%v, want the store's", err)
	}
	if _, err := logtext.Page(bytes.NewReader(b[:10]), int64(len(b)), incident.TextQuery{Lines: 1}); incident.KindOf(err) != incident.Internal || incident.DetailOf(err) == "" {
		t.Errorf("shorter than recorded: %v, want internal", err)
	}
	if p, err := logtext.Page(bytes.NewReader(nil), 0, incident.TextQuery{Lines: 1}); err != nil || len(p.Lines) > 0 {
		t.Errorf("an empty file: %v, %v", p, err)
	}
}

// FuzzTextPage looks for bytes that crash the reading, stop it, or are shown
// differently from different places.
func FuzzTextPage(f *testing.F) {
	for i, s := range []string{"", "\r", "a\r\nb\rc\n", "\xff\xfea\x00\n\x00", "\xfe\xff\x00a\x00\r", "\xa5\x44\xb6b\n", strings.Repeat("主軸", 9000), strings.Repeat("\r\n", 5000) + strings.Repeat("x", 30_000)} {
		f.Add(uint8(i), uint16(i), []byte(s))
	}
	f.Fuzz(func(t *testing.T, encoding uint8, repeat uint16, b []byte) {
		b = bytes.Repeat(b, 1+int(repeat)%500) // long lines and long files are rare otherwise
		if b = b[:min(len(b), 40_000)]; len(b) == 0 {
			return
		}
		e := append([]incident.TextEncoding{""}, incident.TextEncodings...)[int(encoding)%(1+len(incident.TextEncodings))]
		checkPlaces(t, b, e, uint64(repeat), 5)
	})
}
