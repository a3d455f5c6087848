package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// beginUpload admits an upload: may they, and is there a place? The bytes pass
// beside the room; only their record passes through it (F-UP-05).
func (r *room) beginUpload(m *beginUpload, from *actor.PID) error {
	if err := r.may(m.By, incident.ActUpload); err != nil {
		return err
	}
	id := m.Upload.FileID
	if _, again := r.uploads[id]; again {
		if _, waiting := r.opening[id]; waiting {
			r.opening[id] = from // the earlier asker has given up
			return nil
		}
		r.world.reply(from, &uploadBegun{})
		return nil
	}
	mine := 0
	for other, up := range r.uploads {
		if up.By.ID != m.By.ID {
			continue
		}
		mine++
		if m.Upload.SHA256 == "" || up.SHA256 != m.Upload.SHA256 || up.Size != m.Upload.Size || !up.Resumable || !m.Upload.Resumable {
			continue
		}
		if _, waiting := r.opening[other]; waiting {
			return incident.E(incident.Busy, "upload", "This file is just being announced. Ask again in a moment.")
		}
		r.world.reply(from, &uploadBegun{Same: other}) // F-UP-26
		return nil
	}
	if mine >= r.limits.UploadsPerUser || len(r.uploads) >= r.limits.UploadsPerRoom {
		return incident.E(incident.Busy, "upload", "Too many uploads at once. Wait for one to finish, then send this one again.")
	}
	put(&r.uploads, id, m.Upload)
	put(&r.opening, id, from)
	r.world.openUpload(m.Upload)
	return nil
}

// onUploadOpened answers an admission once it is recorded.
func (r *room) onUploadOpened(file incident.FileID, err error) {
	from, ok := r.opening[file]
	if !ok {
		return
	}
	delete(r.opening, file)
	if err != nil {
		delete(r.uploads, file)
	}
	r.world.reply(from, &uploadBegun{Err: err})
}

// finishUpload records a file whose bytes are stored: the file, its event and the
// message that shows it are one entry, so they are committed together or not at
// all (F-UP-15, F-WS-04).
func (r *room) finishUpload(m *finishUpload, from *actor.PID) error {
	if err := r.may(m.By, incident.ActUpload); err != nil {
		return err
	}
	key := "file/" + string(m.File.ID)
	if e := r.inHand[key]; e != nil {
		e.askers = append(e.askers, from)
		return nil
	}
	if up, ok := r.uploads[m.File.ID]; !ok || up.By.ID != m.By.ID {
		return incident.E(incident.Conflict, "upload", "This upload is not under way. Send the file again.")
	}
	at := r.clock()
	file := m.File
	file.UploadedAt = at
	return r.append(&entry{
		key: key, by: m.By.Person, at: at, askers: []*actor.PID{from},
		changes: []incident.Change{
			incident.FileUploaded{File: file},
			incident.MessagePosted{Message: fileMessage(file, incident.MessageID(r.world.newID()))},
		},
		answer: func(_ []incident.Event, err error) answer {
			return &uploadFinished{File: file, Err: err}
		},
	})
}

// fileMessage is how a file appears in the conversation.
func fileMessage(f incident.File, id incident.MessageID) incident.Message {
	m := incident.Message{
		ID: id, Author: f.Uploader, Type: incident.FileRef, Text: f.Description, At: f.UploadedAt,
		Ref: &incident.Reference{
			FileID: f.ID, Filename: f.Filename, Kind: f.Kind, Width: f.Width, Height: f.Height, Size: f.Size,
			Scan: f.Scan,
		},
	}
	if f.Kind == incident.Image {
		m.Type = incident.ImageRef
	}
	return m
}

// abortUpload frees the place of an upload that failed. The record of one whose
// bytes could not be removed stays for a later pass.
func (r *room) abortUpload(file incident.FileID, gone bool) {
	if _, ok := r.uploads[file]; !ok {
		return
	}
	delete(r.uploads, file)
	if gone {
		r.world.closeUpload(file)
	}
}

func (r *room) deleteFile(m *deleteFile, from *actor.PID) error {
	act := incident.ActDeleteAnyFile
	if m.File.Uploader.ID == m.By.ID && r.role(m.By) != incident.NoRole {
		act = incident.ActDeleteOwnFile
	}
	if err := r.may(m.By, act); err != nil {
		return err
	}
	if r.deleted[m.File.ID] { // by somebody else, after the asker looked
		r.world.reply(from, &fileDeleted{})
		return nil
	}
	if incident.ByOffice(m.By, r.role(m.By), act) && m.Reason == "" {
		return errNoReason("delete file")
	}
	key := "delete/" + string(m.File.ID)
	if e := r.inHand[key]; e != nil {
		e.askers = append(e.askers, from)
		return nil
	}
	at := r.clock()
	return r.append(&entry{
		key: key, by: m.By.Person, at: at, askers: []*actor.PID{from},
		audit:   r.audit(m.By, at, "file_deleted", "file "+string(m.File.ID)),
		changes: []incident.Change{incident.FileDeleted{FileID: m.File.ID, DeletedBy: m.By.Person, Reason: m.Reason}},
		answer:  func(_ []incident.Event, err error) answer { return &fileDeleted{Err: err} },
	})
}
