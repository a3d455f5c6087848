package chaos

import (
	"context"
	"log/slog"
	"time"
)

// Smoke kills one node and drains another under a light load, half a minute in
// all: enough to see that a build keeps its promises, and no measurement. Able
// tells beforehand whether this machine can.
func Smoke(ctx context.Context, program, postgresBin, minio string, log *slog.Logger) (Report, error) {
	return Run(ctx, Config{
		Program: program, PostgresBin: postgresBin, MinIO: minio, Log: log,
		Faults: []string{"kill", "drain"}, Duration: 15 * time.Second, Seed: 1,
		Nodes: 3, Rooms: 3, Sockets: 15, Rate: 30,
	})
}
