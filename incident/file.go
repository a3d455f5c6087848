package incident

import (
	"encoding/hex"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// FileKind groups the types that are allowed as evidence (F-UP-14).
type FileKind string

// The kinds of files.
const (
	Image    FileKind = "image"
	Document FileKind = "document"
	Log      FileKind = "log"
)

// MaxImagePixels bounds width × height of an image, so that no small file can
// fill the memory of whoever decodes it.
const MaxImagePixels = 40_000_000

// Bounds of what an uploader writes, in characters.
const (
	MaxFilename        = 255
	MaxFileDescription = 1000
)

// FileType is one entry of the allow-list (F-UP-06–11).
type FileType struct {
	Kind FileKind
	Mime string // what we store and serve; never what the client claims
	Max  int64  // bytes
}

const mb = 1 << 20

// fileTypes maps a lower-case extension to what a file of that name must be.
var fileTypes = map[string]FileType{
	"jpg":  {Image, "image/jpeg", 10 * mb},
	"jpeg": {Image, "image/jpeg", 10 * mb},
	"png":  {Image, "image/png", 10 * mb},
	"gif":  {Image, "image/gif", 10 * mb},
	"pdf":  {Document, "application/pdf", 20 * mb},
	"txt":  {Log, "text/plain", 5 * mb},
	"log":  {Log, "text/plain", 5 * mb},
	"csv":  {Log, "text/csv", 5 * mb},
}

// MaxFileSize is the largest limit of any kind, bytes.
const MaxFileSize = 20 * mb

// TypeOf returns what a file of that name must be, by its extension.
func TypeOf(filename string) (FileType, bool) {
	t, ok := fileTypes[Ext(filename)]
	return t, ok
}

// Ext returns the lower-case extension of a file name without its dot.
func Ext(filename string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(filename), "."))
}

// ScanState is what a virus scanner said about a file (F-UP-31).
type ScanState string

// The states of a scan. What is pending will become one of the others; infected
// stays.
const (
	Unscanned    ScanState = "unscanned" // no scanner has seen it, and none will
	ScanPending  ScanState = "pending"
	ScanClean    ScanState = "clean"
	ScanInfected ScanState = "infected" // quarantined: its bytes never leave
)

// Verdict is how a scan ended. Signature is what an infected file was recognised
// by.
type Verdict struct {
	Scan      ScanState `json:"scan_state"`
	Signature string    `json:"signature,omitempty"`
}

// File is a stored piece of evidence.
type File struct {
	ID          FileID     `json:"file_id"`
	RoomID      RoomID     `json:"room_id"`
	Uploader    Person     `json:"uploader"`
	Filename    string     `json:"filename"`
	Kind        FileKind   `json:"file_type"`
	Mime        string     `json:"mime_type"`
	Size        int64      `json:"file_size"`
	Bucket      string     `json:"bucket"`
	Key         string     `json:"object_key"`
	Description string     `json:"description,omitempty"`
	SHA256      string     `json:"sha256"`          // 64 lower-case hex digits
	Width       int        `json:"width,omitempty"` // pixels as shown, after EXIF orientation
	Height      int        `json:"height,omitempty"`
	Scan        ScanState  `json:"scan_state"`
	UploadedAt  time.Time  `json:"uploaded_at"`
	DeletedAt   *time.Time `json:"-"`
}

// MayLeave decides whether anybody gets the file's bytes, or what is made of them.
func (f File) MayLeave() error {
	const op = "open file"
	switch f.Scan {
	case ScanPending:
		return E(FilePending, op, "The file is being checked for viruses. Try again in a moment.")
	case ScanInfected:
		return E(FileInfected, op, "The virus scanner found something in this file. Nobody can open it. Tell your administrator.")
	default:
		return nil
	}
}

// Withheld is what everybody may know of a file in quarantine: not its name.
func (f File) Withheld() File {
	return File{
		ID: f.ID, RoomID: f.RoomID, Uploader: f.Uploader, Kind: f.Kind, Scan: ScanInfected,
		UploadedAt: f.UploadedAt, DeletedAt: f.DeletedAt,
	}
}

// RoomPrefix is the place of all objects of a room.
func RoomPrefix(room RoomID) string { return "room-" + string(room) }

// ObjectKey is the place of a file's bytes in the object store (F-ST-09).
func ObjectKey(room RoomID, kind FileKind, id FileID, ext string) string {
	return RoomPrefix(room) + "/" + string(kind) + "/" + string(id) + "." + ext
}

// ThumbnailKey is the place of an image's preview.
func ThumbnailKey(room RoomID, id FileID) string {
	return RoomPrefix(room) + "/thumbnail/" + string(id) + ".jpg"
}

// PartPrefix is where the parts of a resumable upload wait until it is whole.
func PartPrefix(room RoomID, id FileID) string {
	return RoomPrefix(room) + "/part/" + string(id)
}

// HexDigest writes a digest as File.SHA256 keeps it.
func HexDigest(d Digest) string { return hex.EncodeToString(d[:]) }

// CleanFilename makes the last element of a client's path safe to store and
// show: directory parts and control characters are dropped, NFC is left as it
// is, and a name longer than MaxFilename is cut before its extension. It returns
// "" when nothing is left.
func CleanFilename(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if strings.Trim(name, ".") == "" {
		return ""
	}
	if runes := []rune(name); len(runes) > MaxFilename {
		ext := []rune(path.Ext(name))
		if len(ext) > 10 {
			ext = nil
		}
		name = string(runes[:MaxFilename-len(ext)]) + string(ext)
	}
	return name
}

// CleanDescription trims what an uploader says about a file and refuses what may
// not be stored.
func CleanDescription(text string) (string, error) {
	text = strings.TrimSpace(text)
	return text, checkText("describe file", "description", text, MaxFileDescription, true)
}
