package storage

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"taskreporter/incident"
)

// How often a server seals, and when it writes the head to its log, where it is out
// of reach for who can write to the database.
const (
	sealEvery   = 2 * time.Second
	sealTimeout = 30 * time.Second // of a pass, also of the last one
	tellEvery   = 24 * time.Hour
	tellSeals   = 10_000
)

// Sealer seals the trail while a server runs.
type Sealer struct {
	audit *Audit
	log   *slog.Logger
	now   func() time.Time

	mu    sync.Mutex
	head  incident.AuditSeal
	told  incident.AuditSeal
	at    time.Time // when it was told
	again bool      // the last pass failed
}

// Sealer returns one that has not begun.
func (a *Audit) Sealer() *Sealer { return &Sealer{audit: a, log: a.db.log, now: a.db.now} }

// Run seals every few seconds until ctx ends.
func (s *Sealer) Run(ctx context.Context) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		s.pass(ctx, false)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Finish seals what came last and writes the head to the log. Nothing runs any more
// that writes rows.
func (s *Sealer) Finish(ctx context.Context) { s.pass(ctx, true) }

// Head returns the newest seal that this node knows of.
func (s *Sealer) Head() incident.AuditSeal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.head
}

// pass seals what waits. What fails is made up for by the next pass, here or on
// another node.
func (s *Sealer) pass(ctx context.Context, last bool) {
	ctx, cancel := context.WithTimeout(ctx, sealTimeout)
	defer cancel()
	_, head, err := s.audit.Seal(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		if ctx.Err() == nil && !s.again { // once, not every few seconds
			s.log.Warn("audit trail not sealed", "err", err)
		}
		s.again = true
		return
	}
	s.again = false
	if head.Seq < s.head.Seq || head.Seq == s.head.Seq && head != s.head {
		s.log.Error("audit trail lost its newest seals: run admin audit verify",
			"seq", head.Seq, "noted_seq", s.head.Seq, "noted_hash", s.head.Hash.String())
	}
	s.head = head
	if due := s.at.IsZero() || last || s.now().Sub(s.at) >= tellEvery || head.Seq-s.told.Seq >= tellSeals; due && head != s.told {
		s.told, s.at = head, s.now()
		s.log.Info("audit trail sealed", "seq", head.Seq, "hash", head.Hash.String())
	}
}
