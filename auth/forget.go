package auth

import (
	"context"
	"log/slog"
	"time"
)

const (
	forgetEvery = 15 * time.Minute
	// remembered is how long a session that is over is kept: a refresh token that comes
	// back in that time is told from one that never was.
	remembered = 24 * time.Hour
)

// Run forgets sessions, tokens and attempts that are long over, until ctx ends.
func (g *Gate) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		n, err := g.forget(ctx)
		if err != nil && ctx.Err() == nil {
			log.Warn("old sessions not removed; tried again later", "err", err)
		}
		if n > 0 {
			log.Info("old sessions removed", "sessions", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (g *Gate) forget(ctx context.Context) (int, error) {
	now := g.now()
	return g.store.Forget(ctx, now.Add(-remembered), now.Add(-g.config.FailureWindow))
}
