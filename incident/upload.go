package incident

import (
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// UploadLife is how long a resumable upload may rest between two requests until it
// is removed: a phone that is left in a locker over a weekend finds it again.
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
	Sum  uint32 `json:"sum"`  // CRC-32C of the file up to the end of this part
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AddSum returns the CRC-32C (RFC 3720, appendix B.4) of what has the sum and is
// followed by b; of nothing it is 0.
func AddSum(sum uint32, b []byte) uint32 { return crc32.Update(sum, castagnoli, b) }

// Sum is the CRC-32C of what has arrived of a resumable upload.
func (u Upload) Sum() uint32 {
	if len(u.Parts) == 0 {
		return 0
	}
	return u.Parts[len(u.Parts)-1].Sum
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

// Progress is how far a file has come: on its way, or recorded.
type Progress struct {
	Upload Upload // as far as it is on its way
	File   *File  // once it is recorded
}

// ID returns the file's id, which is that of its upload.
func (p Progress) ID() FileID {
	if p.File != nil {
		return p.File.ID
	}
	return p.Upload.FileID
}

// Size returns the file's length, bytes.
func (p Progress) Size() int64 {
	if p.File != nil {
		return p.File.Size
	}
	return p.Upload.Size
}

// Offset is where the sender goes on; the length once the file is recorded.
func (p Progress) Offset() int64 {
	if p.File != nil {
		return p.File.Size
	}
	return p.Upload.Offset()
}

// Chunk is what one request brings of a resumable upload.
type Chunk struct {
	Offset int64     // of its first byte in the file
	Length int64     // bytes, -1 where the sender does not say
	Body   io.Reader // fails when the line breaks
	Stop   func()    // makes a Read in progress fail; callable from anywhere
	Sum    hash.Hash // nil without a checksum
	Want   []byte    // what Sum must come to
}
