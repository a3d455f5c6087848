// Package objecttest is the contract of object.Store as tests. Every store must
// pass Run; a store that breaks a promise fails the test that names it.
package objecttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

// Fixture is a store to test that nobody else uses.
type Fixture struct {
	Store object.Store
	// Keys lists everything that the store holds, unfinished objects included.
	Keys func(t *testing.T) []string
	// Presigns says that the store can hand out URLs.
	Presigns bool
}

// Run tests the promises of one store. open is called once per test.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, f Fixture)
	}{
		{"GivesBackWhatWasPut/F-ST-04", givesBack},
		{"ServesRanges/F-DL-05", servesRanges},
		{"DeletesForGoodAndTwice/F-ST-06", deletes},
		{"SaysThatAKeyIsMissing", missing},
		{"TakesExactlyTheAnnouncedSize/F-UP-16", exactSize},
		{"LeavesNothingWhenTheReaderFails/F-UP-16", readerFails},
		{"LeavesNothingWhenTheCallerLeaves/F-UP-16", callerLeaves},
		{"KeepsTheOldObjectWhenAPutFails", keepsOld},
		{"ReplacesAnObject", replaces},
		{"ShowsNoPartOfAnObject", showsNoPart},
		{"TakesManyAtOnce/F-PF-03", manyAtOnce},
		{"RefusesUnsafeKeys", unsafeKeys},
		{"ListsByRisingKey/F-UP-32", listsInOrder},
		{"ListsMoreThanAPage/F-UP-32", listsMany},
		{"ListsNoPartOfAnObject/F-UP-32", listShowsNoPart},
		{"EndsAListWhenToldTo", listEnds},
		{"PresignsForATime/F-ST-05/F-SE-03", presigns},
		{"AnswersItsHealthCheck/F-ST-03", healthy},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
	for _, c := range []struct {
		name string
		test func(t *testing.T, f Fixture)
		as   func(object.Store) object.Store
	}{
		{"GivesBackAPiece", givesBack, asPieces},
		{"TakesManyPiecesAtOnce/F-PF-03", manyAtOnce, asPieces},
		{"SaysThatAPieceIsMissing", missing, asPieces},
		{"LeavesNothingOfAForetoldObjectWhenTheReaderFails/F-UP-16", readerFails, asForetold},
		{"LeavesNothingOfAForetoldObjectWhenTheCallerLeaves/F-UP-16", callerLeaves, asForetold},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := open(t)
			f.Store = c.as(f.Store)
			c.test(t, f)
		})
	}
}

func asPieces(s object.Store) object.Store   { return pieces{s} }
func asForetold(s object.Store) object.Store { return foretold{s} }

// foretold is a store that is told a checksum first, whatever comes.
type foretold struct{ object.Store }

func (f foretold) Put(ctx context.Context, key, mime string, size int64, r io.Reader) error {
	return f.Store.Put(ctx, key, mime, size, object.WithSum(r, 0xdecade))
}

// pieces is a store used by PutPiece and Get, which promise nothing of what fails.
type pieces struct{ object.Store }

func (p pieces) Put(ctx context.Context, key, _ string, size int64, r io.Reader) error {
	return p.PutPiece(ctx, key, size, r)
}

func (p pieces) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	b, err := p.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return onward{b}, nil
}

type onward struct{ io.ReadCloser }

func (onward) Seek(int64, int) (int64, error) { return 0, errors.ErrUnsupported }

const (
	mime = "image/png"
	key  = "room-0f4c/image/a-1_b.png"
	size = 300_000 // several chunks of every layer between
)

// Bytes returns n bytes that repeat nowhere and are the same for a seed.
func Bytes(seed uint64, n int) []byte {
	var s [32]byte
	s[0] = byte(seed)
	b := make([]byte, n)
	_, _ = rand.NewChaCha8(s).Read(b) // never fails
	return b
}

// put puts through a reader that complains when it is read too late.
func put(t *testing.T, s object.Store, key string, n int64, r io.Reader) error {
	t.Helper()
	guard := &guarded{r: r}
	err := s.Put(t.Context(), key, mime, n, guard)
	if guard.release() {
		t.Error("the reader was still being read when Put returned")
	}
	return err
}

func mustPut(t *testing.T, s object.Store, key string, b []byte) {
	t.Helper()
	if err := put(t, s, key, int64(len(b)), bytes.NewReader(b)); err != nil {
		t.Fatalf("Put %s: %v", key, err)
	}
}

func get(t *testing.T, s object.Store, key string) []byte {
	t.Helper()
	c, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatalf("Open %s: %v", key, err)
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return b
}

func wantKind(t *testing.T, err error, want incident.Kind) {
	t.Helper()
	if got := incident.KindOf(err); got != want {
		t.Fatalf("error is %q, want %q: %v", got, want, err)
	}
	if want != "" && incident.DetailOf(err) == "" {
		t.Errorf("error has no text for clients: %v", err)
	}
}

func wantKeys(t *testing.T, f Fixture, want ...string) {
	t.Helper()
	if got := f.Keys(t); !slices.Equal(got, want) {
		t.Fatalf("the store holds %q, want %q", got, want)
	}
}

func givesBack(t *testing.T, f Fixture) {
	for _, n := range []int{1, 2, 65_535, 65_536, 65_537, size, 5 << 20} {
		k := fmt.Sprintf("room-1/log/%d.log", n)
		want := Bytes(1, n)
		mustPut(t, f.Store, k, want)
		if got := get(t, f.Store, k); !bytes.Equal(got, want) {
			t.Errorf("%d bytes came back as %d others", n, len(got))
		}
		if got, err := f.Store.Stat(t.Context(), k); err != nil || got != int64(n) {
			t.Errorf("Stat = %d, %v, want %d", got, err, n)
		}
	}
	want := Bytes(2, 5000)
	if err := put(t, f.Store, key, 5000, iotest.OneByteReader(bytes.NewReader(want))); err != nil {
		t.Fatalf("a slow reader: %v", err)
	}
	if !bytes.Equal(get(t, f.Store, key), want) {
		t.Error("the bytes of a slow reader came back as others")
	}
	if f.Store.Bucket() == "" {
		t.Error("the store's bucket has no name")
	}
}

func servesRanges(t *testing.T, f Fixture) {
	b := Bytes(3, size)
	mustPut(t, f.Store, key, b)
	c, err := f.Store.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := iotest.TestReader(c, b); err != nil {
		t.Errorf("not a good ReadSeeker: %v", err)
	}
	for _, r := range []struct {
		header string
		status int
		want   []byte
	}{
		{"", http.StatusOK, b},
		{"bytes=0-99", http.StatusPartialContent, b[:100]},
		{"bytes=70000-199999", http.StatusPartialContent, b[70000:200000]},
		{"bytes=299999-", http.StatusPartialContent, b[299999:]},
		{"bytes=-7", http.StatusPartialContent, b[size-7:]},
		{"bytes=300000-", http.StatusRequestedRangeNotSatisfiable, nil},
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		if r.header != "" {
			req.Header.Set("Range", r.header)
		}
		res := httptest.NewRecorder()
		http.ServeContent(res, req, "a.png", time.Time{}, c)
		if res.Code != r.status {
			t.Errorf("%q: status %d, want %d", r.header, res.Code, r.status)
		}
		if r.want != nil && !bytes.Equal(res.Body.Bytes(), r.want) {
			t.Errorf("%q: %d bytes that are not the range", r.header, res.Body.Len())
		}
	}
}

func deletes(t *testing.T, f Fixture) {
	mustPut(t, f.Store, key, Bytes(4, size))
	mustPut(t, f.Store, "room-0f4c/image/other.png", Bytes(4, 10))
	for range 2 {
		if err := f.Store.Delete(t.Context(), key); err != nil {
			t.Fatalf("Delete: %v", err)
		}
	}
	_, err := f.Store.Open(t.Context(), key)
	wantKind(t, err, incident.NotFound)
	wantKeys(t, f, "room-0f4c/image/other.png")
}

func missing(t *testing.T, f Fixture) {
	mustPut(t, f.Store, key, Bytes(4, 10))
	for _, k := range []string{"room-9/image/none.png", "room-0f4c", "room-0f4c/image", key + "/below"} {
		_, err := f.Store.Open(t.Context(), k)
		wantKind(t, err, incident.NotFound)
		_, err = f.Store.Stat(t.Context(), k)
		wantKind(t, err, incident.NotFound)
		if err := f.Store.Delete(t.Context(), k); err != nil {
			t.Errorf("Delete %s: %v", k, err)
		}
	}
	wantKeys(t, f, key)
}

func exactSize(t *testing.T, f Fixture) {
	b := Bytes(5, size)
	for _, announced := range []int64{1, size - 1, size + 1, 10 * size} {
		wantKind(t, put(t, f.Store, key, announced, bytes.NewReader(b)), incident.UploadIncomplete)
		wantKind(t, put(t, f.Store, key, announced, iotest.DataErrReader(bytes.NewReader(b))), incident.UploadIncomplete)
	}
	wantKind(t, put(t, f.Store, key, 1, bytes.NewReader(nil)), incident.UploadIncomplete)
	for _, announced := range []int64{0, -1} {
		wantKind(t, put(t, f.Store, key, announced, bytes.NewReader(b)), incident.Invalid)
	}
	wantKeys(t, f)
}

func readerFails(t *testing.T, f Fixture) {
	cut := errors.New("the client's connection was cut")
	b := Bytes(6, size)
	for _, at := range []int{0, 1, 1000, 65_536, 150_000, size - 1, size} {
		r := io.MultiReader(bytes.NewReader(b[:at]), iotest.ErrReader(cut))
		if err := put(t, f.Store, key, size, r); !errors.Is(err, cut) {
			t.Errorf("cut after %d bytes: error is %v, want the reader's own", at, err)
		}
	}
	refusal := incident.E(incident.FileRefused, "test", "Not a picture.")
	r := io.MultiReader(bytes.NewReader(b), iotest.ErrReader(refusal))
	wantKind(t, put(t, f.Store, key, size, r), incident.FileRefused)
	wantKeys(t, f)
}

func callerLeaves(t *testing.T, f Fixture) {
	b := Bytes(7, size)
	for _, at := range []int{0, 1, 100_000, size - 2} {
		ctx, cancel := context.WithCancel(t.Context())
		rest := onFirstRead(func() { cancel() }, bytes.NewReader(b[at:]))
		err := f.Store.Put(ctx, key, mime, size, io.MultiReader(bytes.NewReader(b[:at]), iotest.OneByteReader(rest)))
		if err == nil {
			t.Fatalf("left after %d bytes: no error", at)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("left after %d bytes: %v, want context.Canceled in the chain", at, err)
		}
		cancel()
	}
	wantKeys(t, f)
}

func keepsOld(t *testing.T, f Fixture) {
	old := Bytes(8, size)
	mustPut(t, f.Store, key, old)
	wantKind(t, put(t, f.Store, key, size+1, bytes.NewReader(Bytes(9, size))), incident.UploadIncomplete)
	if !bytes.Equal(get(t, f.Store, key), old) {
		t.Error("a failed Put changed the object")
	}
	wantKeys(t, f, key)
}

func replaces(t *testing.T, f Fixture) {
	mustPut(t, f.Store, key, Bytes(8, size))
	short := Bytes(9, 1000)
	mustPut(t, f.Store, key, short)
	if !bytes.Equal(get(t, f.Store, key), short) {
		t.Error("the second Put did not replace the first")
	}
	wantKeys(t, f, key)
}

func showsNoPart(t *testing.T, f Fixture) {
	b := Bytes(10, size)
	looks := 0
	look := func() {
		looks++
		_, err := f.Store.Stat(t.Context(), key)
		if incident.KindOf(err) != incident.NotFound {
			t.Errorf("Stat in the middle of a Put: %v, want not found", err)
		}
	}
	r := io.MultiReader(
		onFirstRead(look, bytes.NewReader(b[:size/2])),
		onFirstRead(look, bytes.NewReader(b[size/2:])),
		onFirstRead(look, bytes.NewReader(nil)))
	if err := put(t, f.Store, key, size, r); err != nil {
		t.Fatal(err)
	}
	if looks != 3 {
		t.Fatalf("looked %d times, want 3", looks)
	}
}

func manyAtOnce(t *testing.T, f Fixture) {
	const n = 12
	same := "room-0f4c/image/same.png"
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			own := fmt.Sprintf("room-%d/image/%d.png", i%3, i)
			mustPutAsync(t, f.Store, own, Bytes(uint64(i), size))
			mustPutAsync(t, f.Store, same, bytes.Repeat([]byte{byte(i)}, size+i))
		})
	}
	all.Wait()
	for i := range n {
		if !bytes.Equal(get(t, f.Store, fmt.Sprintf("room-%d/image/%d.png", i%3, i)), Bytes(uint64(i), size)) {
			t.Errorf("object %d is not what was put", i)
		}
	}
	won := get(t, f.Store, same)
	if len(won) < size || !bytes.Equal(won, bytes.Repeat(won[:1], size+int(won[0]))) {
		t.Errorf("the key that all wrote holds a mixture of %d bytes", len(won))
	}
	if got := len(f.Keys(t)); got != n+1 {
		t.Errorf("the store holds %d objects, want %d", got, n+1)
	}
}

func mustPutAsync(t *testing.T, s object.Store, key string, b []byte) {
	if err := put(t, s, key, int64(len(b)), bytes.NewReader(b)); err != nil {
		t.Errorf("Put %s: %v", key, err)
	}
}

func unsafeKeys(t *testing.T, f Fixture) {
	for _, k := range []string{
		"", "/", ".", "..", "/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "a/", "a/.hidden", ".incoming/x",
		`a\b`, "a b", "a\x00b", "a\nb", "a%2e", "a?b", "a#b", "C:/x", "線/x", strings.Repeat("a", object.MaxKey+1),
	} {
		wantKind(t, put(t, f.Store, k, 3, strings.NewReader("abc")), incident.Invalid)
		_, err := f.Store.Open(t.Context(), k)
		wantKind(t, err, incident.Invalid)
		_, err = f.Store.Stat(t.Context(), k)
		wantKind(t, err, incident.Invalid)
		wantKind(t, f.Store.Delete(t.Context(), k), incident.Invalid)
		_, err = f.Store.Presign(t.Context(), k, time.Minute, object.Presentation{})
		wantKind(t, err, incident.Invalid)
	}
	wantKeys(t, f)
	long := strings.Repeat("a", 250) + "/" + strings.Repeat("b", 249)
	mustPut(t, f.Store, long, []byte("abc"))
	wantKeys(t, f, long)
}

func healthy(t *testing.T, f Fixture) {
	if err := f.Store.Check(t.Context()); err != nil {
		t.Fatalf("Check: %v", err)
	}
	wantKeys(t, f)
}
