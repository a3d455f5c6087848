package main

import (
	"context"
	"time"
)

// tidyEvery is how often what crashes and broken lines left of uploads is taken up.
const tidyEvery = 30 * time.Second

// tidy takes it up until ctx ends, at the start for the first time.
func (h *house) tidy(ctx context.Context) {
	ticker := time.NewTicker(tidyEvery)
	defer ticker.Stop()
	for {
		if err := h.intake.Tidy(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("left-over uploads wait for the next pass", "err", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
