package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ListFiles implements GET …/files (F-DL-02).
func (s *Server) ListFiles(ctx context.Context, req ListFilesRequestObject) (ListFilesResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	q, err := fileQuery(req.Params)
	if err != nil {
		return nil, err
	}
	q.Quarantined = v.seesQuarantine()
	limit := q.Limit
	q.Limit++ // one more than asked tells whether there is a next page
	files, total, err := s.library.Files(ctx, v.room, q)
	if err != nil {
		return nil, err
	}
	page := ListFiles200JSONResponse{Total: total, Limit: limit, Offset: q.Offset}
	if len(files) > limit {
		files = files[:limit]
		last := files[limit-1]
		page.NextCursor = optional(writeCursor(last.UploadedAt, string(last.ID)))
	}
	page.Files = each(files, func(f incident.File) File { return toFile(ctx, s.links, f) })
	return page, nil
}

func fileQuery(params ListFilesParams) (q incident.FileQuery, err error) {
	if params.Kind != nil {
		if !params.Kind.Valid() {
			return q, incident.E(incident.Invalid, readParameter, "kind must be image, document or log.")
		}
		q.Kind = incident.FileKind(*params.Kind)
	}
	if params.Offset != nil && params.Cursor != nil {
		return q, incident.E(incident.Invalid, readParameter, "Give offset or cursor, not both.")
	}
	if params.Cursor != nil {
		at, id, err := readCursor(*params.Cursor)
		if err != nil {
			return q, err
		}
		q.Before = &incident.FileCursor{At: at, ID: incident.FileID(id)}
	}
	if q.Limit, err = within("limit", params.Limit, 50, 1, 200); err != nil {
		return q, err
	}
	q.Offset, err = within("offset", params.Offset, 0, 0, 1_000_000)
	return q, err
}

// GetFile implements GET …/files/{file_id} (F-DL-01).
func (s *Server) GetFile(ctx context.Context, req GetFileRequestObject) (GetFileResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	f, err := s.file(ctx, v.room, req.FileId)
	if err != nil {
		return nil, err
	}
	if f.Scan == incident.ScanInfected && !v.seesQuarantine() {
		return nil, incident.E(incident.NotFound, "find file", "The virus scanner found something in this file. It is in quarantine.")
	}
	return GetFile200JSONResponse(toFile(ctx, s.links, f)), nil
}

// seesQuarantine reports whether the asker may know the names of files in which the
// virus scanner found something (F-UP-31).
func (v visit) seesQuarantine() bool {
	return v.role == incident.Owner || v.Admin()
}

// DeleteFile implements DELETE …/files/{file_id} (F-DL-03).
func (s *Server) DeleteFile(ctx context.Context, req DeleteFileRequestObject) (DeleteFileResponseObject, error) {
	reason, err := incident.CleanDeleteReason(given(req.Params.Reason))
	if err != nil {
		return nil, err
	}
	if err := checkID("room_id", req.RoomId); err != nil {
		return nil, err
	}
	if err := checkID("file_id", req.FileId); err != nil {
		return nil, err
	}
	// Whose file it is decides which act this is. Nothing is told of it before.
	f, missing := s.library.File(ctx, incident.RoomID(req.RoomId), incident.FileID(req.FileId))
	if missing != nil && incident.KindOf(missing) != incident.NotFound {
		return nil, missing
	}
	acts := []incident.Act{incident.ActDeleteOwnFile, incident.ActDeleteAnyFile}
	if missing == nil && f.Uploader.ID != requestOf(ctx).principal.ID {
		acts = acts[1:]
	}
	v, err := s.enterToDelete(ctx, req.RoomId, reason, acts...)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		return nil, missing
	}
	if err := s.rooms.DeleteFile(ctx, v.Principal, v.room, f.ID, reason); err != nil {
		return nil, err
	}
	return DeleteFile204Response{}, nil
}

// file returns a file that is shown; a deleted one is not found.
func (s *Server) file(ctx context.Context, room incident.RoomID, id FileID) (incident.File, error) {
	const op = "find file"
	if err := checkID("file_id", id); err != nil {
		return incident.File{}, err
	}
	f, err := s.library.File(ctx, room, incident.FileID(id))
	if err != nil {
		return incident.File{}, err
	}
	if f.DeletedAt != nil {
		return incident.File{}, incident.E(incident.NotFound, op, "This file was deleted.")
	}
	return f, nil
}
