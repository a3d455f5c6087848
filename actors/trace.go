package actors

import (
	"context"
	"reflect"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

// tracerName is who made a span.
const tracerName = "taskreporter/actors"

// maxTraceLinks bounds how many requests one transaction names.
const maxTraceLinks = 64

// A request takes the trace that it belongs to along in the header of its actor
// message, as W3C Trace Context has it, also to another node: the room's span is
// where the request came from, and so is that of the transaction which stores it.

// span opens one for a request to a room. Without a tracer it costs nothing and
// records nothing.
func (e *Engine) span(ctx context.Context, room incident.RoomID, req any) (context.Context, trace.Span) {
	if e.tracer == nil {
		return ctx, trace.SpanFromContext(context.Background())
	}
	return e.tracer.Start(ctx, "room "+wireNames[reflect.TypeOf(req).Elem()],
		trace.WithAttributes(attribute.String("taskreporter.room_id", string(room))))
}

// endSpan says how what the span is about ended.
func endSpan(span trace.Span, err error) {
	if err != nil && span.IsRecording() {
		span.SetStatus(codes.Error, string(incident.KindOf(err)))
	}
	span.End()
}

// tracedSend is a send of a socket that is traced until it is answered.
type tracedSend struct {
	fromSocket
	span trace.Span
}

// traceOf is where a send comes from.
func traceOf(m fromSocket) (fromSocket, trace.SpanContext) {
	if t, ok := m.(*tracedSend); ok {
		return t.fromSocket, t.span.SpanContext()
	}
	return m, trace.SpanContext{}
}

// endTrace ends the span of a send that is answered, or never will be.
func endTrace(m fromSocket, err error) {
	if t, ok := m.(*tracedSend); ok {
		endSpan(t.span, err)
	}
}

// addressed is a message in the envelope that its receiver opens, with the trace
// that it belongs to.
func addressed(m any, from *actor.PID, of trace.SpanContext) *actor.MessageEnvelope {
	env := &actor.MessageEnvelope{Message: m, Sender: from}
	if of.IsValid() {
		propagation.TraceContext{}.Inject(trace.ContextWithSpanContext(context.Background(), of), envelopeCarrier{env})
	}
	return env
}

type envelopeCarrier struct{ *actor.MessageEnvelope }

func (c envelopeCarrier) Get(key string) string { return c.GetHeader(key) }
func (c envelopeCarrier) Set(key, value string) { c.SetHeader(key, value) }
func (c envelopeCarrier) Keys() []string        { return c.Header.Keys() }

type headerCarrier struct{ actor.ReadonlyMessageHeader }

func (headerCarrier) Set(string, string) {}

// askedIn is the trace that the message being received belongs to.
func (e *Engine) askedIn(ctx actor.Context) trace.SpanContext {
	if e.tracer == nil {
		return trace.SpanContext{}
	}
	h := ctx.MessageHeader()
	if h == nil || h.Length() == 0 {
		return trace.SpanContext{}
	}
	return trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), headerCarrier{h}))
}

// tracesOf are the traces that entries belong to, if they are recorded.
func tracesOf(entries []*entry) []trace.SpanContext {
	var all []trace.SpanContext
	for _, e := range entries {
		if e.trace.IsSampled() {
			all = append(all, e.trace)
		}
	}
	return all
}

// commitSpan opens the span of a transaction: below the first request that it
// stores, with links to the others. Without any it is not recorded.
func commitSpan(ctx context.Context, tracer trace.Tracer, work []submission, events int) (context.Context, trace.Span) {
	none := trace.SpanFromContext(context.Background())
	if tracer == nil {
		return ctx, none
	}
	var parent trace.SpanContext
	var links []trace.Link
	for _, s := range work {
		for _, of := range s.traces {
			switch {
			case !parent.IsValid():
				parent = of
			case len(links) < maxTraceLinks:
				links = append(links, trace.Link{SpanContext: of})
			}
		}
	}
	if !parent.IsValid() {
		return ctx, none
	}
	return tracer.Start(trace.ContextWithRemoteSpanContext(ctx, parent), "log append", trace.WithLinks(links...),
		trace.WithAttributes(attribute.Int("taskreporter.rooms", len(work)), attribute.Int("taskreporter.events", events)))
}
