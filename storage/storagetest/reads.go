package storagetest

import (
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testReads(t *testing.T, fresh Fresh) {
	promise(t, "AReadPointerNeverGoesBack", fresh, func(t *testing.T, cfg storage.Config) { // F-MB-06, F-RT-11
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		li, zhang := member("李四", incident.Viewer, r.owner.ID), member("張三", incident.Viewer, r.owner.ID)
		appendAll(t, db, r.batch(li, zhang))
		pointer := func(user incident.UserID, seq incident.Seq) incident.ReadPointer {
			return incident.ReadPointer{User: user, Seq: seq, At: now()}
		}
		read := func(want map[incident.UserID]incident.Seq) {
			t.Helper()
			members, err := db.Library().Members(t.Context(), r.ID)
			if err != nil {
				t.Fatal(err)
			}
			got := map[incident.UserID]incident.Seq{}
			for _, m := range members {
				got[m.ID] = m.Read
			}
			same(t, "read", got, want)
		}
		save(t, db, r)
		save(t, db, r, pointer(li.Member.ID, 5), pointer(person("nobody").ID, 9), pointer(r.owner.ID, 3), pointer(li.Member.ID, 4))
		save(t, db, other, pointer(li.Member.ID, 8)) // no member there
		read(map[incident.UserID]incident.Seq{li.Member.ID: 5, r.owner.ID: 3, zhang.Member.ID: 0})
		save(t, db, r, pointer(li.Member.ID, 4), pointer(zhang.Member.ID, 1), pointer(r.owner.ID, 7))
		read(map[incident.UserID]incident.Seq{li.Member.ID: 5, r.owner.ID: 7, zhang.Member.ID: 1})
		if n := count(t, raw(t, cfg), "select count(*) from read_pointers"); n != 3 {
			t.Errorf("%d pointers, want 3", n)
		}
		var many []incident.ReadPointer
		for range 450 { // more than one statement takes
			many = append(many, pointer(incident.UserID(newID()), 1))
		}
		save(t, db, r, append(many, pointer(li.Member.ID, 9))...)
		read(map[incident.UserID]incident.Seq{li.Member.ID: 9, r.owner.ID: 7, zhang.Member.ID: 1})
	})

	promise(t, "UnreadAndMentionsAreCounted", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-11, F-RT-11
		db := Open(t, cfg)
		r := claim(t, db)
		li := member("李四", incident.Editor, r.owner.ID)
		said := func(m incident.Mentions) incident.MessagePosted {
			c := r.message("x")
			c.Message.Mentions = &m
			return c
		}
		byName, byRole := said(incident.Mentions{Users: []incident.UserID{li.Member.ID}}), said(incident.Mentions{Roles: []incident.Role{incident.Editor, incident.Viewer}})
		all, others := said(incident.Mentions{All: true, Roles: []incident.Role{incident.Editor}}), said(incident.Mentions{Roles: []incident.Role{incident.Owner}})
		own := said(incident.Mentions{All: true})
		own.Message.Author = li.Member.Person
		appendAll(t, db, r.batch(li, r.message("plain"), byName, byRole, all, others, own)) // 3, 4, 5 6 7 8, 9
		want := func(asker incident.UserID, read incident.Seq, unread, mentions int) {
			t.Helper()
			room, err := db.Library().Room(t.Context(), r.ID, asker)
			if err != nil {
				t.Fatal(err)
			}
			list, _, err := db.Library().Rooms(t.Context(), incident.RoomQuery{Asker: asker, All: true, Limit: 10})
			if err != nil || len(list) != 1 {
				t.Fatalf("%d rooms (%v), want 1", len(list), err)
			}
			for _, got := range []incident.Room{room, list[0]} {
				if got.Read != read || got.Unread != unread || got.Mentions != mentions {
					t.Errorf("read %d, unread %d, mentions %d, want %d, %d, %d", got.Read, got.Unread, got.Mentions, read, unread, mentions)
				}
			}
		}
		me := li.Member.ID
		want(me, 0, 5, 3)
		want(r.owner.ID, 0, 1, 1)
		want(person("stranger").ID, 0, 0, 0)
		save(t, db, r, incident.ReadPointer{User: me, Seq: 5, At: now()})
		want(me, 5, 3, 2)
		appendAll(t, db, r.batch(
			incident.MessageEdited{MessageID: byRole.Message.ID, Text: "y"}, // calls nobody any more
			incident.MessageEdited{MessageID: others.Message.ID, Text: "y", Mentions: &incident.Mentions{Users: []incident.UserID{me}}},
			incident.MessageDeleted{MessageID: all.Message.ID},
		))
		want(me, 5, 2, 1)
		appendAll(t, db, r.batch(incident.RoleChanged{Person: li.Member.Person, From: incident.Editor, To: incident.Owner}))
		want(me, 5, 2, 1)
		save(t, db, r, incident.ReadPointer{User: me, Seq: r.Head, At: now()})
		want(me, r.Head, 0, 0)
		appendAll(t, db, r.says(incident.MaxUnread+10))
		want(me, r.Head-incident.MaxUnread-10, incident.MaxUnread, 0)
	})

	promise(t, "TheListPassesOverMessagesThatSayNothing", fresh, func(t *testing.T, cfg storage.Config) { // F-RM-02
		db := Open(t, cfg)
		r := claim(t, db)
		m := r.message("newest")
		moved := r.message("") // a change of status without a reason
		moved.Message.Type = incident.StatusUpdate
		appendAll(t, db, r.batch(r.message("older"), m, incident.MessageDeleted{MessageID: m.Message.ID}, moved))
		room, err := db.Library().Room(t.Context(), r.ID, r.owner.ID)
		if err != nil || room.LastMessage != "older" {
			t.Errorf("last message %q (%v)", room.LastMessage, err)
		}
	})
}
