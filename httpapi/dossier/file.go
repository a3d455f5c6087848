package dossier

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"taskreporter/incident"
)

// maxName bounds the name of a file in bytes: many file systems end at 255, and on
// Windows a whole path does.
const maxName = 120

// entry is what the page tells of a file. Path is empty where its bytes are not in
// the dossier, and then State says why.
type entry struct {
	Number int
	Name   string
	Path   string
	State  string // a word of the table: "removed", "quarantined", "pending", "lost"
	Kind   incident.FileKind
	Size   int64
	SHA256 string
	By     string
	About  string

	At            stamp
	Width, Height int
}

// enter gives a file its number and its place.
func (d *Dossier) enter(f incident.File) {
	e := entry{
		Number: len(d.entries) + 1, Name: f.Filename, Kind: f.Kind, Size: f.Size, SHA256: f.SHA256,
		By: f.Uploader.Name, About: f.Description, At: d.stamp(f.UploadedAt), Width: f.Width, Height: f.Height,
	}
	switch {
	case f.Scan == incident.ScanInfected: // nobody is told what it was called
		e.State, e.Name, e.About, e.SHA256, e.Size = "quarantined", "", "", "", 0
	case f.DeletedAt != nil:
		e.State = "removed"
	case f.Scan == incident.ScanPending:
		e.State = "pending"
	case d.options.Lost[f.ID]:
		e.State = "lost"
	default:
		e.Path = fmt.Sprintf("files/%04d-%s", e.Number, safeName(f.Filename))
		d.files = append(d.files, File{f, e.Path})
	}
	d.places[f.ID] = len(d.entries)
	d.entries = append(d.entries, e)
}

// entry is what the page tells of a file, which every message that shows one has.
func (d *Dossier) entry(id incident.FileID) entry {
	at, known := d.places[id]
	if !known {
		return entry{State: "lost"}
	}
	return d.entries[at]
}

// Link is the entry's path as a relative URL.
func (e entry) Link() string {
	dir, name := path.Split(e.Path)
	return dir + url.PathEscape(name)
}

// safeName keeps of a name what every file system takes and nobody can read
// otherwise than it is: no separators, no characters that Windows refuses, none that
// cannot be seen. A long name keeps its extension.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.C, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return '_'
		case strings.ContainsRune(`<>:"/\|?*`, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		default:
			return r
		}
	}, name)
	ext := path.Ext(name)
	if len(ext) > 10 {
		ext = ""
	}
	stem := strings.TrimSuffix(name, ext)
	for len(stem) > maxName-len(ext) {
		_, n := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-n]
	}
	return strings.TrimRight(stem+ext, ". ")
}
