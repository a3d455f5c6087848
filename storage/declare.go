package storage

import (
	"context"

	"github.com/google/uuid"

	"taskreporter/ent"
	"taskreporter/ent/user"
	"taskreporter/incident"
)

// CreateRoom declares an incident: number, room, creator as OWNER, the template's
// members and checklist, first events and audit row in one transaction. n is
// normalized.
func (l *Library) CreateRoom(ctx context.Context, by incident.Principal, n incident.NewRoom) (incident.Room, error) {
	const op = "create room"
	now := incident.Now(l.db.now())
	id, err := uuid.NewV7()
	if err != nil {
		return incident.Room{}, fail(op, err)
	}
	made := incident.Room{
		ID: incident.RoomID(id.String()), Title: n.Title, Type: n.Type, Severity: n.Severity, Status: incident.Open,
		Place: n.Place, Lot: n.Lot, Description: n.Description, LineStopped: n.LineStopped, UnitsAtRisk: n.UnitsAtRisk,
		Tags: n.Tags, CreatedBy: by.Person, DeclaredAt: now, LastActivity: now, Version: 1,
	}
	members := []incident.Member{{Person: by.Person, Role: incident.Owner, AddedBy: by.ID, AddedAt: now}}
	var items []incident.ChecklistItem
	if t := n.Template; t != nil {
		made.Template, made.TemplateVer, items = t.ID, t.Version, t.Items()
		others, err := l.templateMembers(ctx, t, by.ID)
		if err != nil {
			return incident.Room{}, fail(op, err)
		}
		for _, m := range others {
			m.AddedBy, m.AddedAt = by.ID, now
			members = append(members, m)
		}
	}
	err = l.db.inTx(ctx, op, func(tx *ent.Tx) error {
		year := now.In(l.db.zone).Year()
		number, err := nextNumber(ctx, tx, year)
		if err != nil {
			return err
		}
		made.Number = incident.Number(year, number)
		events := []incident.Event{{Change: incident.RoomCreated{Room: made, Checklist: items}}}
		rows := make([]*ent.RoomMemberCreate, len(members))
		for i, m := range members {
			events = append(events, incident.Event{Change: incident.MemberAdded{Member: m}})
			rows[i] = createMember(tx.Client(), made.ID, m)
		}
		for i := range events {
			e := &events[i]
			e.RoomID, e.Seq, e.At, e.By = made.ID, incident.Seq(i+1), now, by.Person
		}
		made.Head = incident.Seq(len(events))
		if err := createRoom(tx.Client(), made).Exec(ctx); err != nil {
			return err
		}
		if err := tx.RoomMember.CreateBulk(rows...).Exec(ctx); err != nil {
			return err
		}
		if len(items) > 0 {
			if err := createItems(tx.Client(), made.ID, items).Exec(ctx); err != nil {
				return err
			}
		}
		if err := createEvents(ctx, tx.Client(), events); err != nil {
			return err
		}
		if err := l.db.index(ctx, tx, incident.FoundRoom, made.ID, string(made.ID), roomWords(made)); err != nil {
			return err
		}
		return createAudit(tx.Client(), incident.AuditEntry{
			At: now, Who: by.Person, Act: "room_created", Target: "room " + string(made.ID), Outcome: "ok",
			From: by.From, Request: by.Request,
		}).Exec(ctx)
	})
	if err != nil {
		return incident.Room{}, err
	}
	made.Role, made.MemberCount = incident.Owner, len(members)
	return made, nil
}

// templateMembers returns who comes into a room from its template: those whose
// accounts are there and enabled, but for the declarer.
func (l *Library) templateMembers(ctx context.Context, t *incident.Template, declarer incident.UserID) ([]incident.Member, error) {
	if len(t.Members) == 0 {
		return nil, nil
	}
	ids := make([]string, len(t.Members))
	for i, m := range t.Members {
		ids[i] = string(m.UserID)
	}
	rows, err := l.db.read.User.Query().Where(user.IDIn(ids...), user.Disabled(false)).All(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[incident.UserID]string, len(rows))
	for _, row := range rows {
		names[incident.UserID(row.ID)] = row.Name
	}
	var list []incident.Member
	for _, m := range t.Members {
		if name, ok := names[m.UserID]; ok && m.UserID != declarer {
			list = append(list, incident.Member{Person: incident.Person{ID: m.UserID, Name: name}, Role: m.Role})
		}
	}
	return list, nil
}

// nextNumber counts up within the year. Its row stays locked until the
// transaction ends, and a transaction that is rolled back gives the number back:
// so there are no gaps.
func nextNumber(ctx context.Context, tx *ent.Tx, year int) (int, error) {
	rows, err := tx.QueryContext(ctx, `insert into room_numbers (year, last) values ($1, 1)
		on conflict (year) do update set last = room_numbers.last + 1 returning last`, year)
	if err != nil {
		return 0, err
	}
	var last []int
	if err := scanAll(rows, &last); err != nil {
		return 0, err
	}
	return last[0], nil
}

func createRoom(client *ent.Client, r incident.Room) *ent.RoomCreate {
	c := client.Room.Create().
		SetID(string(r.ID)).SetNumber(r.Number).SetTitle(r.Title).SetIncidentType(string(r.Type)).
		SetSeverity(string(r.Severity)).SetStatus(string(r.Status)).
		SetSite(r.Place.Site).SetLine(r.Place.Line).SetStation(r.Place.Station).SetEquipment(r.Place.Equipment).
		SetLot(r.Lot).SetDescription(r.Description).SetLineStopped(r.LineStopped).SetUnitsAtRisk(r.UnitsAtRisk).
		SetCreatedBy(string(r.CreatedBy.ID)).SetCreatedByName(r.CreatedBy.Name).
		SetDeclaredAt(r.DeclaredAt).SetLastActivityAt(r.LastActivity).SetVersion(r.Version).
		SetLastSeq(int64(r.Head)).SetEpoch(int64(r.Epoch)).SetOwner("")
	if len(r.Tags) > 0 {
		c.SetTags(r.Tags)
	}
	if r.Template != "" {
		c.SetTemplateID(string(r.Template)).SetTemplateVersion(r.TemplateVer)
	}
	return c
}
