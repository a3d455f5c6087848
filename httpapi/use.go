package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ShowStorage implements GET /api/admin/storage (F-OP-06).
func (s *Server) ShowStorage(ctx context.Context, _ ShowStorageRequestObject) (ShowStorageResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadStorage); err != nil {
		return nil, err
	}
	use, err := s.library.Use(ctx)
	if err != nil {
		return nil, err
	}
	var out ShowStorage200JSONResponse
	for _, kind := range []incident.FileKind{incident.Image, incident.Document, incident.Log} {
		out.Kinds = append(out.Kinds, KindTotal{Kind: FileKind(kind), Files: use.Kinds[kind].Files, Bytes: use.Kinds[kind].Bytes})
	}
	out.Deleted, out.Quarantined = toFileTotal(use.Deleted), toFileTotal(use.Quarantined)
	out.Unfinished.Uploads, out.Unfinished.Bytes = use.Unfinished.Files, use.Unfinished.Bytes
	return out, nil
}

func toFileTotal(t incident.FileTotal) FileTotal { return FileTotal{Files: t.Files, Bytes: t.Bytes} }
