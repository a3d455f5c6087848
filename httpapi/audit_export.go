package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"taskreporter/incident"
)

const (
	exportPage = 500 // rows in memory at once
	// exportPageTime is how long a client may take for a page.
	exportPageTime = time.Minute
)

// ExportAudit implements GET /api/admin/audit/export (F-SE-05). It is audited before
// it happens: without its row nothing is exported.
func (s *Server) ExportAudit(ctx context.Context, req ExportAuditRequestObject) (ExportAuditResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadAudit); err != nil {
		return nil, err
	}
	q, err := auditQuery(req.Params)
	if err != nil {
		return nil, err
	}
	row := s.entry(ctx, "audit_exported", "ok")
	row.Target = "audit trail"
	if chosen := writeQuery(q); chosen != "" {
		row.Target += " " + chosen
	}
	if err := s.audit.Record(ctx, row); err != nil {
		return nil, err
	}
	q.Forward, q.Limit = true, exportPage
	x := auditExport{server: s, request: requestOf(ctx), query: q}
	x.page, err = x.next(ctx) // what fails now is still told as a problem
	return x, err
}

// writeQuery is what a query chooses, for the audit trail.
func writeQuery(q incident.AuditQuery) string {
	chosen := url.Values{}
	for name, value := range map[string]string{
		"act": q.Act, "user_id": string(q.Who), "target": q.Target, "outcome": q.Outcome, "address": q.From,
	} {
		if value != "" {
			chosen.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"since": q.Since, "until": q.Until} {
		if !at.IsZero() {
			chosen.Set(name, at.Format(time.RFC3339Nano))
		}
	}
	return chosen.Encode()
}

// auditExport is an answer that is read from the trail page by page, no faster than
// the client takes it.
type auditExport struct {
	server  *Server
	request *request
	query   incident.AuditQuery
	page    []incident.AuditEntry // read and not sent yet
}

func (x *auditExport) next(ctx context.Context) ([]incident.AuditEntry, error) {
	ctx, cancel := context.WithTimeout(ctx, x.server.config.RequestTimeout)
	defer cancel()
	return x.server.audit.Entries(ctx, x.query)
}

// VisitExportAuditResponse implements the generated interface. An export that breaks
// off must not look whole, so it ends the connection.
func (x auditExport) VisitExportAuditResponse(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Content-Disposition", `attachment; filename="audit-`+x.server.now().UTC().Format("20060102T150405Z")+`.jsonl"`)
	w.WriteHeader(http.StatusOK)
	if err := x.stream(w); err != nil {
		x.server.log.Warn("audit export broke off", "request_id", x.request.id, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (x *auditExport) stream(w http.ResponseWriter) error {
	rc := http.NewResponseController(w)
	liftReadDeadline(rc, x.request.http)
	var lines bytes.Buffer
	for {
		lines.Reset()
		encoder := json.NewEncoder(&lines)
		for _, e := range x.page {
			if err := encoder.Encode(toAuditEntry(e)); err != nil {
				return err
			}
		}
		_ = rc.SetWriteDeadline(time.Now().Add(exportPageTime))
		if _, err := w.Write(lines.Bytes()); err != nil {
			return err
		}
		if err := rc.Flush(); err != nil {
			return err
		}
		if len(x.page) < exportPage {
			return nil
		}
		x.query.After = x.page[len(x.page)-1].ID
		var err error
		if x.page, err = x.next(x.request.http.Context()); err != nil {
			return err
		}
	}
}
