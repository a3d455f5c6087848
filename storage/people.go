package storage

import (
	"context"
	"time"

	"github.com/google/uuid"

	"taskreporter/ent"
	"taskreporter/ent/user"
	"taskreporter/incident"
)

// Arrive makes or brings up to date the account of a directory's person, whom the
// directory has shown at now. A changed system role ends their sessions, whose ids
// it returns. A user name that a local account has is incident.Conflict; one that
// somebody else of the directory had before is theirs no more.
func (a *Accounts) Arrive(ctx context.Context, p incident.DirectoryPerson, now time.Time) (u incident.User, ended []incident.SessionID, err error) {
	const op = "arrive"
	for range 2 { // two first logins at once: the second finds what the first made
		err = a.db.inTx(ctx, op, func(tx *ent.Tx) error {
			u, ended, err = arrive(ctx, tx, p, incident.Now(now))
			return err
		})
		if !isDuplicate(err) {
			break
		}
	}
	return u, ended, err
}

func arrive(ctx context.Context, tx *ent.Tx, p incident.DirectoryPerson, now time.Time) (incident.User, []incident.SessionID, error) {
	key := usernameKey(p.Username)
	known, err := tx.User.Query().Where(user.DirectoryKey(p.Key)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return incident.User{}, nil, err
	}
	if known == nil || known.UsernameKey != key {
		if err := freeName(ctx, tx, key); err != nil {
			return incident.User{}, nil, err
		}
	}
	if known == nil {
		row, err := tx.User.Create().SetID(uuid.Must(uuid.NewV7()).String()).SetDirectoryKey(p.Key).SetCheckedAt(now).
			SetUsername(p.Username).SetUsernameKey(key).SetName(p.Name).SetSystemRole(string(p.System)).
			SetDisabled(false).SetCreatedAt(now).Save(ctx)
		if err != nil {
			return incident.User{}, nil, err
		}
		return toUser(row), nil, nil
	}
	var ended []incident.SessionID
	if known.SystemRole != string(p.System) {
		if ended, err = endSessions(ctx, tx, incident.UserID(known.ID), now); err != nil {
			return incident.User{}, nil, err
		}
	}
	row, err := known.Update().SetCheckedAt(now).SetUsername(p.Username).SetUsernameKey(key).
		SetName(p.Name).SetSystemRole(string(p.System)).Save(ctx)
	if err != nil {
		return incident.User{}, nil, err
	}
	return toUser(row), ended, nil
}

// freeName takes a user name from who had it in the directory before. Their account
// stays, with a name that nobody can type.
func freeName(ctx context.Context, tx *ent.Tx, key string) error {
	holder, err := tx.User.Query().Where(user.UsernameKey(key)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil
	case err != nil:
		return err
	case holder.DirectoryKey == nil:
		return incident.E(incident.Conflict, "arrive", "A local account has this user name. An administrator must rename one of them.")
	}
	return holder.Update().SetUsernameKey("\n" + holder.ID).Exec(ctx)
}

// Unchecked returns up to limit of a directory's people who are signed in at now and
// about whom the directory was last asked before since, and notes that it is being
// asked: no two callers get the same.
func (a *Accounts) Unchecked(ctx context.Context, since, now time.Time, limit int) ([]incident.DirectoryPerson, error) {
	rows, err := a.db.write.QueryContext(ctx, `update users set checked_at = $2
		where directory_key is not null and (checked_at is null or checked_at <= $1) and user_id in (
			select s.user_id from sessions s join users u on u.user_id = s.user_id
			where s.ended_at is null and s.expires_at > $2
				and u.directory_key is not null and (u.checked_at is null or u.checked_at <= $1)
			order by u.checked_at limit $3)
		returning directory_key`, incident.Now(since), incident.Now(now), limit)
	if err != nil {
		return nil, fail("find people to check", err)
	}
	var keys []string
	if err := scanAll(rows, &keys); err != nil {
		return nil, fail("find people to check", err)
	}
	found, err := a.db.write.User.Query().Where(user.DirectoryKeyIn(keys...)).Order(user.ByID()).All(ctx)
	list := make([]incident.DirectoryPerson, len(found))
	for i, row := range found {
		list[i] = incident.DirectoryPerson{Key: *row.DirectoryKey, Username: row.Username, Name: row.Name, System: incident.SystemRole(row.SystemRole)}
	}
	return list, fail("find people to check", err)
}

// PeopleOf returns the accounts of those of a directory's people who have one, by
// their keys.
func (a *Accounts) PeopleOf(ctx context.Context, keys []string) (map[string]incident.User, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := a.db.read.User.Query().Where(user.DirectoryKeyIn(keys...)).All(ctx)
	people := make(map[string]incident.User, len(rows))
	for _, row := range rows {
		people[*row.DirectoryKey] = toUser(row)
	}
	return people, fail("find people", err)
}

// PersonOf returns the account of a directory's person, or incident.NotFound.
func (a *Accounts) PersonOf(ctx context.Context, key string) (incident.User, error) {
	row, err := a.db.write.User.Query().Where(user.DirectoryKey(key)).Only(ctx)
	if err != nil {
		return incident.User{}, fail("find person", err)
	}
	return toUser(row), nil
}
