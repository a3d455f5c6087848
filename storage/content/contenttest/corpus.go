// Package contenttest holds what tests of content need: a corpus of files as a plant
// sends them and as attackers would, each with its verdict, and the parts that they
// are made of.
//
// Everything is made here, byte by byte and the same on every run, so that a reader
// sees what is special about each. Only tests import it.
package contenttest

import (
	"slices"
	"sync"

	"taskreporter/incident"
)

// Specimen is a file and what must become of it.
type Specimen struct {
	What string // for who reads a failing test; no two are the same
	Name string // the file's
	Data []byte

	Kind    incident.FileKind // how it is recorded when it is accepted
	Mime    string            // and served
	Refused incident.Kind     // else why not
}

// Judged reports whether a verdict needs the bytes: name and size alone refuse the
// others.
func (s Specimen) Judged() bool {
	t, ok := incident.TypeOf(s.Name)
	return ok && int64(len(s.Data)) <= t.Max
}

// Corpus returns all specimens. They are shared: do not change them.
var Corpus = sync.OnceValue(func() []Specimen {
	return slices.Concat(
		accepted(incident.Image, "image/jpeg", goodJPEGs()),
		accepted(incident.Image, "image/png", goodPNGs()),
		accepted(incident.Image, "image/gif", goodGIFs()),
		accepted(incident.Document, "application/pdf", goodPDFs()),
		accepted(incident.Log, "text/plain", goodLogs()),
		accepted(incident.Log, "text/plain", awkwardLogs()),
		accepted(incident.Log, "text/csv", goodTables()),
		refused(incident.EmptyFile, empties()),
		refused(incident.FileTooLarge, giants()),
		refused(incident.ImageTooLarge, bombs()),
		refused(incident.FileRefused, wrongNames()),
		refused(incident.FileRefused, programs()),
		refused(incident.FileRefused, archives()),
		refused(incident.FileRefused, activeTexts()),
		refused(incident.FileRefused, polyglots()),
		refused(incident.FileRefused, damagedPictures()),
		refused(incident.FileRefused, noText()),
	)
})

// file is a specimen without its verdict.
type file struct {
	what string
	name string
	data []byte
}

func accepted(kind incident.FileKind, mime string, files []file) []Specimen {
	all := make([]Specimen, len(files))
	for i, f := range files {
		all[i] = Specimen{What: f.what, Name: f.name, Data: f.data, Kind: kind, Mime: mime}
	}
	return all
}

func refused(why incident.Kind, files []file) []Specimen {
	all := make([]Specimen, len(files))
	for i, f := range files {
		all[i] = Specimen{What: f.what, Name: f.name, Data: f.data, Refused: why}
	}
	return all
}
