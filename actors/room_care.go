package actors

import (
	"context"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// What becomes of a file after it is recorded.
type (
	// recordVerdict is answered by carriedOut.
	recordVerdict struct {
		File    incident.FileID
		Verdict incident.Verdict
	}
	// previewNow tells relays that a picture's preview can be fetched. It is stored
	// nowhere.
	previewNow struct {
		Room incident.RoomID
		File incident.FileID
	}
)

func (m *recordVerdict) refused(err error) answer { return &carriedOut{Err: err} }

// RecordVerdict tells a room how the scan of one of its files ended (F-UP-31). The
// same verdict twice is one event. A file that is not there needs none, and one in
// quarantine stays there.
func (e *Engine) RecordVerdict(ctx context.Context, room incident.RoomID, file incident.FileID, v incident.Verdict) error {
	f, err := e.records.File(ctx, room, file)
	switch {
	case incident.KindOf(err) == incident.NotFound:
		return nil
	case err != nil:
		return err
	case f.Scan == v.Scan || f.Scan == incident.ScanInfected || f.DeletedAt != nil:
		return nil
	}
	_, err = e.ask(ctx, room, &recordVerdict{File: file, Verdict: v})
	return err
}

// PreviewReady tells those who watch a room, on whatever node, that a picture's
// preview can be fetched (F-UP-30).
func (e *Engine) PreviewReady(room incident.RoomID, file incident.FileID) {
	e.tellRelays(&previewNow{Room: room, File: file})
}

// recordVerdict appends a verdict. The house does it, whatever the room's status:
// an archived room is no place for a virus either.
func (r *room) recordVerdict(m *recordVerdict, from *actor.PID) error {
	id, scan := m.File, m.Verdict.Scan
	bad := verdictKey(id, incident.ScanInfected)
	if e := r.inHand[bad]; e != nil { // what else is said of the file does not count
		e.askers = append(e.askers, from)
		return nil
	}
	if r.infected[id] {
		r.world.reply(from, &carriedOut{})
		return nil
	}
	key := verdictKey(id, scan)
	if e := r.inHand[key]; e != nil {
		e.askers = append(e.askers, from)
		return nil
	}
	at := r.clock()
	var audit []incident.AuditEntry
	if scan == incident.ScanInfected {
		audit = r.audit(incident.Principal{Person: incident.House}, at, "file_quarantined", "file "+string(id)+" "+m.Verdict.Signature)
	}
	return r.append(&entry{
		// The name in the log: an activation that does not remember appends no second one.
		key: key, sent: incident.SendKey{Author: incident.House.ID, ID: incident.ClientMsgID(key)},
		by: incident.House, at: at, askers: []*actor.PID{from}, audit: audit,
		changes: []incident.Change{incident.FileScanned{FileID: id, Scan: scan}},
		answer:  func(_ []incident.Event, err error) answer { return &carriedOut{Err: err} },
	})
}

func verdictKey(file incident.FileID, scan incident.ScanState) string {
	return "scan-" + string(file) + "-" + string(scan)
}

func (r *room) applyVerdict(c incident.FileScanned) {
	if c.Scan == incident.ScanInfected {
		put(&r.infected, c.FileID, true)
	}
}

// preview passes on that a picture can be shown.
func (r *relay) preview(m *previewNow) {
	w := r.rooms[m.Room]
	if w == nil {
		return
	}
	frame := r.engine.frames.PreviewReady(m.Room, m.File)
	for sub := range w.subs {
		sub.hint(frame)
	}
}
