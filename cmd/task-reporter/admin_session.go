package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"taskreporter/auth"
	"taskreporter/incident"
	"taskreporter/storage"
)

// SessionCmd groups what is done with sessions.
type SessionCmd struct {
	List SessionListCmd `cmd:"" help:"List where an account is signed in: id, begun, last used, ends, address, browser."`
	End  SessionEndCmd  `cmd:"" help:"End a session, or all sessions and API tokens of an account."`
}

// SessionListCmd lists an account's sessions.
type SessionListCmd struct {
	Username string `required:"" help:"Name to sign in with."`
}

// Run prints a line for each session that lives, newest first (F-AU-03).
func (s *SessionListCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		u, err := named(ctx, db, s.Username)
		if err != nil {
			return err
		}
		list, err := db.Accounts().Sessions(ctx, u.ID, time.Now())
		if err != nil {
			return err
		}
		return table(c.Out, list, func(s incident.Session) []any {
			return []any{s.ID, stamp(s.CreatedAt), stamp(s.UsedAt), stamp(s.EndsAt), s.From, fmt.Sprintf("%q", s.UserAgent)}
		})
	})
}

// SessionEndCmd ends sessions.
type SessionEndCmd struct {
	ID       incident.SessionID `name:"id" xor:"whose" required:"" help:"The session's id."`
	Username string             `xor:"whose" required:"" help:"Name to sign in with: all of theirs, API tokens too."`
}

// Run prints nothing. Open sockets end when the server next looks, within a minute or so.
func (s *SessionEndCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withGate(ctx, cfg, c, func(db *storage.DB, gate *auth.Gate) error {
		if s.ID != "" {
			return gate.Revoke(ctx, fromShell(), s.ID, "")
		}
		u, err := named(ctx, db, s.Username)
		if err != nil {
			return err
		}
		_, err = gate.RevokeAll(ctx, fromShell(), u.ID)
		return err
	})
}

// TokenCmd groups what is done with API tokens.
type TokenCmd struct {
	Add    TokenAddCmd    `cmd:"" help:"Make an API token of an account and print it, once."`
	List   TokenListCmd   `cmd:"" help:"List an account's API tokens: id, made, last used, ends, scopes, name."`
	Revoke TokenRevokeCmd `cmd:"" help:"End an API token."`
}

// TokenAddCmd makes an API token.
type TokenAddCmd struct {
	Username string   `required:"" help:"Account in whose name it acts."`
	Name     string   `required:"" help:"What it is for."`
	Scopes   []string `default:"read" help:"read, and write, and admin for what only an office allows; separated by commas."`
	Days     int      `default:"90" help:"How many days it works, at most 366."`
}

// Run prints nothing but the token on standard output (F-AU-10).
func (a *TokenAddCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withGate(ctx, cfg, c, func(db *storage.DB, gate *auth.Gate) error {
		u, err := named(ctx, db, a.Username)
		if err != nil {
			return err
		}
		if u.Disabled {
			return fmt.Errorf("the account %q is disabled", a.Username)
		}
		scopes, err := incident.ParseScopes(a.Scopes)
		if err != nil {
			return err
		}
		secret, _, err := gate.MakeToken(ctx, fromShell(), u, a.Name, scopes, time.Duration(a.Days)*24*time.Hour)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.Out, secret)
		return err
	})
}

// TokenListCmd lists an account's API tokens.
type TokenListCmd struct {
	Username string `required:"" help:"Name to sign in with."`
}

// Run prints a line for each token that works, newest first.
func (l *TokenListCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		u, err := named(ctx, db, l.Username)
		if err != nil {
			return err
		}
		list, err := db.Accounts().Tokens(ctx, u.ID, time.Now())
		if err != nil {
			return err
		}
		return table(c.Out, list, func(t incident.Token) []any {
			return []any{t.ID, stamp(t.CreatedAt), stamp(t.UsedAt), stamp(t.EndsAt), t.Scopes, fmt.Sprintf("%q", t.Name)}
		})
	})
}

// TokenRevokeCmd ends an API token.
type TokenRevokeCmd struct {
	ID incident.SessionID `name:"id" required:"" help:"The token's id."`
}

// Run prints nothing. Open sockets end when the server next looks, within a minute or so.
func (r *TokenRevokeCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withGate(ctx, cfg, c, func(_ *storage.DB, gate *auth.Gate) error {
		return gate.RevokeToken(ctx, fromShell(), r.ID, "")
	})
}

// RoomCmd groups what is done with rooms.
type RoomCmd struct {
	List    RoomListCmd    `cmd:"" help:"List rooms, newest activity first: id, number, status, severity, activity, title."`
	Hold    RoomHoldCmd    `cmd:"" help:"Keep a room from being purged, whatever the retention policy."`
	Release RoomReleaseCmd `cmd:"" help:"Release a room from its hold."`
}

// RoomListCmd lists rooms.
type RoomListCmd struct {
	Text   string            `help:"Part of number, title, description, line, station or equipment."`
	Status []incident.Status `help:"Only these, separated by commas."`
	Limit  int               `default:"50" help:"At most so many."`
	Offset int               `help:"Leave out so many."`
}

// Run prints a line for each room and, on standard error, how many match.
func (l *RoomListCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		q := incident.RoomQuery{All: true, Text: l.Text, Statuses: l.Status, Limit: l.Limit, Offset: l.Offset}
		rooms, total, err := db.Library().Rooms(ctx, q)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.Err, "%d of %d\n", len(rooms), total)
		return table(c.Out, rooms, func(r incident.Room) []any {
			return []any{r.ID, r.Number, r.Status, r.Severity, stamp(r.LastActivity), fmt.Sprintf("%q", r.Title)}
		})
	})
}

// withGate runs f with the gate of a database that has today's schema, and seals what it
// audits. The gate knows no sockets.
func withGate(ctx context.Context, cfg *Config, c console, f func(*storage.DB, *auth.Gate) error) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		gate, err := auth.New(cfg.AuthConfig(), db.Accounts(), auth.NewLocal(db.Accounts()), nil, time.Now)
		if err != nil {
			return err
		}
		err = f(db, gate)
		if err == nil {
			seal(ctx, db)
		}
		return err
	})
}

// table prints a line for each thing, in columns. Texts that people chose are quoted by
// the caller: they may hold anything.
func table[T any](w io.Writer, list []T, columns func(T) []any) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, one := range list {
		for i, column := range columns(one) {
			if i > 0 {
				fmt.Fprint(out, "\t")
			}
			fmt.Fprint(out, column)
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

// stamp writes a time; "-" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}
