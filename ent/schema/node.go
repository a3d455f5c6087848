package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Node is a process of the cluster and its lease. A row that is gone means that
// the process may own no room any more. No other table refers to it: a claim
// reads it, and who left a room behind is no longer here.
type Node struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Node) Annotations() []schema.Annotation { return table("nodes") }

// Fields implements [ent.Interface]. Times are the database's own.
func (Node) Fields() []ent.Field {
	return []ent.Field{
		key("id"),
		short("address", 255),
		short("version", 64),
		short("zone", 64),
		field.Time("started_at").Immutable(),
		field.Time("renewed_at"),
		field.Time("expires_at"),
		field.Bool("draining"),
		field.Text("unreachable").Comment("ids of nodes as JSON"),
		field.Text("figures").Comment("incident.Figures as JSON"),
	}
}
