package httpapi

import (
	"context"
	"errors"
	"time"

	"taskreporter/incident"
)

const (
	// maxPreface bounds what comes before a file's first byte: the other fields
	// and all headers of the parts.
	maxPreface = 64 << 10
	// cleanupTime is how long the traces of a failed upload may take to remove,
	// after the request itself may be over.
	cleanupTime = 15 * time.Second
)

// UploadFile implements POST …/files: admitted by the room, streamed into the
// store, then recorded with its event and its message, or not at all
// (F-UP-01, F-UP-15, F-UP-16, F-UP-24).
func (s *Server) UploadFile(ctx context.Context, req UploadFileRequestObject) (UploadFileResponseObject, error) {
	f, err := s.upload(ctx, req)
	if err != nil {
		uploadsTotal.WithLabelValues(string(refusalOf(err).kind)).Inc()
		return nil, err
	}
	uploadsTotal.WithLabelValues("stored").Inc()
	uploadBytes.Add(float64(f.Size))
	location := filePath(f.RoomID, f.ID)
	return UploadFile201JSONResponse{Body: toFile(ctx, s.links, f), Headers: UploadFile201ResponseHeaders{Location: &location}}, nil
}

func (s *Server) upload(ctx context.Context, req UploadFileRequestObject) (incident.File, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActUpload)
	if err != nil {
		return incident.File{}, err
	}
	form, err := requestOf(ctx).upload.findFile(req.Body)
	if err != nil {
		return incident.File{}, err
	}
	up, err := s.rooms.BeginUpload(ctx, v.Principal, v.room, form.filename, form.size)
	if err != nil {
		return incident.File{}, err
	}
	f, err := s.receive(ctx, up, form)
	if err != nil {
		return incident.File{}, err
	}
	f.Description = form.description
	return s.finish(ctx, v.Principal, up, f)
}

// receive stores the bytes. Whatever stops it, a panic included, the bytes and the
// place in the room are given back.
func (s *Server) receive(ctx context.Context, up incident.Upload, form *formFile) (f incident.File, err error) {
	stored := false
	defer func() {
		if !stored {
			s.giveUp(ctx, up)
		}
	}()
	f, err = s.evidence.Receive(ctx, up, form)
	if form.fault != nil {
		return f, form.fault // the store only saw that reading failed
	}
	if err == nil {
		stored = true
	}
	return f, err
}

// finish records a stored file. A client that hangs up now changes nothing: the
// bytes are here.
func (s *Server) finish(ctx context.Context, p incident.Principal, up incident.Upload, f incident.File) (incident.File, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.RequestTimeout)
	defer cancel()
	f, err := s.rooms.FinishUpload(ctx, p, f)
	if err == nil {
		return f, nil
	}
	// A commit whose outcome is unknown may have happened: bytes of a recorded
	// file must never be removed.
	unknown := errors.Is(err, incident.ErrOutcomeUnknown) || ctx.Err() != nil
	recorded, lookup := s.recorded(ctx, up)
	switch {
	case lookup == nil:
		return recorded, nil
	case incident.KindOf(lookup) == incident.NotFound && !unknown:
		s.giveUp(ctx, up)
	default:
		s.log.Warn("upload left for the sweeper", "room_id", string(up.RoomID), "file_id", string(up.FileID), "err", err)
	}
	return incident.File{}, err
}

func (s *Server) recorded(ctx context.Context, up incident.Upload) (incident.File, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	return s.library.File(ctx, up.RoomID, up.FileID)
}

// giveUp removes an upload's bytes and frees its place.
func (s *Server) giveUp(ctx context.Context, up incident.Upload) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	err := s.evidence.Discard(ctx, up)
	if err != nil {
		s.log.Warn("bytes of a failed upload left for the sweeper", "room_id", string(up.RoomID), "file_id", string(up.FileID), "err", err)
	}
	s.rooms.AbortUpload(ctx, up, err == nil)
}
