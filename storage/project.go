package storage

import (
	"context"
	"database/sql"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/predicate"
	"taskreporter/ent/roomfile"
	"taskreporter/ent/upload"
	"taskreporter/incident"
)

// project brings members, files and uploads up to the events of the parts that
// the fence let through. Messages go with the events.
func (r *Records) project(ctx context.Context, tx *sql.Tx, parts []*part) error {
	var (
		members []*ent.RoomMemberCreate
		files   []*ent.RoomFileCreate
		closed  []predicate.Upload
		deleted []*incident.Event
		client  *ent.Client
	)
	for _, p := range parts {
		if !p.through || !p.others {
			continue
		}
		if client == nil {
			client = r.db.inside(tx)
		}
		for i := range p.Events {
			switch c := p.Events[i].Change.(type) {
			case incident.MemberAdded:
				members = append(members, createMember(client, p.RoomID, c.Member))
			case incident.FileUploaded:
				files = append(files, createFile(client, p.RoomID, c.File))
				closed = append(closed, upload.And(upload.RoomID(string(p.RoomID)), upload.ID(string(c.File.ID))))
			case incident.FileDeleted:
				deleted = append(deleted, &p.Events[i])
			}
		}
	}
	if len(members) > 0 {
		if err := client.RoomMember.CreateBulk(members...).Exec(ctx); err != nil {
			return err
		}
	}
	if len(files) > 0 {
		if err := client.RoomFile.CreateBulk(files...).Exec(ctx); err != nil {
			return err
		}
		if _, err := client.Upload.Delete().Where(upload.Or(closed...)).Exec(ctx); err != nil {
			return err
		}
	}
	for _, e := range deleted {
		id := e.Change.(incident.FileDeleted).FileID
		n, err := client.RoomFile.Update().
			Where(roomfile.ID(string(id)), roomfile.RoomID(string(e.RoomID)), roomfile.DeletedAtIsNil()).
			SetDeletedAt(incident.Now(e.At)).Save(ctx)
		if err != nil {
			return err
		}
		if n != 1 {
			return fmt.Errorf("%w: room %s: event %d deletes file %s, which is not there", errRefused, e.RoomID, e.Seq, id)
		}
	}
	return nil
}

// inside returns a client whose statements belong to tx.
func (db *DB) inside(tx *sql.Tx) *ent.Client {
	return ent.NewClient(ent.Driver(entsql.NewDriver(db.dialect(), entsql.Conn{ExecQuerier: tx})))
}
