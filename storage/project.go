package storage

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/room"
	"taskreporter/ent/roomfile"
	"taskreporter/ent/roommember"
	"taskreporter/ent/upload"
	"taskreporter/incident"
)

// project brings everything but plain messages, which go with the events, up to
// the events of the parts that the fence let through, and records what the parts
// say to be audited.
func (r *Records) project(ctx context.Context, tx *sql.Tx, parts []*part) error {
	var p *projection
	for _, part := range parts {
		if !part.through || !part.others {
			continue
		}
		if p == nil {
			p = &projection{db: r.db, tx: tx, client: r.db.inside(tx)}
		}
		for i := range part.entries {
			if err := p.apply(ctx, &part.entries[i]); err != nil {
				return err
			}
		}
		for _, e := range part.Audit {
			if e.At.IsZero() {
				e.At = r.db.now()
			}
			p.audit = append(p.audit, createAudit(p.client, e))
		}
	}
	if p == nil || len(p.audit) == 0 {
		return nil
	}
	return p.client.Audit.CreateBulk(p.audit...).Exec(ctx)
}

// projection is a transaction in which tables follow the log, event by event.
type projection struct {
	db     *DB
	tx     *sql.Tx
	client *ent.Client
	audit  []*ent.AuditCreate
}

func (p *projection) apply(ctx context.Context, e *entry) error {
	switch c := e.Change.(type) {
	case incident.MessagePosted:
		return p.mention(ctx, e.RoomID, e.Seq, c.Message.Mentions)
	case incident.RoomUpdated:
		return p.updateRoom(ctx, e, c.Room)
	case incident.MemberAdded:
		return createMember(p.client, e.RoomID, c.Member).Exec(ctx)
	case incident.MemberRemoved:
		return p.removeMember(ctx, e, c.Person.ID)
	case incident.RoleChanged:
		n, err := p.client.RoomMember.Update().
			Where(roommember.RoomID(string(e.RoomID)), roommember.ID(string(c.Person.ID))).
			SetRole(string(c.To)).Save(ctx)
		return one(n, err, e, "member", c.Person.ID)
	case incident.MessageEdited:
		return p.edit(ctx, e, c)
	case incident.MessageDeleted:
		return p.delete(ctx, e, c.MessageID)
	case incident.ReactionAdded:
		return p.react(ctx, e, c)
	case incident.ReactionRemoved:
		_, err := p.exec(ctx, `delete from reactions where room_id = $1 and message_id = $2 and emoji = $3 and user_id = $4`,
			string(e.RoomID), string(c.MessageID), c.Emoji, string(e.By.ID))
		return err
	case incident.MessagePinned:
		n, err := p.exec(ctx, `update messages set pinned_at = $3, pinned_by = $4, pinned_by_name = $5
			where room_id = $1 and message_id = $2 and deleted_at is null`,
			string(e.RoomID), string(c.MessageID), incident.Now(e.At), string(e.By.ID), e.By.Name)
		return one(n, err, e, "message", c.MessageID)
	case incident.MessageUnpinned:
		_, err := p.exec(ctx, `update messages set pinned_at = null, pinned_by = null, pinned_by_name = ''
			where room_id = $1 and message_id = $2 and pinned_at is not null`, string(e.RoomID), string(c.MessageID))
		return err
	case incident.ChecklistChanged:
		return p.tick(ctx, e, c)
	case incident.FileUploaded:
		return p.addFile(ctx, e, c.File)
	case incident.FileDeleted:
		return p.deleteFile(ctx, e, c.FileID)
	case incident.FileScanned:
		return p.scanFile(ctx, e, c)
	default:
		return fmt.Errorf("%w: room %s: event %d: nothing follows a %s event", errRefused, e.RoomID, e.Seq, c.EventType())
	}
}

// exec returns how many rows the statement changed.
func (p *projection) exec(ctx context.Context, statement string, args ...any) (int, error) {
	res, err := p.tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// one refuses a change of something that is not there.
func one[S ~string](n int, err error, e *entry, what string, id S) error {
	if err == nil && n != 1 {
		return fmt.Errorf("%w: room %s: event %d (%s): there is no %s %s", errRefused, e.RoomID, e.Seq, e.Change.EventType(), what, id)
	}
	return err
}

func (p *projection) updateRoom(ctx context.Context, e *entry, r incident.Room) error {
	u := p.client.Room.Update().Where(room.ID(string(e.RoomID))).
		SetTitle(r.Title).SetIncidentType(string(r.Type)).SetSeverity(string(r.Severity)).SetStatus(string(r.Status)).
		SetSite(r.Place.Site).SetLine(r.Place.Line).SetStation(r.Place.Station).SetEquipment(r.Place.Equipment).
		SetLot(r.Lot).SetDescription(r.Description).SetLineStopped(r.LineStopped).SetUnitsAtRisk(r.UnitsAtRisk).
		SetResolution(r.Resolution).SetRootCause(r.RootCause).SetWaiver(r.Waiver).SetVersion(r.Version)
	if len(r.Tags) > 0 {
		u.SetTags(r.Tags)
	} else {
		u.ClearTags()
	}
	if r.Assignee != nil {
		u.SetAssigneeID(string(r.Assignee.ID)).SetAssigneeName(r.Assignee.Name)
	} else {
		u.ClearAssigneeID().SetAssigneeName("")
	}
	if r.DuplicateOf != "" {
		u.SetDuplicateOf(string(r.DuplicateOf))
	} else {
		u.ClearDuplicateOf()
	}
	for _, reached := range []struct {
		at    *time.Time
		set   func(time.Time) *ent.RoomUpdate
		clear func() *ent.RoomUpdate
	}{
		{r.AcknowledgedAt, u.SetAcknowledgedAt, u.ClearAcknowledgedAt},
		{r.ContainedAt, u.SetContainedAt, u.ClearContainedAt},
		{r.ResolvedAt, u.SetResolvedAt, u.ClearResolvedAt},
		{r.ClosedAt, u.SetClosedAt, u.ClearClosedAt},
		{r.ArchivedAt, u.SetArchivedAt, u.ClearArchivedAt},
	} {
		if reached.at != nil {
			reached.set(incident.Now(*reached.at))
		} else {
			reached.clear()
		}
	}
	n, err := u.Save(ctx)
	if err := one(n, err, e, "room", e.RoomID); err != nil {
		return err
	}
	r.ID = e.RoomID
	return p.db.index(ctx, p.tx, incident.FoundRoom, e.RoomID, string(e.RoomID), roomWords(r))
}

// removeMember ends a membership, and forgets what the member has read.
func (p *projection) removeMember(ctx context.Context, e *entry, user incident.UserID) error {
	n, err := p.client.RoomMember.Delete().
		Where(roommember.RoomID(string(e.RoomID)), roommember.ID(string(user))).Exec(ctx)
	if err := one(n, err, e, "member", user); err != nil {
		return err
	}
	_, err = p.exec(ctx, `delete from read_pointers where room_id = $1 and user_id = $2`, string(e.RoomID), string(user))
	return err
}

func (p *projection) tick(ctx context.Context, e *entry, c incident.ChecklistChanged) error {
	var at, by, name any = nil, nil, ""
	if c.Done {
		at, by, name = incident.Now(e.At), string(e.By.ID), e.By.Name
	}
	n, err := p.exec(ctx, `update checklist_items set done_at = $3, done_by = $4, done_by_name = $5
		where room_id = $1 and item_id = $2`, string(e.RoomID), int(c.ItemID), at, by, name)
	return one(n, err, e, "item", fmt.Sprint(c.ItemID))
}

// addFile records a file, which ends its upload. The record of a resumable one stays
// until its parts are removed.
func (p *projection) addFile(ctx context.Context, e *entry, f incident.File) error {
	if err := createFile(p.client, e.RoomID, e.Seq, f).Exec(ctx); err != nil {
		return err
	}
	if err := p.db.index(ctx, p.tx, incident.FoundFile, e.RoomID, string(f.ID), fileWords(f)); err != nil {
		return err
	}
	mine := theUpload(e.RoomID, f.ID)
	n, err := p.client.Upload.Delete().Where(mine...).Where(upload.Resumable(false)).Exec(ctx)
	if err != nil || n > 0 {
		return err
	}
	return p.client.Upload.Update().Where(mine...).SetFinishedAt(incident.Now(e.At)).Exec(ctx)
}

func (p *projection) deleteFile(ctx context.Context, e *entry, id incident.FileID) error {
	n, err := p.client.RoomFile.Update().
		Where(roomfile.ID(string(id)), roomfile.RoomID(string(e.RoomID)), roomfile.DeletedAtIsNil()).
		SetDeletedAt(incident.Now(e.At)).Save(ctx)
	if err := one(n, err, e, "file", id); err != nil {
		return err
	}
	return p.db.index(ctx, p.tx, incident.FoundFile, e.RoomID, string(id), "")
}

// scanFile records how a scan ended. A file that is not there any more is none the
// worse for it, and one in quarantine stays there. What the log told of it before
// is read without its name from now on.
func (p *projection) scanFile(ctx context.Context, e *entry, c incident.FileScanned) error {
	n, err := p.exec(ctx, `update room_files set scan_state = $3
		where room_id = $1 and file_id = $2 and scan_state not in ($3, 'infected')`,
		string(e.RoomID), string(c.FileID), string(c.Scan))
	if err != nil || n == 0 || c.Scan != incident.ScanInfected {
		return err
	}
	// The message that shows a file is the event after the file's.
	if _, err := p.exec(ctx, `update room_events set redacted = true where room_id = $1 and exists (
			select 1 from room_files f where f.room_id = $1 and f.file_id = $2 and
			(room_events.seq = f.seq and room_events.type = 'file_uploaded' or
			room_events.seq = f.seq + 1 and room_events.type = 'message'))`,
		string(e.RoomID), string(c.FileID)); err != nil {
		return err
	}
	return p.db.index(ctx, p.tx, incident.FoundFile, e.RoomID, string(c.FileID), "")
}

// inside returns a client whose statements belong to tx.
func (db *DB) inside(tx *sql.Tx) *ent.Client {
	return ent.NewClient(ent.Driver(entsql.NewDriver(db.dialect(), entsql.Conn{ExecQuerier: tx})))
}
