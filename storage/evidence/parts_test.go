package evidence_test

import (
	"bytes"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage/object/objecttest"
)

// F-UP-27, F-UP-29: a file is made of what was stored of it, or not at all.
func TestAssembleRefusesPartsThatAreNotWhatWasStored(t *testing.T) {
	onBothStores(t, func(t *testing.T, f objecttest.Fixture) {
		content := bytes.Repeat([]byte("12:00:01 press 4 stopped\n"), 4_000)
		half := len(content) / 2
		l := locker(f.Store)
		for name, c := range map[string]struct {
			spoil func(key string, b []byte) error
			want  incident.Kind
		}{
			"sound": {func(string, []byte) error { return nil }, ""},
			"one bit turned": {func(key string, b []byte) error {
				b = bytes.Clone(b)
				b[half-3] ^= 1
				return f.Store.PutPiece(t.Context(), key, int64(len(b)), bytes.NewReader(b))
			}, incident.ChecksumMismatch},
			"short": {func(key string, b []byte) error {
				return f.Store.PutPiece(t.Context(), key, int64(len(b))-1, bytes.NewReader(b[1:]))
			}, incident.ChecksumMismatch},
			"gone": {func(key string, _ []byte) error { return f.Store.Delete(t.Context(), key) }, incident.ChecksumMismatch},
		} {
			up := upload("a.log", len(content))
			var sum uint32
			for _, b := range [][]byte{content[:half], content[half:]} {
				stored := append(bytes.Clone(b), make([]byte, 100)...) // filled up, as after a line that broke
				part, err := l.PutPart(t.Context(), up, int64(len(stored)), bytes.NewReader(stored))
				if err != nil {
					t.Fatal(err)
				}
				sum = incident.AddSum(sum, b)
				part.Size, part.Sum = int64(len(b)), sum
				up.Parts = append(up.Parts, part)
			}
			if err := c.spoil(up.Parts[0].Key, content[:half]); err != nil {
				t.Fatal(err)
			}
			file, err := l.Assemble(t.Context(), up)
			wantKind(t, name, err, c.want)
			if err == nil && file.Size != int64(len(content)) {
				t.Errorf("%s: %d bytes", name, file.Size)
			}
			if _, err := f.Store.Stat(t.Context(), up.Key); (err == nil) != (c.want == "") {
				t.Errorf("%s: the file's object: %v", name, err)
			}
			if err := l.Discard(t.Context(), up); err != nil {
				t.Fatal(err)
			}
		}
	})
}
