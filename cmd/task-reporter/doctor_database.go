package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

const (
	// Tokens and links say until when they are good: clocks that differ shorten or
	// lengthen that, and tokens of a node that is far ahead are refused by others.
	clockWarns = time.Second
	clockFails = 30 * time.Second

	oldestPostgres = 15
	leastFreeShare = 0.10 // of a database's connections
	newestSeals    = 200  // of the audit trail that are compared with their rows
)

// database looks at the database without changing it.
func (d *doctor) database(ctx context.Context, tell func(...diagnosis)) {
	var (
		i     *storage.Inspection
		state storage.ServerState
	)
	first := check(ctx, "database", checkLimit, one(func(ctx context.Context) diagnosis {
		cfg := d.cfg.storage(io.Discard)
		cfg.Now = d.now
		made, err := storage.Inspect(ctx, cfg)
		if err == nil {
			if state, err = made.Server(ctx); err != nil {
				_ = made.Close()
			}
		}
		at := DatabaseURL(d.cfg.DatabaseURL()).String()
		switch {
		case incident.KindOf(err) == incident.NotFound:
			return warn("there is no "+at+" yet", "The first start makes it. If there was a start, TASK_REPORTER_DATA_DIR or TASK_REPORTER_DATABASE_URL names another place.")
		case err != nil && strings.HasPrefix(at, "sqlite"):
			return broken(fmt.Sprintf("%s: %v", at, cause(err)), "Look at the file's owner and rights. If it is spoiled, stop the server, keep a copy, and restore the last backup.")
		case err != nil:
			return broken(fmt.Sprintf("%s: %v", at, cause(err)), "Is it running? Are address, name and password in TASK_REPORTER_DATABASE_URL right, and does the firewall let this machine in?")
		}
		said := judgeServer(state, at)
		if said.State == stateFailed {
			_ = made.Close()
		} else {
			i = made
		}
		return said
	}))
	tell(first...)
	// A check that was left behind has failed, and may still write to i.
	if first[0].State == stateFailed || i == nil {
		return
	}
	defer func() { _ = i.Close() }()
	d.insideDatabase(ctx, i, state, tell)
}

func judgeServer(s storage.ServerState, at string) diagnosis {
	switch {
	case !s.Postgres && s.Journal != "wal":
		return warn(fmt.Sprintf("SQLite, %s, with the journal %s", at, s.Journal), "The next start turns WAL on.")
	case !s.Postgres:
		return well("SQLite %s, %s", s.Version, at)
	case s.Major < oldestPostgres:
		return broken(fmt.Sprintf("PostgreSQL %s at %s", s.Version, at), fmt.Sprintf("Update it to PostgreSQL %d or newer.", oldestPostgres))
	case s.Standby:
		return broken("a standby, which cannot be written, at "+at, "Name the primary in TASK_REPORTER_DATABASE_URL, or promote this one.")
	case s.Encoding != "UTF8":
		return broken(fmt.Sprintf("the database's encoding is %s, at %s", s.Encoding, at), "Make the database anew with encoding 'UTF8' template template0, and restore into it.")
	}
	return well("PostgreSQL %s, %s, at %s", s.Version, s.Encoding, at)
}

func (d *doctor) insideDatabase(ctx context.Context, i *storage.Inspection, s storage.ServerState, tell func(...diagnosis)) {
	if s.Postgres {
		tell(check(ctx, "database_durability", checkLimit, one(func(context.Context) diagnosis { return judgeDurability(s) }))...)
		tell(check(ctx, "database_connections", checkLimit, one(func(context.Context) diagnosis { return d.judgeConnections(s) }))...)
		tell(check(ctx, "database_clock", checkLimit, one(func(ctx context.Context) diagnosis {
			ahead, within, err := i.Ahead(ctx)
			if err != nil {
				return broken(cause(err).Error(), "Ask the database again.")
			}
			return judgeClock("the database's", ahead, within)
		}))...)
	}
	schema := check(ctx, "database_schema", checkLimit, one(func(ctx context.Context) diagnosis {
		steps, newer, err := i.Pending(ctx)
		switch {
		case err != nil:
			return broken(cause(err).Error(), "Has the role the right to read its tables?")
		case newer:
			return broken("a newer version of this program has migrated the database", "Run that version; to go back, restore a backup from before.")
		case len(steps) > 0:
			return broken("steps that the schema lacks: "+strings.Join(steps, ", "), "Make a backup, then start the server or run task-reporter migrate up.")
		}
		return well("as this program needs it")
	}))
	tell(schema...)
	if schema[0].State == stateOK {
		tell(check(ctx, "audit_trail", readLimit, func(ctx context.Context) []diagnosis { return lookAtTrail(ctx, i) })...)
		tell(check(ctx, "backup", checkLimit, func(ctx context.Context) []diagnosis { return d.backups(ctx, i) })...)
	}
	if !s.Postgres {
		tell(check(ctx, "database_file", readLimit, one(func(ctx context.Context) diagnosis {
			switch faults, err := i.Integrity(ctx); {
			case ctx.Err() != nil:
				return warn(fmt.Sprintf("reading it all takes longer than %s", readLimit), "Run sqlite3 FILE 'pragma integrity_check' on a copy.")
			case err != nil:
				return broken(cause(err).Error(), "Stop the server, keep a copy of the file, and restore the last backup.")
			case faults != "":
				return broken(faults, "Stop the server, keep a copy of the file, and restore the last backup; then look at the disk.")
			}
			return well("whole")
		}))...)
	}
}

func judgeDurability(s storage.ServerState) diagnosis {
	switch {
	case !s.Fsync:
		return broken("fsync is off: a power cut destroys the database", "Set fsync = on in postgresql.conf, and reload.")
	case s.Commit == "off":
		return broken("synchronous_commit is off: what was acknowledged can be lost", "Set synchronous_commit = on for the server, the database and the role.")
	}
	return well("fsync on, synchronous_commit %s", s.Commit)
}

func (d *doctor) judgeConnections(s storage.ServerState) diagnosis {
	found := fmt.Sprintf("%d of %d in use", s.Used, s.Most)
	const advice = "Raise max_connections, or lower TASK_REPORTER_DATABASE_CONNECTIONS (docs/operations.md, PostgreSQL)."
	if free := s.Most - s.Used; float64(free) < leastFreeShare*float64(s.Most) {
		return warn(found, advice)
	}
	if need := d.cfg.Database.Connections + 1; s.Most < need {
		return warn(fmt.Sprintf("%s, but this server alone may want %d", found, need), advice)
	}
	return well("%s", found)
}

// judgeClock says whether another clock is as this machine's.
func judgeClock(whose string, ahead, within time.Duration) diagnosis {
	apart := max(ahead.Abs()-within, 0)
	found := fmt.Sprintf("%s clock is %s ahead of this machine's", whose, ahead.Round(time.Millisecond))
	if ahead < 0 {
		found = fmt.Sprintf("%s clock is %s behind this machine's", whose, ahead.Abs().Round(time.Millisecond))
	}
	const advice = "Let both follow the same time servers (chrony, systemd-timesyncd)."
	switch {
	case apart > clockFails:
		return broken(found, advice)
	case apart > clockWarns:
		return warn(found, advice)
	}
	return well("%s", found)
}

func lookAtTrail(ctx context.Context, i *storage.Inspection) []diagnosis {
	a, err := i.Audit(ctx, newestSeals)
	if err != nil {
		return []diagnosis{broken(cause(err).Error(), "Run task-reporter admin audit verify.")}
	}
	var list []diagnosis
	if len(a.Faults) > 0 {
		f := a.Faults[0]
		list = append(list, broken(fmt.Sprintf("seal %d: %s", f.Seq, faults[f.Kind]), "Run task-reporter admin audit verify, and find out who could write to the database."))
	}
	if a.Overdue {
		list = append(list, warn("rows wait for their seal for minutes", "If a server runs, its log says why it does not seal; else the next start does it."))
	}
	if len(list) == 0 {
		list = append(list, well("the newest %d rows are what they were when they were sealed", a.Looked))
	}
	return list
}
