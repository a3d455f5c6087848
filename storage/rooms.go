package storage

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"taskreporter/ent"
	"taskreporter/ent/predicate"
	"taskreporter/ent/room"
	"taskreporter/ent/roommember"
	"taskreporter/incident"
)

// previewLength bounds what a list of rooms shows of the newest message, in
// characters.
const previewLength = 120

// Library is what reading requests need of the projections.
type Library struct{ db *DB }

// Library returns the projections for reading.
func (db *DB) Library() *Library { return &Library{db} }

// CreateRoom declares an incident: number, room, creator as OWNER, first events
// and audit row in one transaction. n is normalized.
func (l *Library) CreateRoom(ctx context.Context, by incident.Principal, n incident.NewRoom) (incident.Room, error) {
	now := incident.Now(l.db.now())
	id, err := uuid.NewV7()
	if err != nil {
		return incident.Room{}, fail("create room", err)
	}
	made := incident.Room{
		ID: incident.RoomID(id.String()), Title: n.Title, Type: n.Type, Severity: n.Severity, Status: incident.Open,
		Place: n.Place, Lot: n.Lot, Description: n.Description, LineStopped: n.LineStopped, UnitsAtRisk: n.UnitsAtRisk,
		Tags: n.Tags, CreatedBy: by.Person, DeclaredAt: now, LastActivity: now, Version: 1,
	}
	if t := n.Template; t != nil {
		made.Template, made.TemplateVer = t.ID, t.Version
	}
	owner := incident.Member{Person: by.Person, Role: incident.Owner, AddedBy: by.ID, AddedAt: now}
	err = l.db.inTx(ctx, "create room", func(tx *ent.Tx) error {
		year := now.In(l.db.zone).Year()
		number, err := nextNumber(ctx, tx, year)
		if err != nil {
			return err
		}
		made.Number = incident.Number(year, number)
		events := []incident.Event{
			{RoomID: made.ID, Seq: 1, At: now, By: by.Person, Change: incident.RoomCreated{Room: made}},
			{RoomID: made.ID, Seq: 2, At: now, By: by.Person, Change: incident.MemberAdded{Member: owner}},
		}
		made.Head = 2
		if err := createRoom(tx.Client(), made).Exec(ctx); err != nil {
			return err
		}
		if err := createMember(tx.Client(), made.ID, owner).Exec(ctx); err != nil {
			return err
		}
		if err := createEvents(ctx, tx.Client(), events); err != nil {
			return err
		}
		return createAudit(tx.Client(), incident.AuditEntry{
			At: now, Who: by.Person, Act: "room_created", Target: "room " + string(made.ID), Outcome: "ok",
		}).Exec(ctx)
	})
	if err != nil {
		return incident.Room{}, err
	}
	made.Role, made.MemberCount = incident.Owner, 1
	return made, nil
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

// Role returns p's role in the room; NoRole for a non-member and for a room that
// does not exist.
func (l *Library) Role(ctx context.Context, id incident.RoomID, user incident.UserID) (incident.Role, error) {
	m, err := l.db.read.RoomMember.Query().
		Where(roommember.RoomID(string(id)), roommember.ID(string(user))).Only(ctx)
	if ent.IsNotFound(err) {
		return incident.NoRole, nil
	}
	if err != nil {
		return incident.NoRole, fail("read role", err)
	}
	return incident.Role(m.Role), nil
}

// Room returns the room with the asker's role filled in.
func (l *Library) Room(ctx context.Context, id incident.RoomID, asker incident.UserID) (incident.Room, error) {
	const op = "read room"
	row, err := l.db.read.Room.Get(ctx, string(id))
	if err != nil {
		return incident.Room{}, fail(op, err)
	}
	list := []incident.Room{toRoom(row)}
	if err := l.describe(ctx, list, asker); err != nil {
		return incident.Room{}, fail(op, err)
	}
	return list[0], nil
}

// Rooms returns a page, newest activity first, and how many match in all.
func (l *Library) Rooms(ctx context.Context, q incident.RoomQuery) ([]incident.Room, int, error) {
	const op = "list rooms"
	where := roomFilter(q)
	total, err := l.db.read.Room.Query().Where(where...).Count(ctx)
	if err != nil {
		return nil, 0, fail(op, err)
	}
	rows, err := l.db.read.Room.Query().Where(where...).
		Order(room.ByLastActivityAt(entsql.OrderDesc()), room.ByID(entsql.OrderDesc())).
		Offset(q.Offset).Limit(q.Limit).All(ctx)
	if err != nil {
		return nil, 0, fail(op, err)
	}
	list := make([]incident.Room, len(rows))
	for i, row := range rows {
		list[i] = toRoom(row)
	}
	return list, total, fail(op, l.describe(ctx, list, q.Asker))
}

// roomFilter: text is searched without case, where the database knows the case of
// a letter, and literally: % and _ mean themselves.
func roomFilter(q incident.RoomQuery) []predicate.Room {
	var where []predicate.Room
	if !q.All {
		where = append(where, room.HasMembersWith(roommember.ID(string(q.Asker))))
	}
	if len(q.Statuses) > 0 {
		where = append(where, room.StatusIn(texts(q.Statuses)...))
	}
	if len(q.Severities) > 0 {
		where = append(where, room.SeverityIn(texts(q.Severities)...))
	}
	if t := strings.TrimSpace(q.Text); t != "" {
		where = append(where, room.Or(
			room.NumberContainsFold(t), room.TitleContainsFold(t), room.DescriptionContainsFold(t),
			room.LineContainsFold(t), room.StationContainsFold(t), room.EquipmentContainsFold(t),
		))
	}
	return where
}

// describe fills in what belongs to the list and to the asker: role, number of
// members, newest message.
func (l *Library) describe(ctx context.Context, list []incident.Room, asker incident.UserID) error {
	if len(list) == 0 {
		return nil
	}
	place := make(map[string]*incident.Room, len(list))
	args := []any{string(asker)}
	for i := range list {
		args = append(args, string(list[i].ID))
		place[string(list[i].ID)] = &list[i]
	}
	//nolint:gosec // what is put in are placeholders
	rows, err := l.db.reader.QueryContext(ctx, `
		select r.room_id,
			(select count(*) from room_members m where m.room_id = r.room_id),
			coalesce((select m.role from room_members m where m.room_id = r.room_id and m.user_id = $1), ''),
			coalesce((select m.text from messages m where m.room_id = r.room_id order by m.seq desc limit 1), '')
		from incident_rooms r where r.room_id in (`+parameters(2, len(list))+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id, role, text string
			members        int
		)
		if err := rows.Scan(&id, &members, &role, &text); err != nil {
			return err
		}
		r := place[id]
		r.MemberCount, r.Role, r.LastMessage = members, incident.Role(role), firstLine(text)
	}
	return rows.Err()
}

// parameters writes n placeholders from $first on.
func parameters(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if utf8.RuneCountInString(line) > previewLength {
		line = string([]rune(line)[:previewLength]) + "…"
	}
	return line
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

func toRoom(r *ent.Room) incident.Room {
	made := incident.Room{
		ID: incident.RoomID(r.ID), Number: r.Number, Title: r.Title, Type: incident.IncidentType(r.IncidentType),
		Severity: incident.Severity(r.Severity), Status: incident.Status(r.Status),
		Place: incident.Place{Site: r.Site, Line: r.Line, Station: r.Station, Equipment: r.Equipment},
		Lot:   r.Lot, Description: r.Description, LineStopped: r.LineStopped, UnitsAtRisk: r.UnitsAtRisk, Tags: r.Tags,
		CreatedBy:  incident.Person{ID: incident.UserID(r.CreatedBy), Name: r.CreatedByName},
		DeclaredAt: incident.Now(r.DeclaredAt), LastActivity: incident.Now(r.LastActivityAt), Version: r.Version,
		Head: incident.Seq(r.LastSeq), Epoch: incident.Epoch(r.Epoch),
	}
	if r.TemplateID != nil && r.TemplateVersion != nil {
		made.Template, made.TemplateVer = incident.TemplateID(*r.TemplateID), *r.TemplateVersion
	}
	return made
}

func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}
