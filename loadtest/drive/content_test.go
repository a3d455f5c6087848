package drive

import (
	"bytes"
	"image/png"
	"testing"

	"taskreporter/loadtest/meter"
	"taskreporter/loadtest/plan"
)

func TestFilesHaveTheirSizeAndTheirKind(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, kind := range []plan.FileKind{plan.Log, plan.PDF, plan.PNG} {
		for _, size := range []int{256, 257, 4096, 3_000_001} {
			mark := string(kind) + "-mark"
			b := content(kind, size, mark)
			if len(b) != size || !bytes.Contains(b, []byte(mark)) {
				t.Errorf("%s of %d bytes has %d", kind, size, len(b))
			}
			if other := content(kind, size, mark+"2"); bytes.Equal(b, other) {
				t.Errorf("two %ss of %d bytes are the same file", kind, size)
			}
			if !bytes.Equal(b, content(kind, size, mark)) {
				t.Errorf("a %s of %d bytes is another file the second time", kind, size)
			}
			if kind == plan.PNG {
				if _, err := png.Decode(bytes.NewReader(b)); err != nil {
					t.Errorf("%d bytes are no picture: %v", size, err)
				}
			}
			seen[string(b)] = true
		}
	}
	if len(seen) != 12 {
		t.Errorf("%d different files of 12", len(seen))
	}
}

// The seed decides which files there are, and as many lines break as were asked for.
func TestAPlanOfUploadsIsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	people := []*person{{id: "a"}, {id: "b"}}
	list := func(seed uint64) []file {
		u := uploads{
			setting: setting{
				site: &site{people: people}, plan: &plan.Plan{Seed: seed}, meter: meter.New("u", plan.UploadsKind),
				run: "r", clock: wall{},
			},
			asked: plan.Uploads{Users: 3, Files: 40, Dropped: .25, Sizes: []plan.Sizes{
				{Kind: plan.Log, From: 1000, To: 2000, Share: 3}, {Kind: plan.PDF, From: 5000, To: 5000, Share: 1},
			}},
		}
		return u.list()
	}
	drops, kinds := 0, map[plan.FileKind]int{}
	first, second, other := list(1), list(1), list(2)
	same := true
	for n, f := range first {
		if f != second[n] {
			t.Fatalf("file %d is %+v and %+v", n, f, second[n])
		}
		same = same && f.size == other[n].size
		kinds[f.kind]++
		if f.cut > 0 {
			drops++
			if f.cut >= f.size {
				t.Errorf("a line breaks after %d of %d bytes", f.cut, f.size)
			}
		}
		if f.kind == plan.PDF && f.size != 5000 || f.kind == plan.Log && (f.size < 1000 || f.size > 2000) {
			t.Errorf("a %s of %d bytes", f.kind, f.size)
		}
	}
	if same {
		t.Error("another seed makes the same files")
	}
	if len(first) != 120 || drops != 30 || kinds[plan.Log] < 70 || kinds[plan.PDF] < 10 {
		t.Errorf("%d files, %d with a broken line, kinds %v", len(first), drops, kinds)
	}
}
