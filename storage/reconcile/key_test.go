package reconcile

import (
	"strings"
	"testing"

	"taskreporter/incident"
)

// F-ST-09, F-UP-32: every key that is ours is known as such, and nothing else.
func TestPlaceOfReadsTheKeysThatAreMade(t *testing.T) {
	t.Parallel()
	const room, file = incident.RoomID("0b7e4d3c-8f0e-4a43-9a53-6f1f7a3f2f10"), incident.FileID("018f6b2e-0000-7000-8000-000000000001")
	ours := map[string]role{
		incident.ThumbnailKey(room, file):                                     preview,
		"room-" + string(room) + "/part/" + string(file) + "/00000000":        part,
		"room-" + string(room) + "/part/" + string(file) + "/0-1048576/x.bin": part,
	}
	for _, name := range []string{"a.jpg", "a.JPEG", "a.png", "a.gif", "a.pdf", "a.txt", "a.log", "線.csv"} {
		kind, _ := incident.TypeOf(name)
		ours[incident.ObjectKey(room, kind.Kind, file, incident.Ext(name))] = original
	}
	for key, as := range ours {
		if got, ok := placeOf(key); !ok || got != (place{room, file, as}) {
			t.Errorf("%s: %+v, %t", key, got, ok)
		}
	}
	const r, f = "room-0b7e4d3c-8f0e-4a43-9a53-6f1f7a3f2f10", "018f6b2e-0000-7000-8000-000000000001"
	for _, key := range []string{
		"", "readme.txt", "room-1/image/" + f + ".jpg", "Room-" + r[5:] + "/image/" + f + ".jpg", r, r + "/", r + "/image",
		r + "/image/" + f, r + "/image/" + f + ".", r + "/image/a.jpg", r + "/image/" + f + ".jpg/x", r + "/video/" + f + ".mp4",
		r + "/thumbnail/" + f + ".png", r + "/thumbnail/" + f + ".jpg/x", r + "/part/" + f, r + "/part/" + f + "/", r + "/part/x/0",
		r + "x/image/" + f + ".jpg", "backup/" + r + "/image/" + f + ".jpg",
	} {
		if got, ok := placeOf(key); ok {
			t.Errorf("%q is taken for %+v", key, got)
		}
	}
}

// FuzzPlaceOf: a key that is taken for ours names a room and a file of it, and is the
// only one of its preview.
func FuzzPlaceOf(f *testing.F) {
	const r, file = "room-0b7e4d3c-8f0e-4a43-9a53-6f1f7a3f2f10", "018f6b2e-0000-7000-8000-000000000001"
	for _, key := range []string{r + "/image/" + file + ".jpg", r + "/thumbnail/" + file + ".jpg", r + "/part/" + file + "/00000000", r + "/part/" + file + "/../x", r + "//" + file, "room-/log/.log", "\xff"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		p, ok := placeOf(key)
		if !ok {
			return
		}
		if !incident.ValidUUID(string(p.room)) || !incident.ValidUUID(string(p.file)) || !strings.HasPrefix(key, "room-"+string(p.room)+"/") || !strings.Contains(key, "/"+string(p.file)) {
			t.Errorf("%q is taken for %+v", key, p)
		}
		if p.as == preview && key != incident.ThumbnailKey(p.room, p.file) || p.as == part && !strings.HasPrefix(key, incident.PartPrefix(p.room, p.file)) {
			t.Errorf("%q is taken for %+v", key, p)
		}
	})
}
