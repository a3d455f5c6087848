package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"taskreporter/incident"
)

// request is what is known about the request being served. The strict handlers
// get it through the context, which is all that the generated code hands them;
// from there on a principal is passed as an argument.
type request struct {
	http      *http.Request
	id        string
	from      string     // client address
	route     string     // pattern, as "/api/rooms/:room_id"
	room      string     // that it is about, unchecked; empty without one
	operation *operation // of the contract; nil for a route that it does not know
	secure    bool       // came by TLS, or a trusted proxy says so
	principal incident.Principal
	byLink    bool          // a signed link opened it: there is no principal
	upload    *uploadBody   // of an upload
	code      incident.Kind // of the error that was answered, if any
}

type requestKey struct{}

// requestOf returns the request of a context that observe has seen.
func requestOf(ctx context.Context) *request {
	r, ok := ctx.Value(requestKey{}).(*request)
	if !ok {
		panic("httpapi: a handler ran outside of observe")
	}
	return r
}

// target is what the request was about, for the audit trail.
func (r *request) target() string {
	route := r.http.Method + " " + r.route
	if incident.ValidUUID(r.room) {
		return "room " + r.room + " " + route
	}
	return route
}

// observe is the outermost middleware: it names the request, and writes its line
// in the access log and its sample in the metrics. Neither holds a query string,
// a body or a name.
func (s *Server) observe(c *gin.Context) {
	began := s.now()
	r := &request{
		http:      c.Request,
		id:        newRequestID(),
		from:      c.ClientIP(),
		route:     c.FullPath(),
		room:      c.Param("room_id"),
		operation: s.spec.operation(c),
		secure:    s.isSecure(c.Request),
	}
	ctx := c.Request.Context()
	if ctx.Err() != nil && c.Request.ProtoMajor == 1 {
		// A deadline for the body of an upload can pass in the moment in which the body ends.
		// To net/http the client has left then: it ends the context of whatever comes on the
		// connection, which may be a proxy's and carry anybody. This request is carried out,
		// and the connection ends with it.
		ctx = context.WithoutCancel(ctx)
		c.Header("Connection", "close")
	}
	ctx, span := s.startSpan(ctx, c, r)
	c.Request = c.Request.WithContext(context.WithValue(ctx, requestKey{}, r))
	c.Header("X-Request-Id", r.id)
	policy := s.csp
	if r.route != "" { // the page is what no route serves
		policy = plainPolicy
	}
	setSecurityHeaders(c.Writer.Header(), policy)
	if c.Request.TLS != nil { // a proxy that ends TLS says this itself, or not
		c.Header("Strict-Transport-Security", strictTransport)
	}

	inFlight.Inc()
	defer func() {
		inFlight.Dec()
		took := s.now().Sub(began)
		status := c.Writer.Status()
		countRequest(r.route, c.Request.Method, status, took)
		attrs := []slog.Attr{
			slog.String("request_id", r.id),
			slog.String("method", c.Request.Method),
			slog.String("route", r.route),
			slog.Int("status", status),
			slog.Int("bytes", max(c.Writer.Size(), 0)),
			slog.Duration("duration", took),
		}
		if r.principal.ID != "" {
			attrs = append(attrs, slog.String("user_id", string(r.principal.ID)))
		}
		if r.code != "" {
			attrs = append(attrs, slog.String("code", string(r.code)))
		}
		if span.SpanContext().IsSampled() {
			attrs = append(attrs, slog.String("trace_id", span.SpanContext().TraceID().String()))
		}
		endSpan(span, status, r)
		s.log.LogAttrs(c.Request.Context(), slog.LevelInfo, "request", attrs...)
	}()
	c.Next()
}

// recover turns a panic into an answer and keeps its stack for the log.
func (s *Server) recover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
		s.log.Error("handler panicked", "request_id", requestOf(c).id, "route", c.FullPath(),
			"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		s.refuse(c, incident.E(incident.Internal, "serve", "panic"))
	}()
	c.Next()
}

func newRequestID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return hex.EncodeToString(b[:])
}

func setSecurityHeaders(h http.Header, csp string) {
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
}

// isSecure reports whether the client's own connection is encrypted.
func (s *Server) isSecure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	return r.Header.Get("X-Forwarded-Proto") == "https" && s.fromProxy(r)
}

// originAllowed reports whether the page that sent r may use cookies and sockets
// here: one of this host, or of an origin on the list. A client that sends no
// Origin is no browser's script of another site.
func originAllowed(r *http.Request, listed []string) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(listed, origin) {
		return true
	}
	u, err := url.Parse(origin)
	// A page that came in plain text may be anybody's, also one of our own name.
	return err == nil && u.Host != "" && u.Host == r.Host && (r.TLS == nil || u.Scheme == "https")
}

// liftReadDeadline lets an answer take longer than a request may: passing the
// deadline would end the request's context. Where a body is still to come it stays,
// or net/http would wait for that body for ever; then it ends no context.
func liftReadDeadline(rc *http.ResponseController, r *http.Request) {
	if r.ContentLength == 0 {
		_ = rc.SetReadDeadline(time.Time{})
	}
}

// mayTake lets the first byte of an answer take longer than an ordinary request.
func mayTake(d time.Duration, c *gin.Context) {
	rc := http.NewResponseController(c.Writer)
	liftReadDeadline(rc, c.Request)
	_ = rc.SetWriteDeadline(time.Now().Add(d + slack))
}

// bound gives ordinary requests an end. What streams sets its own deadlines.
func (s *Server) bound(c *gin.Context) {
	if op := s.spec.operation(c); op.streams() {
		if op.ID == "exportRoom" {
			mayTake(exportWriting, c)
		}
		c.Next()
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), s.config.RequestTimeout)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}
