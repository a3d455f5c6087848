package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"slices"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// newTracer returns one that records nothing when there is no provider.
func newTracer(p trace.TracerProvider) trace.Tracer {
	if p == nil {
		p = noop.NewTracerProvider()
	}
	return p.Tracer("taskreporter/httpapi")
}

// startSpan opens the span of a request, named as OpenTelemetry's conventions for
// HTTP servers have it. A trace of the caller's is continued only when a trusted
// proxy hands it over: nobody else decides what is recorded here. A span holds no
// query string, no body and no name.
func (s *Server) startSpan(ctx context.Context, c *gin.Context, r *request) (context.Context, trace.Span) {
	if s.fromProxy(c.Request) {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(c.Request.Header))
	}
	method := knownMethod(c.Request.Method)
	name := method
	if r.route != "" {
		name += " " + r.route
	}
	return s.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", method),
		attribute.String("http.route", r.route),
		attribute.String("taskreporter.request_id", r.id)))
}

// endSpan says how the request was answered.
func endSpan(span trace.Span, status int, r *request) {
	span.SetAttributes(attribute.Int("http.response.status_code", status))
	if r.code != "" {
		span.SetAttributes(attribute.String("error.type", string(r.code)))
	}
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, string(r.code))
	}
	span.End()
}

// fromProxy reports whether a trusted proxy made the connection.
func (s *Server) fromProxy(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && slices.ContainsFunc(s.config.TrustedProxies, func(p netip.Prefix) bool {
		return p.Contains(peer.Addr().Unmap())
	})
}
