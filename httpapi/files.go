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
		page.NextCursor = optional(writeCursor(incident.FileCursor{At: last.UploadedAt, ID: last.ID}))
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
	if q.Before, err = readCursor(params.Cursor); err != nil {
		return q, err
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
	return GetFile200JSONResponse(toFile(ctx, s.links, f)), nil
}

// DeleteFile implements DELETE …/files/{file_id} (F-DL-03). Whose file it is, the
// room knows.
func (s *Server) DeleteFile(ctx context.Context, req DeleteFileRequestObject) (DeleteFileResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActDeleteOwnFile)
	if err != nil {
		return nil, err
	}
	if err := checkID("file_id", req.FileId); err != nil {
		return nil, err
	}
	if err := s.rooms.DeleteFile(ctx, v.Principal, v.room, incident.FileID(req.FileId)); err != nil {
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
