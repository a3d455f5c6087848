package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Template gives a new room its type, severity, title, members and checklist
// (F-TP-01, F-TP-02). All
// versions are kept, for the rooms that were made from them.
type Template struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Template) Annotations() []schema.Annotation { return table("templates") }

// Fields implements [ent.Interface].
func (Template) Fields() []ent.Field {
	return []ent.Field{
		key("template_id"),
		field.Int("version").Immutable(),
		field.Int("position").Comment("place in the list"),
		field.Text("name_zh"),
		field.Text("name_en"),
		field.Text("title_zh"),
		field.Text("title_en"),
		short("incident_type", 20),
		short("severity", 10),
		field.Text("members").Default("[]").Comment("incident.TemplateMember as JSON"),
		field.Text("checklist").Default("[]").Comment("incident.ChecklistText as JSON"),
		field.Text("required").Default("[]").Comment("names of fields as JSON"),
		field.Bool("retired").Default(false),
		field.String("made_by").SchemaType(varchar(36)).Default("").Comment("empty for a version that was shipped"),
	}
}
