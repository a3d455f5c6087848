package httpapi

import (
	"context"
	"sync"
	"time"
)

// checkTime is how long a readiness check may take before it counts as failing.
const checkTime = 2 * time.Second

// healthEvery is how often the checks are asked for the metrics: about once a scrape.
const healthEvery = 15 * time.Second

// Healthz implements GET /healthz: whoever answers is alive (F-OP-07).
func (s *Server) Healthz(context.Context, HealthzRequestObject) (HealthzResponseObject, error) {
	return Healthz200JSONResponse{Status: HealthStatusOk, Checks: map[string]string{}}, nil
}

// Readyz implements GET /readyz: all checks, at once. What exactly failed is in the
// log; the answer is open to everybody.
func (s *Server) Readyz(ctx context.Context, _ ReadyzRequestObject) (ReadyzResponseObject, error) {
	answer := s.health(ctx)
	if answer.Status == HealthStatusFailing {
		return Readyz503JSONResponse(answer), nil
	}
	return Readyz200JSONResponse(answer), nil
}

// WatchHealth asks all checks now and then, for the metrics, until ctx ends.
func (s *Server) WatchHealth(ctx context.Context) {
	ticker := time.NewTicker(healthEvery)
	defer ticker.Stop()
	for {
		s.health(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) health(ctx context.Context) Health {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	errs := make([]error, len(s.checks))
	var all sync.WaitGroup
	for i, check := range s.checks {
		all.Go(func() { errs[i] = check.Ask(ctx) })
	}
	all.Wait()

	answer := Health{Status: HealthStatusOk, Checks: map[string]string{}}
	for i, check := range s.checks {
		answer.Checks[check.Name] = "ok"
		noteCheck(check.Name, errs[i], s.now())
		if errs[i] != nil {
			answer.Checks[check.Name] = "failing"
			if check.Vital {
				answer.Status = HealthStatusFailing
			}
			s.log.Warn("readiness check failed", "check", check.Name, "vital", check.Vital, "err", errs[i])
		}
	}
	if s.draining.Load() {
		answer.Status, answer.Checks["serving"] = HealthStatusFailing, "draining"
	}
	nodeReady.Set(truth(answer.Status == HealthStatusOk))
	return answer
}
