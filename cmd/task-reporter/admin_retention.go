package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

// RetentionCmd groups what is done with the retention of rooms (F-FU-02).
type RetentionCmd struct {
	Show       RetentionShowCmd       `cmd:"" help:"Print the policy in force: severity, days in the archive."`
	Set        RetentionSetCmd        `cmd:"" help:"Change the policy."`
	Preview    RetentionPreviewCmd    `cmd:"" help:"Print what the policy would purge now; changes nothing."`
	Run        RetentionRunCmd        `cmd:"" help:"Purge archived rooms now. It cannot be undone."`
	Tombstones RetentionTombstonesCmd `cmd:"" help:"Print what is left of purged rooms, newest first."`
}

// RetentionShowCmd prints the policy.
type RetentionShowCmd struct{}

// Run prints a line for each severity.
func (RetentionShowCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		p, err := db.Retention().Policy(ctx)
		if err != nil {
			return err
		}
		return table(c.Out, incident.Severities, func(s incident.Severity) []any {
			if days, ok := p.Days[s]; ok {
				return []any{s, days}
			}
			return []any{s, "for ever"}
		})
	})
}

// RetentionSetCmd changes the policy.
type RetentionSetCmd struct {
	Low      *int `placeholder:"DAYS" help:"Days in the archive of rooms of severity LOW, 30 or more; 0 keeps them for ever. Without the flag they stay as they are."`
	Medium   *int `placeholder:"DAYS" help:"The same for MEDIUM."`
	High     *int `placeholder:"DAYS" help:"The same for HIGH."`
	Critical *int `placeholder:"DAYS" help:"The same for CRITICAL."`
}

// Run prints nothing. Servers purge what is due under the new policy from the next minute
// on.
func (s *RetentionSetCmd) Run(ctx context.Context, cfg *Config, c console) error {
	flags := map[incident.Severity]*int{incident.Low: s.Low, incident.Medium: s.Medium, incident.High: s.High, incident.Critical: s.Critical}
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		p, err := db.Retention().Policy(ctx)
		if err != nil {
			return err
		}
		days, given := map[incident.Severity]int{}, false
		for _, severity := range incident.Severities {
			n, kept := p.Days[severity]
			if flag := flags[severity]; flag != nil {
				n, kept, given = *flag, *flag != 0, true
			}
			if kept {
				days[severity] = n
			}
		}
		if !given {
			return errors.New("say what to change: --low, --medium, --high or --critical")
		}
		p.Days = days
		if err := p.Check(); err != nil {
			return err
		}
		if _, err := db.Retention().SetPolicy(ctx, fromShell(), p); err != nil {
			return err
		}
		seal(ctx, db)
		return nil
	})
}

// RetentionPreviewCmd is the dry run.
type RetentionPreviewCmd struct {
	Held   bool `help:"The rooms that a hold keeps instead of those that would go."`
	Limit  int  `default:"50" help:"At most so many."`
	Offset int  `help:"Leave out so many."`
}

// Run prints id, number, severity, when archived, events, files, bytes and title of each
// room, the longest archived first, and the sums on standard error.
func (r *RetentionPreviewCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		policy, err := db.Retention().Policy(ctx)
		if err != nil {
			return err
		}
		p, err := db.Retention().Preview(ctx, incident.RetentionQuery{Policy: policy, Now: time.Now(), Held: r.Held, Limit: r.Limit, Offset: r.Offset})
		if err != nil {
			return err
		}
		fmt.Fprintf(c.Err, "would go: rooms %d, files %d, bytes %d; on hold: rooms %d\n", p.Due, p.Files, p.Bytes, p.Held)
		return table(c.Out, p.Rooms, func(room incident.RetentionCandidate) []any {
			line := []any{room.Room, room.Number, room.Severity, stamp(room.ArchivedAt), room.Events, room.Files, room.Bytes, fmt.Sprintf("%q", room.Title)}
			if room.Hold != nil {
				line = append(line, fmt.Sprintf("%q", room.Hold.Reason))
			}
			return line
		})
	})
}

// RetentionRunCmd purges rooms.
type RetentionRunCmd struct {
	Reason string            `required:"" help:"Why; it is kept."`
	Room   []incident.RoomID `placeholder:"ID" help:"This archived room, whatever the policy; may be repeated. Without it, what the policy makes due, up to --limit."`
	Limit  int               `default:"50" help:"At most so many of those that are due."`
}

// Run prints id, number, events, files and bytes of each room that it purged, and on
// standard error those that it spared. A server, running or started later, removes their
// rows and objects.
func (r *RetentionRunCmd) Run(ctx context.Context, cfg *Config, c console) error {
	reason, err := incident.NormalizeReason("purge rooms", r.Reason)
	if err != nil {
		return err
	}
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		var (
			purged []incident.Tombstone
			spared []incident.Spared
			err    error
		)
		if len(r.Room) == 0 {
			purged, spared, err = purger(db, cfg, c).PurgeDue(ctx, fromShell(), reason, r.Limit)
		} else {
			purged, spared, err = purger(db, cfg, c).Purge(ctx, r.Room, incident.PurgeCause{By: fromShell(), Reason: reason, Now: time.Now()})
		}
		seal(ctx, db)
		for _, s := range spared {
			fmt.Fprintf(c.Err, "spared %s: %s\n", s.Room, incident.DetailOf(s.Err))
		}
		err = errors.Join(err, table(c.Out, purged, func(t incident.Tombstone) []any {
			return []any{t.Room, t.Number, t.Events, t.Files, t.Bytes}
		}))
		if err == nil && len(r.Room) > 0 && len(spared) > 0 {
			err = fmt.Errorf("%d rooms were spared", len(spared))
		}
		return err
	})
}

// RetentionTombstonesCmd lists what is left of purged rooms.
type RetentionTombstonesCmd struct {
	Limit  int `default:"50" help:"At most so many."`
	Offset int `help:"Leave out so many."`
}

// Run prints id, number, state, when purged, by whom, policy, events, files, bytes and
// reason of each, and on standard error how many there are.
func (l *RetentionTombstonesCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		list, total, err := db.Retention().Tombstones(ctx, l.Limit, l.Offset)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.Err, "%d of %d\n", len(list), total)
		return table(c.Out, list, func(t incident.Tombstone) []any {
			return []any{t.Room, t.Number, t.State, stamp(t.PurgedAt), fmt.Sprintf("%q", t.By.Name), t.Policy, t.Events, t.Files, t.Bytes, fmt.Sprintf("%q", t.Reason)}
		})
	})
}

// RoomHoldCmd keeps a room from being purged.
type RoomHoldCmd struct {
	Room   incident.RoomID `arg:"" help:"Its id, as admin room list prints it."`
	Reason string          `required:"" help:"Why; everybody who may read the room sees it."`
}

// Run prints nothing.
func (h *RoomHoldCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return holding(ctx, cfg, c, h.Reason, func(db *storage.DB, reason string) error {
		_, err := db.Retention().Hold(ctx, fromShell(), h.Room, reason)
		return err
	})
}

// RoomReleaseCmd lifts a hold.
type RoomReleaseCmd struct {
	Room   incident.RoomID `arg:"" help:"Its id."`
	Reason string          `required:"" help:"Why; the audit trail keeps it."`
}

// Run prints nothing.
func (h *RoomReleaseCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return holding(ctx, cfg, c, h.Reason, func(db *storage.DB, reason string) error {
		return db.Retention().Release(ctx, fromShell(), h.Room, reason)
	})
}

func holding(ctx context.Context, cfg *Config, c console, reason string, f func(db *storage.DB, reason string) error) error {
	reason, err := incident.NormalizeReason("hold room", reason)
	if err != nil {
		return err
	}
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		if err := f(db, reason); err != nil {
			return err
		}
		seal(ctx, db)
		return nil
	})
}
