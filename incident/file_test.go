package incident

import "testing"

// F-UP-31: what waits for its scan leaves later, what is infected never.
func TestOnlyWhatIsCleanOrNotScannedMayLeave(t *testing.T) {
	t.Parallel()
	for scan, want := range map[ScanState]Kind{
		Unscanned: "", ScanClean: "", ScanPending: FilePending, ScanInfected: FileInfected,
	} {
		err := File{Scan: scan}.MayLeave()
		if KindOf(err) != want {
			t.Errorf("%s: %v, want %q", scan, err, want)
		}
	}
	if !FilePending.Retryable() || FileInfected.Retryable() {
		t.Error("a file that is being checked is worth another try, one in quarantine is not")
	}
}

// F-UP-31: what is told of a file in quarantine does not name it.
func TestWhatIsQuarantinedHasNoName(t *testing.T) {
	t.Parallel()
	f := File{
		ID: "f", RoomID: "r", Uploader: Person{ID: "u"}, Filename: "invoice.txt", Kind: Log, Mime: "text/plain", Size: 7,
		Bucket: "b", Key: "k", Description: "open me", SHA256: "00", Scan: ScanPending,
	}
	told, ok := Quarantined(FileUploaded{File: f}).(FileUploaded)
	if !ok || told.File != (File{ID: "f", RoomID: "r", Uploader: Person{ID: "u"}, Kind: Log, Scan: ScanInfected}) {
		t.Errorf("file: %+v", told.File)
	}
	posted := MessagePosted{Message: Message{ID: "m", Text: "open me", Ref: &Reference{FileID: "f", Filename: "invoice.txt", Kind: Log, Size: 7, Scan: ScanPending}}}
	said, ok := Quarantined(posted).(MessagePosted)
	if !ok || *said.Message.Ref != (Reference{FileID: "f", Kind: Log, Scan: ScanInfected}) || said.Message.ID != "m" {
		t.Errorf("message: %+v", said.Message)
	}
	if posted.Message.Ref.Filename != "invoice.txt" {
		t.Error("the original was changed")
	}
	if c := Quarantined(FileDeleted{FileID: "f"}); c != (FileDeleted{FileID: "f"}) {
		t.Errorf("another change: %+v", c)
	}
}
