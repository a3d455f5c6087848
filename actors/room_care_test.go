package actors

import (
	"strings"
	"testing"

	"taskreporter/incident"
)

func verdict(scan incident.ScanState) *recordVerdict {
	return &recordVerdict{File: "f1", Verdict: incident.Verdict{Scan: scan, Signature: "Eicar"}}
}

// F-UP-31: two nodes that scan one file make one event, also when only the log
// remembers the first.
func TestAVerdictIsOneEvent(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.ask(verdict(incident.ScanClean), asker("1"))
	r.ask(verdict(incident.ScanClean), asker("2"))
	r.onCommitted(nil)
	if len(w.batches) != 1 || len(w.batches[0].Events) != 1 || len(w.batches[0].Audit) != 0 {
		t.Fatalf("batches %+v: want one event", w.batches)
	}
	ev := w.batches[0].Events[0]
	if ev.Change != (incident.FileScanned{FileID: "f1", Scan: incident.ScanClean}) || ev.By != incident.House {
		t.Errorf("the event is %+v", ev)
	}
	if len(w.told) != 1 {
		t.Errorf("told %d times, want once", len(w.told))
	}
	r.ask(verdict(incident.ScanClean), asker("3"))
	r.onCommitted(incident.ErrDuplicate)
	r.onSentFound(map[incident.SendKey]incident.Event{w.lookUps[0][0]: ev}, nil)
	for _, who := range []string{"1", "2", "3"} {
		if err := w.only(t, who).failure(); err != nil {
			t.Errorf("asker %s: %v", who, err)
		}
	}
	if len(w.told) != 1 || len(r.pending) != 0 {
		t.Error("the repeated verdict was told again")
	}
}

// F-UP-31, F-SE-05: what was found stays found, and is on record; a room that is
// read-only is told, too.
func TestAFileInQuarantineStaysThere(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	r.info.Status = incident.Archived
	r.ask(verdict(incident.ScanInfected), asker("1"))
	r.ask(verdict(incident.ScanClean), asker("2"))
	r.onCommitted(nil)
	r.ask(verdict(incident.ScanClean), asker("3"))
	r.ask(verdict(incident.ScanInfected), asker("4"))
	for _, who := range []string{"1", "2", "3", "4"} {
		if err := w.only(t, who).failure(); err != nil {
			t.Errorf("asker %s: %v", who, err)
		}
	}
	if len(w.batches) != 1 || len(w.batches[0].Events) != 1 {
		t.Fatalf("batches %+v: want one event", w.batches)
	}
	audit := w.batches[0].Audit
	if len(audit) != 1 || audit[0].Act != "file_quarantined" || audit[0].Who != incident.House ||
		!strings.Contains(audit[0].Target, "file f1 Eicar") || !strings.Contains(audit[0].Target, string(testRoom)) {
		t.Errorf("audit %+v", audit)
	}
}

// The message that shows a file says how far its scan is.
func TestAMessageKnowsTheScanOfItsFile(t *testing.T) {
	t.Parallel()
	m := fileMessage(incident.File{ID: "f1", Kind: incident.Log, Scan: incident.ScanPending}, "m1")
	if m.Ref.Scan != incident.ScanPending {
		t.Errorf("reference %+v", m.Ref)
	}
}
