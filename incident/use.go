package incident

// FileTotal is how many files there are and how many bytes they have.
type FileTotal struct{ Files, Bytes int64 }

// StorageUse is what the files of all rooms take, without previews.
type StorageUse struct {
	Kinds       map[FileKind]FileTotal // that people can see
	Deleted     FileTotal              // kept for reports
	Quarantined FileTotal
	Unfinished  FileTotal // uploads that can be resumed, and what has come of them
}

// Plus returns the sum of two totals.
func (t FileTotal) Plus(u FileTotal) FileTotal {
	return FileTotal{Files: t.Files + u.Files, Bytes: t.Bytes + u.Bytes}
}
