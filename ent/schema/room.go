package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Room is one incident with its head and its owner (F-DB-01).
type Room struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Room) Annotations() []schema.Annotation { return table("incident_rooms") }

// Fields implements [ent.Interface].
func (Room) Fields() []ent.Field {
	return []ent.Field{
		key("room_id"),
		short("number", 20),
		short("title", 200),
		short("incident_type", 20),
		short("severity", 10),
		short("status", 20),
		short("site", 80),
		short("line", 80),
		short("station", 80),
		short("equipment", 80),
		short("lot", 80),
		field.Text("description"),
		field.Bool("line_stopped"),
		field.Int("units_at_risk"),
		field.Strings("tags").Optional(),
		optional("template_id", 36),
		field.Int("template_version").Optional().Nillable(),
		id("created_by"),
		field.Text("created_by_name"),
		maybe("assignee_id", 36),
		field.Text("assignee_name").Default(""),
		field.Text("resolution").Default(""),
		field.Text("root_cause").Default(""),
		field.Text("waiver").Default(""),
		maybe("duplicate_of", 36),
		field.Time("declared_at"),
		field.Time("acknowledged_at").Optional().Nillable(),
		field.Time("contained_at").Optional().Nillable(),
		field.Time("resolved_at").Optional().Nillable(),
		field.Time("closed_at").Optional().Nillable(),
		field.Time("archived_at").Optional().Nillable(),
		field.Time("last_activity_at"),
		field.Int("version"),
		field.Int64("last_seq").Comment("seq of the newest event"),
		field.Int64("epoch").Comment("activations so far; only the newest may append"),
		field.String("owner").SchemaType(varchar(64)).Comment("node of the newest activation"),
	}
}

// Edges implements [ent.Interface].
func (Room) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("members", RoomMember.Type),
		edge.To("files", RoomFile.Type),
		edge.To("uploads", Upload.Type),
	}
}

// Indexes implements [ent.Interface]: what retention looks for.
func (Room) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("archived_at").StorageKey("incident_rooms_archived").
			Annotations(entsql.IndexWhere("archived_at IS NOT NULL")),
	}
}

// ofRoom ties a row to its room.
func ofRoom(ref string) ent.Edge {
	return edge.From("room", Room.Type).Ref(ref).Field("room_id").Unique().Required().Immutable()
}

// RoomNumber counts the rooms declared in a year.
type RoomNumber struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (RoomNumber) Annotations() []schema.Annotation { return table("room_numbers") }

// Fields implements [ent.Interface].
func (RoomNumber) Fields() []ent.Field {
	return []ent.Field{
		number("year"),
		field.Int("last"),
	}
}

// RoomMember is one person's place in one room.
type RoomMember struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (RoomMember) Annotations() []schema.Annotation { return table("room_members") }

// Fields implements [ent.Interface].
func (RoomMember) Fields() []ent.Field {
	return []ent.Field{
		key("user_id"),
		id("room_id"),
		field.Text("name"),
		short("role", 10),
		id("added_by"),
		field.Time("added_at"),
	}
}

// Edges implements [ent.Interface].
func (RoomMember) Edges() []ent.Edge { return []ent.Edge{ofRoom("members")} }

// Indexes implements [ent.Interface].
func (RoomMember) Indexes() []ent.Index {
	return []ent.Index{index.Fields("id").StorageKey("room_members_user")}
}

// RoomEvent is one entry of a room's log. It has no foreign key: the fence that
// lets it in has just locked the room, and a check per row costs more than the row.
type RoomEvent struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (RoomEvent) Annotations() []schema.Annotation { return table("room_events") }

// Fields implements [ent.Interface].
func (RoomEvent) Fields() []ent.Field {
	return []ent.Field{
		number("seq"),
		id("room_id"),
		field.Int64("epoch").Immutable(),
		field.String("type").SchemaType(varchar(20)).Immutable(),
		id("author_id"),
		field.Text("author_name").Immutable(),
		optional("client_msg_id", 64),
		field.Time("at").Immutable(),
		field.Text("body").Immutable().Comment("the change as JSON"),
		field.Bool("redacted").Default(false).Comment("of a deleted message: its text is not read any more"),
	}
}

// Indexes implements [ent.Interface].
func (RoomEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("room_id", "author_id", "client_msg_id").Unique().
			StorageKey("room_events_sent").
			Annotations(entsql.IndexWhere("client_msg_id IS NOT NULL")),
	}
}

// ReadPointer says up to where a member has read.
type ReadPointer struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (ReadPointer) Annotations() []schema.Annotation { return table("read_pointers") }

// Fields implements [ent.Interface].
func (ReadPointer) Fields() []ent.Field {
	return []ent.Field{
		key("user_id"),
		id("room_id"),
		field.Int64("seq"),
		field.Time("at"),
	}
}

// ChecklistItem is one thing to do in a room.
type ChecklistItem struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (ChecklistItem) Annotations() []schema.Annotation { return table("checklist_items") }

// Fields implements [ent.Interface].
func (ChecklistItem) Fields() []ent.Field {
	return []ent.Field{
		number("item_id"),
		id("room_id"),
		field.Text("text_zh").Immutable(),
		field.Text("text_en").Immutable(),
		field.Time("done_at").Optional().Nillable(),
		maybe("done_by", 36),
		field.Text("done_by_name").Default(""),
	}
}
