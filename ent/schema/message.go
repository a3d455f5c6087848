package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Message is what somebody said, as it reads now. No foreign key, as for RoomEvent.
type Message struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Message) Annotations() []schema.Annotation { return table("messages") }

// Fields implements [ent.Interface].
func (Message) Fields() []ent.Field {
	return []ent.Field{
		key("message_id"),
		id("room_id"),
		field.Int64("seq").Immutable(),
		id("author_id"),
		field.Text("author_name").Immutable(),
		field.String("message_type").SchemaType(varchar(20)).Immutable(),
		field.Text("text"),
		field.Text("metadata").Optional().Nillable().Comment("reference to a file as JSON"),
		optional("reply_to", 36),
		optional("client_msg_id", 64),
		field.Time("at").Immutable(),
		field.Text("status_change").Optional().Nillable().Immutable().Comment("the move that wrote it, as JSON"),
		field.Text("mentions").Optional().Nillable().Comment("whom it calls, as JSON"),
		field.Int("edits").Default(0),
		field.Time("edited_at").Optional().Nillable(),
		field.Time("deleted_at").Optional().Nillable().Comment("a tombstone: its text is empty"),
		maybe("deleted_by", 36),
		field.Text("deleted_by_name").Default(""),
		field.Time("pinned_at").Optional().Nillable(),
		maybe("pinned_by", 36),
		field.Text("pinned_by_name").Default(""),
	}
}

// Indexes implements [ent.Interface].
func (Message) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("room_id", "seq").Unique().StorageKey("messages_seq"),
		index.Fields("room_id", "seq").StorageKey("messages_pinned").
			Annotations(entsql.IndexWhere("pinned_at IS NOT NULL")),
	}
}

// MessageEdit says which event brought a version of a message.
type MessageEdit struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (MessageEdit) Annotations() []schema.Annotation { return table("message_edits") }

// Fields implements [ent.Interface].
func (MessageEdit) Fields() []ent.Field {
	return []ent.Field{
		key("message_id"),
		id("room_id"),
		field.Int64("seq").Immutable(),
	}
}

// Reaction is one person's emoji under a message.
type Reaction struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Reaction) Annotations() []schema.Annotation { return table("reactions") }

// Fields implements [ent.Interface].
func (Reaction) Fields() []ent.Field {
	return []ent.Field{
		key("message_id"),
		id("room_id"),
		field.String("emoji").SchemaType(varchar(32)).Immutable(),
		id("user_id"),
		field.Text("user_name").Immutable(),
		field.Int64("seq").Immutable().Comment("of its event: who reacted first stands first"),
		field.Time("at").Immutable(),
	}
}

// Mention is one that a message calls, for counting.
type Mention struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Mention) Annotations() []schema.Annotation { return table("mentions") }

// Fields implements [ent.Interface].
func (Mention) Fields() []ent.Field {
	return []ent.Field{
		number("seq"),
		id("room_id"),
		field.String("target").SchemaType(varchar(45)).Immutable().Comment("a user id, role:EDITOR, or * for all"),
	}
}
