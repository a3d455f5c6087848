package httpapi

import (
	"context"
	"crypto/md5"  //nolint:gosec // a checksum against damage, as tus names it
	"crypto/sha1" //nolint:gosec // the same
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"taskreporter/incident"
)

// The upload protocol (https://tus.io/protocols/resumable-upload, 1.0.0).
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,termination,expiration,checksum"
	tusMedia      = "application/offset+octet-stream"
	tusUploads    = "uploads" // tag of its operations
	tusAlgorithms = "sha256,sha1,md5"
)

const readTus = "read upload request"

// speakTus names the protocol's version in every answer of its routes, refusals
// included.
func (s *Server) speakTus(c *gin.Context) {
	if op := s.spec.operation(c); op != nil && slices.Contains(op.Tags, tusUploads) {
		c.Header("Tus-Resumable", tusVersion)
		c.Header("Tus-Version", tusVersion)
	}
	c.Next()
}

// DescribeUploads implements OPTIONS …/uploads.
func (s *Server) DescribeUploads(context.Context, DescribeUploadsRequestObject) (DescribeUploadsResponseObject, error) {
	return DescribeUploads204Response{Headers: DescribeUploads204ResponseHeaders{
		TusVersion: optional(tusVersion), TusExtension: optional(tusExtensions),
		TusMaxSize: optional(int64(incident.MaxFileSize)), TusChecksumAlgorithm: optional(tusAlgorithms),
	}}, nil
}

// ListUploads implements GET …/uploads.
func (s *Server) ListUploads(ctx context.Context, req ListUploadsRequestObject) (ListUploadsResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActUpload)
	if err != nil {
		return nil, err
	}
	list, err := s.uploads.Open(ctx, v.Principal, v.room)
	if err != nil {
		return nil, err
	}
	return ListUploads200JSONResponse{Uploads: each(list, func(u incident.Upload) Upload {
		return Upload{
			FileId: string(u.FileID), Filename: u.Filename, FileType: FileKind(u.Type.Kind), FileSize: u.Size,
			UploadOffset: u.Offset(), Sha256: optional(u.SHA256), Description: optional(u.Description),
			StartedAt: u.StartedAt, ExpiresAt: u.Expires(),
		}
	})}, nil
}

// CreateUpload implements POST …/uploads (F-UP-25, F-UP-26).
func (s *Server) CreateUpload(ctx context.Context, req CreateUploadRequestObject) (CreateUploadResponseObject, error) {
	v, err := s.enterUploads(ctx, req.RoomId, req.Params.TusResumable)
	if err != nil {
		return nil, err
	}
	meta, err := readMetadata(req.Params.UploadMetadata)
	if err != nil {
		return nil, err
	}
	at, err := s.uploads.Begin(ctx, v.Principal, v.room, incident.NewUpload{
		Filename: meta["filename"], Size: req.Params.UploadLength, Description: meta["description"], SHA256: meta["sha256"],
	})
	if err != nil {
		uploadsTotal.WithLabelValues(string(refusalOf(err).kind)).Inc()
		return nil, err
	}
	return CreateUpload201Response{Headers: CreateUpload201ResponseHeaders{
		Location:     optional("/api/rooms/" + req.RoomId + "/uploads/" + string(at.ID())),
		UploadOffset: new(at.Offset()), UploadExpires: uploadExpires(at),
	}}, nil
}

// FindUpload implements HEAD …/uploads/{file_id} (F-UP-26).
func (s *Server) FindUpload(ctx context.Context, req FindUploadRequestObject) (FindUploadResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActUpload)
	if err != nil {
		return nil, err
	}
	if err := checkID("file_id", req.FileId); err != nil {
		return nil, err
	}
	at, err := s.uploads.Find(ctx, v.Principal, v.room, incident.FileID(req.FileId))
	if err != nil {
		return nil, err
	}
	return FindUpload200Response{Headers: FindUpload200ResponseHeaders{
		UploadOffset: new(at.Offset()), UploadLength: new(at.Size()), UploadExpires: uploadExpires(at),
		CacheControl: optional("no-store"),
	}}, nil
}

// AppendUpload implements PATCH …/uploads/{file_id} (F-UP-24, F-UP-27).
func (s *Server) AppendUpload(ctx context.Context, req AppendUploadRequestObject) (AppendUploadResponseObject, error) {
	at, err := s.appendUpload(ctx, req)
	if err != nil {
		uploadsTotal.WithLabelValues(string(refusalOf(err).kind)).Inc()
		return nil, err
	}
	if at.File != nil {
		countUpload(*at.File)
	}
	return AppendUpload204Response{Headers: AppendUpload204ResponseHeaders{
		UploadOffset: new(at.Offset()), UploadExpires: uploadExpires(at),
	}}, nil
}

func (s *Server) appendUpload(ctx context.Context, req AppendUploadRequestObject) (incident.Progress, error) {
	v, err := s.enterUploads(ctx, req.RoomId, req.Params.TusResumable)
	if err != nil {
		return incident.Progress{}, err
	}
	if err := checkID("file_id", req.FileId); err != nil {
		return incident.Progress{}, err
	}
	body := requestOf(ctx).upload
	if body.request.Header.Get("Content-Type") != tusMedia {
		return incident.Progress{}, incident.E(incident.Malformed, readTus, "Send chunks with Content-Type: %s.", tusMedia)
	}
	chunk := incident.Chunk{
		Offset: req.Params.UploadOffset, Length: body.request.ContentLength, Body: chunkBody{body}, Stop: body.stop,
	}
	if chunk.Sum, chunk.Want, err = readChecksum(given(req.Params.UploadChecksum)); err != nil {
		return incident.Progress{}, err
	}
	return s.uploads.Append(ctx, v.Principal, v.room, incident.FileID(req.FileId), chunk)
}

// EndUpload implements DELETE …/uploads/{file_id}.
func (s *Server) EndUpload(ctx context.Context, req EndUploadRequestObject) (EndUploadResponseObject, error) {
	v, err := s.enterUploads(ctx, req.RoomId, req.Params.TusResumable)
	if err != nil {
		return nil, err
	}
	if err := checkID("file_id", req.FileId); err != nil {
		return nil, err
	}
	if err := s.uploads.End(ctx, v.Principal, v.room, incident.FileID(req.FileId)); err != nil {
		return nil, err
	}
	return EndUpload204Response{}, nil
}

// enterUploads is the way into a room for requests that speak the protocol.
func (s *Server) enterUploads(ctx context.Context, room RoomID, version *string) (visit, error) {
	v, err := s.enter(ctx, room, incident.ActUpload)
	if err == nil && given(version) != tusVersion {
		err = incident.E(incident.TusVersion, readTus, "Send the header Tus-Resumable: %s.", tusVersion)
	}
	return v, err
}

// uploadExpires is when an upload ends by itself; a file does not.
func uploadExpires(at incident.Progress) *string {
	if at.File != nil {
		return nil
	}
	return optional(at.Upload.Expires().Format(http.TimeFormat))
}

// readMetadata reads Upload-Metadata: pairs of a key and a Base64 value, split by
// commas. Keys that are not known here are left to other servers.
func readMetadata(header string) (map[string]string, error) {
	meta := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if _, twice := meta[key]; twice {
			return nil, incident.E(incident.Malformed, readTus, "Upload-Metadata names %q twice.", key)
		}
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
		if err != nil {
			return nil, incident.E(incident.Malformed, readTus, "Upload-Metadata must be pairs of a key and a Base64 value, split by commas.")
		}
		meta[key] = string(b)
	}
	return meta, nil
}

// readChecksum reads Upload-Checksum: an algorithm and a Base64 digest.
func readChecksum(header string) (hash.Hash, []byte, error) {
	if header == "" {
		return nil, nil, nil
	}
	name, value, _ := strings.Cut(header, " ")
	var sum hash.Hash
	switch name {
	case "sha256":
		sum = sha256.New()
	case "sha1":
		sum = sha1.New() //nolint:gosec // see above
	case "md5":
		sum = md5.New() //nolint:gosec // see above
	default:
		return nil, nil, incident.E(incident.Invalid, readTus, "Upload-Checksum knows %s, not %q.", tusAlgorithms, name)
	}
	want, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(want) != sum.Size() {
		return nil, nil, incident.E(incident.Malformed, readTus, "Upload-Checksum must be an algorithm and its digest in Base64.")
	}
	return sum, want, nil
}

// chunkBody explains why a chunk broke off.
type chunkBody struct{ *uploadBody }

// Read implements io.Reader.
func (b chunkBody) Read(p []byte) (int, error) {
	n, err := b.uploadBody.Read(p)
	if err != nil && b.cut {
		err = b.broken(err)
	}
	return n, err
}
