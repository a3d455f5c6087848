package incident

import (
	"encoding/hex"
	"strings"
	"time"
)

// UploadLife is how long a resumable upload may rest between two requests until it
// is removed: over a weekend, no line is quicker found than that.
const UploadLife = 72 * time.Hour

// NewUpload is a file that somebody wants to send.
type NewUpload struct {
	Filename    string
	Size        int64 // bytes
	Description string
	SHA256      string // 64 hex digits as the sender counted them; "" when they did not
	Resumable   bool   // in several requests
}

// Normalize returns n as it is stored, or Invalid. Name and size are judged when the
// upload is admitted.
func (n NewUpload) Normalize() (NewUpload, error) {
	var err error
	if n.Description, err = CleanDescription(n.Description); err != nil {
		return n, err
	}
	n.SHA256 = strings.ToLower(n.SHA256)
	if sum, err := hex.DecodeString(n.SHA256); err != nil || n.SHA256 != "" && len(sum) != len(Digest{}) {
		return n, E(Invalid, "upload", "sha256 must be 64 hex digits: the digest of the whole file.")
	}
	return n, nil
}

// Upload is one file on its way: admitted by the room, not yet an event. Key is
// known before the first byte, so that a crash leaves nothing untraceable.
type Upload struct {
	FileID      FileID
	RoomID      RoomID
	By          Person
	Filename    string
	Description string
	Type        FileType
	Size        int64 // bytes announced
	SHA256      string
	Key         string
	StartedAt   time.Time

	Resumable bool
	Parts     []Part    // what has arrived of a resumable one, in order
	TouchedAt time.Time // when the newest of it arrived
}

// Part is a piece of a file in the object store.
type Part struct {
	Key  string `json:"key"`
	Size int64  `json:"size"` // bytes of the file; what the object holds beyond is none of it
}

// Received is how many bytes of a resumable upload are stored.
func (u Upload) Received() int64 {
	var n int64
	for _, p := range u.Parts {
		n += p.Size
	}
	return n
}

// Offset is where the sender goes on. The last byte is asked for again until the
// file is recorded, so that a sender never takes for done what is not (F-UP-27).
func (u Upload) Offset() int64 { return min(u.Received(), u.Size-1) }

// Whole reports whether all bytes are stored.
func (u Upload) Whole() bool { return u.Received() == u.Size }

// Expires is when the upload is removed unless more of it arrives.
func (u Upload) Expires() time.Time { return u.TouchedAt.Add(UploadLife) }
