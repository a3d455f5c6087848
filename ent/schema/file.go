package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// RoomFile is a stored piece of evidence; names, types and lengths are F-DB-02's.
type RoomFile struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (RoomFile) Annotations() []schema.Annotation { return table("room_files") }

// Fields implements [ent.Interface].
func (RoomFile) Fields() []ent.Field {
	return []ent.Field{
		key("file_id"),
		id("room_id"),
		short("uploader_id", 255),
		field.Text("uploader_name"),
		short("filename", 255),
		short("file_type", 20),
		short("mime_type", 100),
		field.Int64("file_size"),
		short("minio_bucket", 100),
		short("minio_object_path", 500),
		field.Text("description"),
		short("sha256", 64),
		field.Int("width"),
		field.Int("height"),
		short("scan_state", 20),
		field.Time("uploaded_at"),
		field.Int64("seq").Default(0).Comment("of its event"),
		field.Time("deleted_at").Optional().Nillable(),
	}
}

// Edges implements [ent.Interface].
func (RoomFile) Edges() []ent.Edge { return []ent.Edge{ofRoom("files")} }

// Indexes implements [ent.Interface]: F-DB-03, and what waits for its scan.
func (RoomFile) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("room_id", "uploaded_at").
			StorageKey("room_files_newest").
			Annotations(entsql.DescColumns("uploaded_at")),
		index.Fields("uploader_id").StorageKey("room_files_uploader"),
		index.Fields("scan_state", "uploaded_at").StorageKey("room_files_scan"),
	}
}

// Upload is a file on its way: admitted, and not yet an event.
type Upload struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Upload) Annotations() []schema.Annotation { return table("uploads") }

// Fields implements [ent.Interface].
func (Upload) Fields() []ent.Field {
	return []ent.Field{
		key("file_id"),
		id("room_id"),
		id("user_id"),
		field.Text("user_name"),
		short("filename", 255),
		short("file_type", 20),
		short("mime_type", 100),
		field.Int64("max_size").Comment("bytes that the kind allows"),
		field.Int64("file_size").Comment("bytes announced"),
		short("object_path", 500),
		field.Time("started_at"),
		field.Text("description").Default(""),
		field.String("sha256").SchemaType(varchar(64)).Default("").Comment("as the sender counted it"),
		field.Bool("resumable").Default(false),
		field.Int64("received").Default(0).Comment("bytes in parts"),
		field.Text("parts").Default("[]").Comment("JSON, in order"),
		field.Time("touched_at").Optional().Nillable().Comment("when the newest part arrived"),
		field.Time("held_until").Optional().Nillable().Comment("until when somebody finishes it"),
		field.Time("finished_at").Optional().Nillable().Comment("recorded; its parts wait for removal"),
	}
}

// Edges implements [ent.Interface].
func (Upload) Edges() []ent.Edge { return []ent.Edge{ofRoom("uploads")} }

// Indexes implements [ent.Interface].
func (Upload) Indexes() []ent.Index {
	return []ent.Index{index.Fields("started_at").StorageKey("uploads_started")}
}
