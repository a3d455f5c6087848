package storage

import (
	"cmp"
	"context"
	"slices"

	"taskreporter/ent"
	"taskreporter/ent/readpointer"
	"taskreporter/ent/roommember"
	"taskreporter/incident"
)

// Members returns a room's members, owners first, then by name.
func (l *Library) Members(ctx context.Context, room incident.RoomID) ([]incident.Member, error) {
	rows, err := l.db.read.RoomMember.Query().Where(roommember.RoomID(string(room))).All(ctx)
	if err != nil {
		return nil, fail("list members", err)
	}
	read, err := l.db.read.ReadPointer.Query().Where(readpointer.RoomID(string(room))).All(ctx)
	if err != nil {
		return nil, fail("list members", err)
	}
	upTo := make(map[incident.UserID]incident.Seq, len(read))
	for _, row := range read {
		upTo[incident.UserID(row.ID)] = incident.Seq(row.Seq)
	}
	list := toMembers(rows)
	for i := range list {
		list[i].Read = upTo[list[i].ID]
	}
	slices.SortFunc(list, func(a, b incident.Member) int {
		return cmp.Or(
			compareBool(b.Role == incident.Owner, a.Role == incident.Owner),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.ID, b.ID),
		)
	})
	return list, nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

func createMember(client *ent.Client, room incident.RoomID, m incident.Member) *ent.RoomMemberCreate {
	return client.RoomMember.Create().
		SetRoomID(string(room)).SetID(string(m.ID)).SetName(m.Name).SetRole(string(m.Role)).
		SetAddedBy(string(m.AddedBy)).SetAddedAt(incident.Now(m.AddedAt))
}

func toMembers(rows []*ent.RoomMember) []incident.Member {
	list := make([]incident.Member, len(rows))
	for i, m := range rows {
		list[i] = incident.Member{
			Person:  incident.Person{ID: incident.UserID(m.ID), Name: m.Name},
			Role:    incident.Role(m.Role),
			AddedBy: incident.UserID(m.AddedBy),
			AddedAt: incident.Now(m.AddedAt),
		}
	}
	return list
}
