package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Audit is the append-only trail (F-SE-05). A trigger refuses updates and
// deletes; its key sorts by time.
type Audit struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Audit) Annotations() []schema.Annotation { return table("audit") }

// Fields implements [ent.Interface].
func (Audit) Fields() []ent.Field {
	return []ent.Field{
		key("audit_id"),
		field.Time("at").Immutable(),
		field.Text("user_id").Immutable().Comment("empty for an unknown user"),
		field.Text("user_name").Immutable(),
		field.String("act").SchemaType(varchar(40)).Immutable(),
		field.Text("target").Immutable(),
		field.Text("from_addr").Immutable(),
		field.String("outcome").SchemaType(varchar(10)).Immutable(),
		field.Text("request_id").Immutable(),
	}
}

// Indexes implements [ent.Interface].
func (Audit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("act", "id").StorageKey("audit_act"),
		index.Fields("user_id", "id").StorageKey("audit_user"),
	}
}
