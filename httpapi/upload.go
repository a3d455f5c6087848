package httpapi

import (
	"context"

	"taskreporter/incident"
)

// maxPreface bounds what comes before a file's first byte: the other fields and all
// headers of the parts.
const maxPreface = 64 << 10

// UploadFile implements POST …/files: admitted by the room, streamed into the
// store, then recorded with its event and its message, or not at all
// (F-UP-01, F-UP-15, F-UP-16, F-UP-24).
func (s *Server) UploadFile(ctx context.Context, req UploadFileRequestObject) (UploadFileResponseObject, error) {
	f, err := s.upload(ctx, req)
	if err != nil {
		uploadsTotal.WithLabelValues(string(refusalOf(err).kind)).Inc()
		return nil, err
	}
	countUpload(f)
	location := filePath(f.RoomID, f.ID)
	return UploadFile201JSONResponse{Body: toFile(ctx, s.links, f), Headers: UploadFile201ResponseHeaders{Location: &location}}, nil
}

func countUpload(f incident.File) {
	uploadsTotal.WithLabelValues("stored").Inc()
	uploadBytes.Add(float64(f.Size))
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
	n := incident.NewUpload{Filename: form.filename, Size: form.size, Description: form.description}
	f, err := s.uploads.Take(ctx, v.Principal, v.room, n, form)
	if form.fault != nil {
		return f, form.fault // whoever read it only saw that reading failed
	}
	return f, err
}
