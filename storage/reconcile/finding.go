package reconcile

import (
	"time"

	"taskreporter/incident"
)

// Kind says how a row and an object disagree.
type Kind string

// The kinds of findings.
const (
	Orphan     Kind = "orphan"     // an object that belongs to nothing; Repair removes it
	Lost       Kind = "lost"       // a file without its object
	Size       Kind = "size"       // the object has more or fewer bytes than the file
	Hash       Kind = "hash"       // its bytes are others; only Deep finds it
	Unreadable Kind = "unreadable" // the store does not give its bytes; only Deep finds it
	Foreign    Kind = "foreign"    // an object under a key that this installation never gave
)

// Kinds are all of them.
var Kinds = []Kind{Orphan, Lost, Size, Hash, Unreadable, Foreign}

// Finding is one disagreement.
type Finding struct {
	Kind    Kind            `json:"kind"`
	Key     string          `json:"object_key"`
	RoomID  incident.RoomID `json:"room_id,omitempty"`
	Number  string          `json:"room_number,omitempty"`
	FileID  incident.FileID `json:"file_id,omitempty"`
	Object  *Object         `json:"object,omitempty"` // nil when it is lost
	File    *File           `json:"file,omitempty"`   // nil when there is none
	Removed bool            `json:"removed"`
}

// Object is what the store holds.
type Object struct {
	Size     int64     `json:"size"` // bytes
	Modified time.Time `json:"modified"`
	SHA256   string    `json:"sha256,omitempty"` // when it was read
}

// File is what the database says.
type File struct {
	Filename   string          `json:"filename"`
	Uploader   incident.Person `json:"uploader"`
	UploadedAt time.Time       `json:"uploaded_at"`
	DeletedAt  *time.Time      `json:"deleted_at,omitempty"`
	Size       int64           `json:"size"` // bytes
	SHA256     string          `json:"sha256"`
}

// Summary is what a check has come across.
type Summary struct {
	Objects  int64          `json:"objects"`
	Bytes    int64          `json:"bytes"`
	Files    int64          `json:"files"`     // rows, deleted ones included
	UnderWay int64          `json:"under_way"` // objects of uploads that have not ended, or too fresh to judge
	Findings map[Kind]int64 `json:"findings"`
	Removed  int64          `json:"removed"` // of the orphans
	Deep     bool           `json:"deep"`
}

// Left is how many findings there are still.
func (s Summary) Left() int64 {
	left := -s.Removed
	for _, n := range s.Findings {
		left += n
	}
	return left
}
