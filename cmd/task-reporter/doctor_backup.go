package main

import (
	"context"
	"fmt"
	"time"

	"taskreporter/storage"
)

// backupWarns is how old the newest backup of an installation may be that has had
// one: a weekly one, and a day.
const backupWarns = 8 * 24 * time.Hour

// backups looks when the last backup was made. An installation without any may be
// backed up by other means: nothing is said of it.
func (d *doctor) backups(ctx context.Context, i *storage.Inspection) []diagnosis {
	last, err := i.LastBackup(ctx)
	switch {
	case err != nil:
		return []diagnosis{broken(cause(err).Error(), "Ask the database again.")}
	case last.IsZero():
		return nil
	}
	found := fmt.Sprintf("the last one is of %s", last.Format(time.RFC3339))
	if d.now().Sub(last) > backupWarns {
		return []diagnosis{warn(found, "Is its timer on, and does it succeed? systemctl list-timers, journalctl -u task-reporter-backup.")}
	}
	return []diagnosis{well("%s", found)}
}
