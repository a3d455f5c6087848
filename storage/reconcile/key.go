package reconcile

import (
	"strings"

	"taskreporter/incident"
)

// place is what a key says of its object.
type place struct {
	room incident.RoomID
	file incident.FileID
	as   role
}

// role is what an object is to its file.
type role int

const (
	original role = iota
	preview       // belongs to the file; made again when it is missing
	part          // of an upload that has not ended
)

// placeOf reads a key of ours; see incident.ObjectKey, incident.ThumbnailKey and
// the parts of uploads, room-{room_id}/part/{file_id}/….
func placeOf(key string) (place, bool) {
	room, rest, ok := strings.Cut(key, "/")
	room, ours := strings.CutPrefix(room, "room-")
	if !ok || !ours || !incident.ValidUUID(room) {
		return place{}, false
	}
	shelf, name, _ := strings.Cut(rest, "/")
	file, more, nested := strings.Cut(name, "/")
	p := place{room: incident.RoomID(room)}
	switch {
	case shelf == "part":
		p.as = part
		ok = nested && more != ""
	case shelf == "thumbnail":
		p.as = preview
		file, ok = strings.CutSuffix(file, ".jpg")
		ok = ok && !nested
	case shelf == string(incident.Image), shelf == string(incident.Document), shelf == string(incident.Log):
		file, more, ok = strings.Cut(file, ".")
		ok = ok && more != "" && !nested
	default:
		ok = false
	}
	p.file = incident.FileID(file)
	return p, ok && incident.ValidUUID(file)
}
