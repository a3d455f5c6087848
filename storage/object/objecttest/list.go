package objecttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage/object"
)

func list(t *testing.T, s object.Store, prefix string) (entries []object.Entry) {
	t.Helper()
	err := s.List(t.Context(), prefix, func(e object.Entry) error {
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		t.Fatalf("List %q: %v", prefix, err)
	}
	return entries
}

func wantListed(t *testing.T, s object.Store, prefix string, want ...string) {
	t.Helper()
	var keys []string
	for _, e := range list(t, s, prefix) {
		keys = append(keys, e.Key)
	}
	if !slices.Equal(keys, want) {
		t.Errorf("below %q there are %q, want %q", prefix, keys, want)
	}
}

// listsInOrder: a slash sorts after a dash and a dot, so the order of keys is not
// that of a directory's names.
func listsInOrder(t *testing.T, f Fixture) {
	wantListed(t, f.Store, "")
	keys := []string{
		"other", "room-1-2/log/a.log", "room-1.b/log/a.log", "room-1/image/a-1_b.png", "room-1/image/a.png",
		"room-1/part/b/00000000", "room-1/part/b/00000001", "room-1/part/b-1/00000000", "room-10/log/a.log", "room-10/log/b",
	}
	slices.Sort(keys)
	for i, k := range slices.Backward(keys) {
		mustPut(t, f.Store, k, Bytes(1, 100+i))
	}
	wantListed(t, f.Store, "", keys...)
	wantListed(t, f.Store, "room-1", "room-1/image/a-1_b.png", "room-1/image/a.png",
		"room-1/part/b-1/00000000", "room-1/part/b/00000000", "room-1/part/b/00000001")
	wantListed(t, f.Store, "room-1/part/b", "room-1/part/b/00000000", "room-1/part/b/00000001")
	wantListed(t, f.Store, "room-10/log/b")
	wantListed(t, f.Store, "room-10/lo")
	wantListed(t, f.Store, "room-9")
	for _, prefix := range []string{"/", "room-1/", "../x", ".incoming", "a b"} {
		wantKind(t, f.Store.List(t.Context(), prefix, func(object.Entry) error { return nil }), incident.Invalid)
	}
	for i, e := range list(t, f.Store, "") {
		if age := time.Since(e.Modified); e.Size != int64(100+i) || age < -time.Hour || age > time.Hour {
			t.Errorf("%s is listed with %d bytes of %v, want %d of now", e.Key, e.Size, e.Modified, 100+i)
		}
	}
}

// listsMany needs several pages of any server. What is listed may be deleted on
// the way.
func listsMany(t *testing.T, f Fixture) {
	const n = 1050
	var want []string
	keys := make(chan string, n)
	for i := range n {
		want = append(want, fmt.Sprintf("room-%02d/log/%04d.log", i/100, i))
		keys <- want[i]
	}
	close(keys)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for k := range keys {
				mustPutAsync(t, f.Store, k, []byte("x"))
			}
		})
	}
	all.Wait()
	wantListed(t, f.Store, "", want...)
	var left []string
	err := f.Store.List(t.Context(), "", func(e object.Entry) error {
		if strings.HasSuffix(e.Key, "0.log") {
			left = append(left, e.Key)
			return nil
		}
		return f.Store.Delete(t.Context(), e.Key)
	})
	if err != nil {
		t.Fatalf("deleting what is listed: %v", err)
	}
	wantListed(t, f.Store, "", left...)
}

// listShowsNoPart looks while an object grows, and after it was given up.
func listShowsNoPart(t *testing.T, f Fixture) {
	mustPut(t, f.Store, "room-1/log/a.log", []byte("abc"))
	b := Bytes(12, size)
	looked := false
	look := func() { looked = true; wantListed(t, f.Store, "", "room-1/log/a.log") }
	r := io.MultiReader(bytes.NewReader(b[:size-1]), onFirstRead(look, bytes.NewReader(nil)))
	wantKind(t, put(t, f.Store, key, size, r), incident.UploadIncomplete)
	if !looked {
		t.Error("the upload was not read to its end")
	}
	wantListed(t, f.Store, "", "room-1/log/a.log")
}

func listEnds(t *testing.T, f Fixture) {
	for i := range 5 {
		mustPut(t, f.Store, fmt.Sprintf("room-1/log/%d.log", i), []byte("abc"))
	}
	enough, seen := errors.New("enough"), 0
	err := f.Store.List(t.Context(), "", func(object.Entry) error {
		if seen++; seen == 2 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || seen != 2 {
		t.Errorf("after %d objects: %v, want the caller's own error after 2", seen, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = f.Store.List(ctx, "", func(object.Entry) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled list: %v, want context.Canceled in the chain", err)
	}
}
