package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/oapi-codegen/runtime"

	"taskreporter/auth"
	"taskreporter/incident"
)

// kinds gives every kind its status and its title. It is the only such table:
// REST, the socket and /docs read it.
var kinds = map[incident.Kind]struct {
	status int
	title  string
}{
	incident.Internal:         {http.StatusInternalServerError, "Something went wrong here"},
	incident.Invalid:          {http.StatusBadRequest, "The request breaks a rule"},
	incident.Malformed:        {http.StatusBadRequest, "The request cannot be read"},
	incident.Unauthenticated:  {http.StatusUnauthorized, "Not signed in"},
	incident.BadCredentials:   {http.StatusUnauthorized, "Sign-in refused"},
	incident.Forbidden:        {http.StatusForbidden, "Not allowed"},
	incident.LinkExpired:      {http.StatusForbidden, "The link does not open any more"},
	incident.NotFound:         {http.StatusNotFound, "Not found"},
	incident.Conflict:         {http.StatusConflict, "The state forbids it"},
	incident.IDReused:         {http.StatusConflict, "The client_msg_id was used for another message"},
	incident.EmptyFile:        {http.StatusBadRequest, "The file is empty"},
	incident.FileRefused:      {http.StatusBadRequest, "This kind of file is not accepted"},
	incident.FileTooLarge:     {http.StatusRequestEntityTooLarge, "The file is too large"},
	incident.ImageTooLarge:    {http.StatusBadRequest, "The image has too many pixels"},
	incident.FilePending:      {http.StatusConflict, "The file is being checked"},
	incident.FileInfected:     {http.StatusForbidden, "The file is in quarantine"},
	incident.UploadIncomplete: {http.StatusBadRequest, "The upload stopped half-way"},
	incident.ChecksumMismatch: {460, "The bytes were damaged on their way"}, // tus 1.0
	incident.TusVersion:       {http.StatusPreconditionFailed, "Another version of the upload protocol"},
	incident.LengthRequired:   {http.StatusLengthRequired, "The length must be announced"},
	incident.BodyTooLarge:     {http.StatusRequestEntityTooLarge, "The request is too large"},
	incident.RateLimited:      {http.StatusTooManyRequests, "Too many requests"},
	incident.Busy:             {http.StatusServiceUnavailable, "Too busy"},
	incident.Moved:            {http.StatusServiceUnavailable, "The room is moving"},
	incident.Unavailable:      {http.StatusServiceUnavailable, "Not available now, try again"},
	incident.StoreDown:        {http.StatusServiceUnavailable, "The object store is away"},
}

// refusal is what a client is told of an error, over REST or the socket.
type refusal struct {
	kind       incident.Kind
	detail     string
	retryAfter time.Duration // zero where nobody knows
}

// refusalOf finds what may be told of err. Causes that the layers below leave
// bare are named here: what the request could not be read for, and time.
func refusalOf(err error) refusal {
	r := refusal{kind: incident.KindOf(err), detail: incident.DetailOf(err)}
	if r.kind == incident.Internal {
		if known := readError(err); known != nil {
			r.kind, r.detail = known.Kind, known.Detail
		}
	}
	if _, listed := kinds[r.kind]; !listed {
		r.kind = incident.Internal
	}
	if r.kind == incident.Internal {
		r.detail = "Something went wrong on our side. If it happens again, give an administrator the request id."
	}
	if r.detail == "" {
		r.detail = kinds[r.kind].title + "."
	}
	var wait *auth.RetryError
	var waits interface{ RetryAfter() time.Duration }
	switch {
	case errors.As(err, &wait):
		r.retryAfter = wait.After
	case errors.As(err, &waits):
		r.retryAfter = waits.RetryAfter()
	}
	return r
}

// readError explains errors of decoding, of the connection and of time; nil for
// any other.
func readError(err error) *incident.Error {
	const op = "read request"
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &tooLarge):
		return incident.E(incident.BodyTooLarge, op, "The request body may have at most %d bytes.", tooLarge.Limit)
	case errors.As(err, &wrongType):
		field := wrongType.Field
		if field == "" {
			field = "The body"
		}
		return incident.E(incident.Malformed, op, "%s must not be of JSON type %s.", field, wrongType.Value)
	case errors.As(err, &syntax):
		return incident.E(incident.Malformed, op, "The body is not JSON: error at byte %d.", syntax.Offset)
	case errors.Is(err, http.ErrNotMultipart), errors.Is(err, http.ErrMissingBoundary):
		return incident.E(incident.Malformed, op, "Send multipart/form-data with a boundary, as a browser's form does.")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, os.ErrDeadlineExceeded):
		return incident.E(incident.Malformed, op, "The body did not arrive whole.")
	case errors.Is(err, context.DeadlineExceeded):
		return incident.E(incident.Unavailable, op, "It took too long. Try again.")
	case errors.Is(err, context.Canceled):
		return incident.E(incident.Unavailable, op, "The request was given up.")
	default:
		return nil
	}
}

// refuse answers a request with err. It is the only writer of errors.
func (s *Server) refuse(c *gin.Context, err error) {
	r := refusalOf(err)
	s.refuseAs(c, err, r, kinds[r.kind].status)
}

func (s *Server) refuseAs(c *gin.Context, err error, r refusal, status int) {
	req := requestOf(c)
	req.code = r.kind
	s.logRefusal(c, err, r)
	if r.kind == incident.Forbidden {
		s.auditRefusal(c)
	}
	c.Abort()
	if c.Writer.Written() {
		return // too late: a part of the answer is on its way
	}
	body, err := json.Marshal(Problem{
		Type:      "about:blank",
		Title:     kinds[r.kind].title,
		Status:    status,
		Code:      ErrorCode(r.kind),
		Detail:    r.detail,
		RequestId: req.id,
		Retryable: r.kind.Retryable(),
	})
	if err != nil {
		panic(fmt.Errorf("encode problem: %w", err)) // strings and numbers always encode
	}
	h := c.Writer.Header()
	h.Del("Etag")
	h.Del("Content-Encoding")
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	if up := req.upload; up != nil && (!up.over || up.cut) && req.http.ProtoMajor == 1 { // HTTP/2 ends only the stream
		h.Set("Connection", "close")
	}
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if r.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(r.retryAfter.Seconds()))))
	}
	c.Writer.WriteHeader(status)
	if _, err := c.Writer.Write(body); err != nil {
		s.log.Debug("answer not delivered", "request_id", req.id, "err", err)
	}
}

// logRefusal writes down what an operator has to know; what a client did wrong
// is in the access log.
func (s *Server) logRefusal(c *gin.Context, err error, r refusal) {
	level := slog.LevelDebug
	switch {
	case errors.Is(err, context.Canceled):
	case r.kind == incident.Internal:
		level = slog.LevelError
	case r.kind == incident.Unavailable, r.kind == incident.StoreDown:
		level = slog.LevelWarn
	}
	attrs := []any{"request_id", requestOf(c).id, "route", c.FullPath(), "code", string(r.kind)}
	if r.kind != incident.Invalid && r.kind != incident.Malformed { // their texts quote the request
		attrs = append(attrs, "err", err)
	}
	s.log.Log(c.Request.Context(), level, "request failed", attrs...)
}

// refuseParameter answers a path, query or header parameter that cannot be read.
func (s *Server) refuseParameter(c *gin.Context, err error, _ int) {
	var missing *runtime.RequiredParameterError
	detail, _, _ := strings.Cut(err.Error(), ": ") // the rest names Go's types
	if errors.As(err, &missing) {
		detail = missing.ParamName + " is required"
	}
	s.refuse(c, incident.Wrap(incident.Invalid, readParameter, err, detail+"."))
}

func (s *Server) noRoute(c *gin.Context) {
	s.refuse(c, incident.E(incident.NotFound, "route", "There is nothing at this address. GET /docs lists what there is."))
}

// noMethod answers 405; gin has set Allow.
func (s *Server) noMethod(c *gin.Context) {
	err := incident.E(incident.Invalid, "route", "This address does not take %s.", c.Request.Method)
	s.refuseAs(c, err, refusalOf(err), http.StatusMethodNotAllowed)
}
