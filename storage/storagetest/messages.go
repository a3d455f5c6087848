package storagetest

import (
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testMessages(t *testing.T, fresh Fresh) {
	promise(t, "MessagesReadAsTheyWereSaid", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-04
		db := Open(t, cfg)
		r := claim(t, db)
		text, reply, ref := r.message("\"主軸\" \\ {過熱} NULL\nsecond"), r.message("是"), r.message("主軸.jpg")
		reply.Message.ReplyTo = text.Message.ID
		ref.Message.Type, ref.Message.ClientMsgID = incident.FileRef, ""
		ref.Message.Ref = &incident.Reference{FileID: incident.FileID(newID()), Filename: `"a\b".pdf`, Kind: incident.Document, Size: 12}
		b := r.batch(text, member("李四", incident.Editor, r.owner.ID), reply, ref)
		appendAll(t, db, b)
		got, head, more, err := db.Library().Messages(t.Context(), r.ID, incident.MessageQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "messages", got, []incident.Message{messageOf(b, 0), messageOf(b, 2), messageOf(b, 3)})
		if head != 6 || more {
			t.Errorf("head %d, more %v, want 6 and false", head, more)
		}
	})

	promise(t, "MessagesAreReadInPages", fresh, func(t *testing.T, cfg storage.Config) { // F-RT-10
		db := Open(t, cfg)
		r, other := claim(t, db), claim(t, db)
		appendAll(t, db, r.says(3), other.says(4))
		appendAll(t, db, r.batch(member("李四", incident.Editor, r.owner.ID))) // seq 6 is no message
		appendAll(t, db, r.says(3))                                          // messages are 3 4 5, 7 8 9
		for name, c := range map[string]struct {
			q    incident.MessageQuery
			want []incident.Seq
			more bool
		}{
			"newest":             {incident.MessageQuery{Limit: 2}, []incident.Seq{8, 9}, true},
			"newest, all":        {incident.MessageQuery{Limit: 6}, []incident.Seq{3, 4, 5, 7, 8, 9}, false},
			"before":             {incident.MessageQuery{Before: 8, Limit: 3}, []incident.Seq{4, 5, 7}, true},
			"before, to the end": {incident.MessageQuery{Before: 5, Limit: 2}, []incident.Seq{3, 4}, false},
			"before the first":   {incident.MessageQuery{Before: 3, Limit: 2}, nil, false},
			"after":              {incident.MessageQuery{After: 4, Limit: 2}, []incident.Seq{5, 7}, true},
			"after, to the end":  {incident.MessageQuery{After: 7, Limit: 2}, []incident.Seq{8, 9}, false},
			"after the last":     {incident.MessageQuery{After: 9, Limit: 2}, nil, false},
			"forward from zero":  {incident.MessageQuery{Forward: true, Limit: 2}, []incident.Seq{3, 4}, true},
		} {
			msgs, head, more, err := db.Library().Messages(t.Context(), r.ID, c.q)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var got []incident.Seq
			for _, m := range msgs {
				got = append(got, m.Seq)
			}
			same(t, name, got, c.want)
			if head != 9 || more != c.more {
				t.Errorf("%s: head %d, more %v, want 9 and %v", name, head, more, c.more)
			}
		}
	})
}

func messageOf(b incident.Batch, i int) incident.Message {
	return b.Events[i].Change.(incident.MessagePosted).Message
}
