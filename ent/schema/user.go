package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// User is an account; one with a password hash is a local account, one with a
// directory key a directory's.
type User struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (User) Annotations() []schema.Annotation { return table("users") }

// Fields implements [ent.Interface].
func (User) Fields() []ent.Field {
	return []ent.Field{
		key("user_id"),
		short("username", 255),
		field.String("username_key").SchemaType(varchar(255)).Unique().
			Comment("user name in the form that is compared"),
		field.Text("name"),
		short("system_role", 10),
		field.Bool("disabled"),
		field.Text("password_hash").Optional().Sensitive(),
		field.String("directory_key").SchemaType(varchar(64)).Optional().Nillable().Unique().
			Comment("the person in the directory, whatever they are called there"),
		field.Time("checked_at").Optional().Nillable().Comment("when the directory was last asked about them"),
		field.Time("created_at").Immutable(),
	}
}

// Edges implements [ent.Interface].
func (User) Edges() []ent.Edge { return []ent.Edge{edge.To("sessions", Session.Type)} }

// ofSession ties a row to its session.
func ofSession(ref string) ent.Edge {
	return edge.From("session", Session.Type).Ref(ref).Field("session_id").Unique().Required().Immutable()
}

// Session is one login of a person, or an API token.
type Session struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Session) Annotations() []schema.Annotation { return table("sessions") }

// Edges implements [ent.Interface].
func (Session) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("refresh_tokens", RefreshToken.Type),
		edge.To("tickets", Ticket.Type),
		edge.To("token", APIToken.Type).Unique(),
		edge.From("user", User.Type).Ref("sessions").Field("user_id").Unique().Required().Immutable(),
	}
}

// Fields implements [ent.Interface].
func (Session) Fields() []ent.Field {
	return []ent.Field{
		key("session_id"),
		id("user_id"),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Comment("moves on with its use"),
		field.Time("ends_at").Optional().Nillable().Immutable().Comment("where expires_at stops; null: it never moves"),
		field.Time("used_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
		field.Text("user_agent").Immutable(),
		field.Text("from_addr").Immutable(),
		field.Int16("scopes").Default(0).Immutable().Comment("of an API token, as bits; 0: a login"),
	}
}

// Indexes implements [ent.Interface].
func (Session) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("user_id").StorageKey("sessions_user"),
		index.Fields("expires_at").StorageKey("sessions_expiry"),
	}
}

// RefreshToken is one link in a session's chain of refresh tokens.
type RefreshToken struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (RefreshToken) Annotations() []schema.Annotation { return table("refresh_tokens") }

// Fields implements [ent.Interface].
func (RefreshToken) Fields() []ent.Field {
	return []ent.Field{
		digest(),
		id("session_id"),
		field.Time("created_at").Immutable(),
		field.Time("used_at").Optional().Nillable(),
	}
}

// Edges implements [ent.Interface].
func (RefreshToken) Edges() []ent.Edge { return []ent.Edge{ofSession("refresh_tokens")} }

// Indexes implements [ent.Interface].
func (RefreshToken) Indexes() []ent.Index {
	return []ent.Index{index.Fields("session_id").StorageKey("refresh_tokens_session")}
}

// Ticket lets a socket in once.
type Ticket struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (Ticket) Annotations() []schema.Annotation { return table("tickets") }

// Fields implements [ent.Interface].
func (Ticket) Fields() []ent.Field {
	return []ent.Field{
		digest(),
		id("session_id"),
		field.Time("expires_at").Immutable(),
	}
}

// Edges implements [ent.Interface].
func (Ticket) Edges() []ent.Edge { return []ent.Edge{ofSession("tickets")} }

// Indexes implements [ent.Interface].
func (Ticket) Indexes() []ent.Index {
	return []ent.Index{index.Fields("expires_at").StorageKey("tickets_expiry")}
}

// APIToken is what proves an API token, and what its person calls it.
type APIToken struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (APIToken) Annotations() []schema.Annotation { return table("api_tokens") }

// Fields implements [ent.Interface].
func (APIToken) Fields() []ent.Field {
	return []ent.Field{
		digest(),
		id("session_id"),
		field.Text("name").Immutable(),
	}
}

// Edges implements [ent.Interface].
func (APIToken) Edges() []ent.Edge { return []ent.Edge{ofSession("token")} }

// LoginAttempt is an attempt to sign in that failed, or is being decided. Account and
// address are digests: what people type there by mistake is not kept.
type LoginAttempt struct{ ent.Schema }

// Annotations implements [ent.Interface].
func (LoginAttempt) Annotations() []schema.Annotation { return table("login_attempts") }

// Fields implements [ent.Interface].
func (LoginAttempt) Fields() []ent.Field {
	return []ent.Field{
		key("attempt_id"),
		field.String("account").SchemaType(varchar(64)).Immutable(),
		field.String("address").SchemaType(varchar(64)).Immutable(),
		field.Time("at").Immutable(),
	}
}

// Indexes implements [ent.Interface].
func (LoginAttempt) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account", "at").StorageKey("login_attempts_account"),
		index.Fields("address", "at").StorageKey("login_attempts_address"),
		index.Fields("at").StorageKey("login_attempts_time"),
	}
}
