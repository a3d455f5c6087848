package intake

import (
	"context"
	"time"

	"taskreporter/incident"
)

const (
	// straightAtOnce bounds how many files of a node lie in temporary files.
	straightAtOnce = 16
	// briskTime is how long the first [PartSize] bytes may take on a line that is
	// trusted to bring the rest soon.
	briskTime = time.Second
	// straightTime is how long a file may come without any of it being stored for
	// good: what it brings in that time is sent again when the node dies.
	straightTime = 10 * time.Second
	// silentTime is how long nothing may come of it: then what is there is stored for
	// good, before the line or the node is gone, too.
	silentTime = time.Second
)

// straight brings a file that comes whole in one request, over a line that is fast
// enough, to its place without parts: it is stored once instead of twice. f is nil
// when the chunk must go by parts instead, where it can, from its first byte on;
// err is why there will never be a file.
func (in *Intake) straight(ctx context.Context, p incident.Principal, up incident.Upload, s *spool) (f *incident.File, err error) {
	begun := in.now()
	if kept, _ := s.wait(min(PartSize, up.Size)-1, begun.Add(briskTime)); kept < min(PartSize, up.Size) {
		return nil, nil
	}
	file, err := in.finish(ctx, p, up, func(ctx context.Context) (incident.File, error) {
		defer in.stage(receiveSeconds)()
		return in.bytes.Bring(ctx, up, &swift{spool: s, until: begun.Add(straightTime)})
	})
	switch {
	case err == nil:
		return &file, nil
	case mayPass(err):
		in.log.Debug("an upload goes by parts after all", "room_id", string(up.RoomID), "file_id", string(up.FileID), "err", err)
		return nil, nil
	}
	return nil, err
}

// goesStraight reports whether a chunk may bring a whole file at once.
func goesStraight(up incident.Upload, c incident.Chunk) bool {
	return up.Received() == 0 && c.Length == up.Size && c.Sum == nil
}
