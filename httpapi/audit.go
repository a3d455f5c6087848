package httpapi

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"taskreporter/incident"
)

// auditTime is how long an audit row of a request that is already answered may
// take.
const auditTime = 5 * time.Second

// ListAudit implements GET /api/admin/audit (F-SE-05).
func (s *Server) ListAudit(ctx context.Context, req ListAuditRequestObject) (ListAuditResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadAudit); err != nil {
		return nil, err
	}
	p := req.Params
	q, err := auditQuery(ExportAuditParams{
		Act: p.Act, UserId: p.UserId, Target: p.Target, Outcome: (*ExportAuditParamsOutcome)(p.Outcome), Address: p.Address, Since: p.Since, Until: p.Until,
	})
	if err != nil {
		return nil, err
	}
	if id := p.Before; id != nil {
		q.Before = id.String()
	}
	if q.Limit, err = within("limit", p.Limit, 50, 1, 200); err != nil {
		return nil, err
	}
	entries, err := s.audit.Entries(ctx, q)
	if err != nil {
		return nil, err
	}
	return ListAudit200JSONResponse{Entries: each(entries, toAuditEntry)}, nil
}

// auditQuery reads what the list and the export have in common.
func auditQuery(p ExportAuditParams) (q incident.AuditQuery, err error) {
	for _, text := range []struct {
		name  string
		given *string
		into  *string
		chars int
	}{{"act", p.Act, &q.Act, 50}, {"target", p.Target, &q.Target, 200}, {"address", p.Address, &q.From, 100}} {
		if *text.into, err = words(text.name, text.given, text.chars); err != nil {
			return q, err
		}
	}
	if p.UserId != nil {
		q.Who = incident.UserID(p.UserId.String())
	}
	if p.Outcome != nil {
		if !p.Outcome.Valid() {
			return q, incident.E(incident.Invalid, readParameter, "outcome must be ok or refused.")
		}
		q.Outcome = string(*p.Outcome)
	}
	q.Since, q.Until, err = span(p.Since, p.Until)
	return q, err
}

// auditRefusal writes the row of a 403 (F-SE-02). The refusal stands whether or
// not the row can be written, and whether or not the client waits for it. Who is
// nobody writes none: the trail is kept for ever and must not be theirs to fill.
func (s *Server) auditRefusal(c *gin.Context) {
	if requestOf(c).principal.ID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), auditTime)
	defer cancel()
	s.record(ctx, s.entry(ctx, "access_refused", "refused"))
}

// record audits what has happened already; a row that cannot be written is for
// an operator to know.
func (s *Server) record(ctx context.Context, e incident.AuditEntry) {
	if err := s.audit.Record(ctx, e); err != nil {
		s.log.Error("audit row lost", "request_id", e.Request, "act", e.Act, "err", err)
	}
}

// entry is an audit row about the request in ctx: who, from where, and the room
// or the route that it was about.
func (s *Server) entry(ctx context.Context, act, outcome string) incident.AuditEntry {
	r := requestOf(ctx)
	return incident.AuditEntry{
		Who:     r.principal.Person,
		Act:     act,
		Target:  r.target(),
		From:    r.from,
		Outcome: outcome,
		Request: r.id,
	}
}
