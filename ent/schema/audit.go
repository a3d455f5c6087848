package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Audit is the append-only trail (F-SE-05). Triggers refuse updates and deletes,
// and queue every new row to be sealed; its key sorts by time.
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
		index.Fields("from_addr", "id").StorageKey("audit_address"),
		index.Fields("at").StorageKey("audit_time"),
	}
}

// AuditSeal is a link of the chain that makes changes to the trail show. The numbers
// have no gap. A trigger refuses updates and deletes.
type AuditSeal struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (AuditSeal) Annotations() []schema.Annotation { return table("audit_seals") }

// Fields implements [ent.Interface].
func (AuditSeal) Fields() []ent.Field {
	numbered := false // the sealer numbers
	return []ent.Field{
		field.Int64("id").StorageKey("seq").Immutable().Annotations(entsql.Annotation{Incremental: &numbered}),
		id("audit_id"), // refers to no row: one that is gone leaves its seal
		field.String("hash").SchemaType(varchar(64)).Immutable().Comment("SHA-256 in hex of the hash before and of the row"),
	}
}

// Indexes implements [ent.Interface].
func (AuditSeal) Indexes() []ent.Index {
	return []ent.Index{index.Fields("audit_id").Unique().StorageKey("audit_seals_row")}
}

// AuditUnsealed holds the ids of the rows of audit that have no seal yet.
type AuditUnsealed struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (AuditUnsealed) Annotations() []schema.Annotation { return table("audit_unsealed") }

// Fields implements [ent.Interface].
func (AuditUnsealed) Fields() []ent.Field { return []ent.Field{key("audit_id")} }
