package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// RetentionPolicy is a version of the retention policy; the newest is in force, and the
// others say what was in force before (F-FU-02).
type RetentionPolicy struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (RetentionPolicy) Annotations() []schema.Annotation { return table("retention_policies") }

// Fields implements [ent.Interface].
func (RetentionPolicy) Fields() []ent.Field {
	return []ent.Field{
		number("version"),
		field.Text("days").Immutable().Comment("by severity, as JSON"),
		field.Time("changed_at").Immutable(),
		field.Text("changed_by").Immutable().Comment("empty for a shell"),
		field.Text("changed_by_name").Immutable(),
	}
}

// RoomHold keeps a room from being purged. Who places one has locked the room's row.
type RoomHold struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (RoomHold) Annotations() []schema.Annotation { return table("room_holds") }

// Fields implements [ent.Interface].
func (RoomHold) Fields() []ent.Field {
	return []ent.Field{
		key("room_id"),
		field.Time("at").Immutable(),
		field.Text("placed_by").Immutable().Comment("empty for a shell"),
		field.Text("placed_by_name").Immutable(),
		field.Text("reason").Immutable(),
	}
}

// Tombstone is what is kept of a room that was purged.
type Tombstone struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Tombstone) Annotations() []schema.Annotation { return table("tombstones") }

// Fields implements [ent.Interface].
func (Tombstone) Fields() []ent.Field {
	return []ent.Field{
		key("room_id"),
		short("number", 20),
		short("severity", 10),
		field.Time("declared_at").Immutable(),
		field.Time("archived_at").Immutable(),
		field.Time("purged_at").Immutable(),
		field.Time("removed_at").Optional().Nillable().Comment("when the last row and object went"),
		short("state", 10),
		field.Text("purged_by").Immutable().Comment("empty for a shell"),
		field.Text("purged_by_name").Immutable(),
		field.Text("reason").Immutable(),
		field.Int("policy").Immutable().Comment("version of the policy that took it; 0: a person did"),
		field.Int64("events").Immutable(),
		field.Int64("messages").Immutable(),
		field.Int64("files").Immutable(),
		field.Int64("bytes").Immutable(),
		field.String("log_hash").SchemaType(varchar(64)).Immutable().Comment("SHA-256 in hex of the whole log"),
	}
}

// Indexes implements [ent.Interface].
func (Tombstone) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("purged_at").StorageKey("tombstones_newest"),
		index.Fields("state", "purged_at").StorageKey("tombstones_state"),
	}
}
