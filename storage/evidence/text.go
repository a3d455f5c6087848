package evidence

import (
	"context"

	"taskreporter/incident"
	"taskreporter/storage/content/logtext"
)

// Text implements httpapi.Evidence.
func (l *Locker) Text(ctx context.Context, f incident.File, q incident.TextQuery) (incident.TextPage, error) {
	src, err := l.store.Open(ctx, f.Key)
	if err != nil {
		return incident.TextPage{}, err
	}
	defer src.Close()
	return logtext.Page(src, f.Size, q)
}
