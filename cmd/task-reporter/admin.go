package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"taskreporter/auth"
	"taskreporter/incident"
	"taskreporter/storage"
)

// listedUsers is how many accounts are read at once.
const listedUsers = 500

// AdminCmd is what an administrator does from a shell on the server, also while
// the server runs. Whoever may read its configuration may do it.
type AdminCmd struct {
	User        UserCmd        `cmd:"" help:"Accounts."`
	Session     SessionCmd     `cmd:"" help:"Where accounts are signed in."`
	Token       TokenCmd       `cmd:"" help:"API tokens."`
	Room        RoomCmd        `cmd:"" help:"Rooms."`
	Retention   RetentionCmd   `cmd:"" help:"When archived rooms end."`
	Storage     StorageCmd     `cmd:"" help:"Files and the object store."`
	Audit       AuditCmd       `cmd:"" help:"The audit trail."`
	ClusterCert ClusterCertCmd `cmd:"" help:"Make certificates for the nodes of a cluster."`
}

// UserCmd groups what is done with accounts.
type UserCmd struct {
	Add      UserAddCmd      `cmd:"" help:"Make an account and print its id."`
	List     UserListCmd     `cmd:"" help:"List the accounts: id, role, on or off, user name, name."`
	Change   UserChangeCmd   `cmd:"" help:"Disable or enable an account or change its role, and end its sessions."`
	Password UserPasswordCmd `cmd:"" help:"Set an account's password and end its sessions."`
}

// UserAddCmd makes an account.
type UserAddCmd struct {
	Username string              `required:"" help:"Name to sign in with."`
	Name     string              `required:"" help:"Name that others see."`
	Role     incident.SystemRole `default:"USER" enum:"USER,AUDITOR,ADMIN" help:"USER, AUDITOR or ADMIN."`
	Password passwordFlag        `embed:""`
}

// Run prints nothing but the new id on standard output (F-AU-02).
func (u *UserAddCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		password, err := u.Password.read(c.In)
		if err != nil {
			return err
		}
		made, err := auth.NewLocal(db.Accounts()).Add(ctx, u.Username, u.Name, u.Role, password)
		if err != nil {
			return err
		}
		u.Password.tell(c.Err, made.Username, password)
		_, err = fmt.Fprintln(c.Out, made.ID)
		return errors.Join(err, record(ctx, db, "user_added", "user "+string(made.ID)))
	})
}

// UserListCmd lists the accounts.
type UserListCmd struct{}

// Run prints a line for each account, by name.
func (UserListCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
		for q := (incident.AccountQuery{Limit: listedUsers}); ; {
			users, err := db.Library().Accounts(ctx, q, time.Now())
			if err != nil {
				return err
			}
			for _, u := range users {
				state := "on"
				if u.Disabled {
					state = "off"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.ID, u.System, state, u.Username, u.Name)
				q.After = u.Username
			}
			if len(users) < q.Limit {
				return w.Flush()
			}
		}
	})
}

// UserChangeCmd changes an account.
type UserChangeCmd struct {
	Username string               `required:"" help:"Name to sign in with."`
	Role     *incident.SystemRole `enum:"USER,AUDITOR,ADMIN" help:"USER, AUDITOR or ADMIN."`
	Disable  bool                 `xor:"state" help:"Nobody signs in with it any more."`
	Enable   bool                 `xor:"state" help:"The opposite."`
}

// Run prints nothing. Open sockets end when the server next looks, as by
// [UserPasswordCmd]. The last administrator who may sign in stays one.
func (u *UserChangeCmd) Run(ctx context.Context, cfg *Config, c console) error {
	change := incident.AccountChange{System: u.Role}
	if u.Disable || u.Enable {
		change.Disabled = &u.Disable
	}
	if change == (incident.AccountChange{}) {
		return errors.New("say what to change: --role, --disable or --enable")
	}
	return withGate(ctx, cfg, c, func(db *storage.DB, gate *auth.Gate) error {
		a, err := named(ctx, db, u.Username)
		if err != nil {
			return err
		}
		_, err = gate.ChangeAccount(ctx, fromShell(), a.ID, change)
		return err
	})
}

// UserPasswordCmd sets a password.
type UserPasswordCmd struct {
	Username string       `required:"" help:"Name to sign in with."`
	Password passwordFlag `embed:""`
}

// Run prints nothing on standard output. The account's sessions end at once; its
// open sockets when the server next looks, within a minute or so.
func (u *UserPasswordCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		password, err := u.Password.read(c.In)
		if err != nil {
			return err
		}
		changed, err := auth.NewLocal(db.Accounts()).SetPassword(ctx, u.Username, password)
		if incident.KindOf(err) == incident.NotFound {
			return fmt.Errorf("there is no account %q", u.Username)
		}
		if err != nil {
			return err
		}
		u.Password.tell(c.Err, changed.Username, password)
		return record(ctx, db, "password_set", "user "+string(changed.ID))
	})
}

// passwordFlag says where a password comes from. There is no flag for the
// password itself: other users of the machine could read it.
type passwordFlag struct {
	PasswordStdin bool `help:"Read the password from the first line of standard input; else make a random one and print it once on standard error."`
}

func (f passwordFlag) read(in io.Reader) (string, error) {
	if !f.PasswordStdin {
		return auth.RandomPassword(), nil
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// tell prints a password that was made here.
func (f passwordFlag) tell(w io.Writer, username, password string) {
	if !f.PasswordStdin {
		fmt.Fprintf(w, "Password of %s, shown only once: %s\n", username, password)
	}
}

// named finds an account by its user name.
func named(ctx context.Context, db *storage.DB, username string) (incident.User, error) {
	u, err := db.Accounts().Named(ctx, username)
	if incident.KindOf(err) == incident.NotFound {
		return u, fmt.Errorf("there is no account %q", username)
	}
	return u, err
}

// withDatabase runs f on a database that has today's schema.
func withDatabase(ctx context.Context, cfg *Config, c console, f func(*storage.DB) error) error {
	sc := cfg.storage(c.Err)
	steps, err := storage.MigrationStatus(ctx, sc)
	if err != nil {
		return err
	}
	for _, s := range steps {
		if !s.Applied {
			return fmt.Errorf("the database lacks %s: run task-reporter migrate up", s.Name)
		}
	}
	db, err := storage.Open(ctx, sc)
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.Close())
}

// record audits what was done from a shell (F-SE-05).
func record(ctx context.Context, db *storage.DB, act, target string) error {
	err := db.Audit().Record(ctx, fromShell().Did(act, target))
	if err == nil {
		seal(ctx, db)
	}
	return err
}

// fromShell is who acts from a shell.
func fromShell() incident.Principal {
	who := "shell"
	if u, err := user.Current(); err == nil {
		who += ": " + u.Username
	}
	return incident.Principal{Person: incident.Person{Name: who}, From: "shell"}
}

// seal seals what was audited: maybe no server runs that would. If it cannot, the next
// server does.
func seal(ctx context.Context, db *storage.DB) { _, _, _ = db.Audit().Seal(ctx) }
