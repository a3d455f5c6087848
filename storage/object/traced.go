package object

import (
	"context"
	"io"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

// Traced is a [Store] whose calls leave a span in the trace of the request that they
// belong to. What no request asked for, as a clean-up, leaves none.
type Traced struct {
	Store
	tracer trace.Tracer
}

// NewTraced records with p's spans what is asked of store.
func NewTraced(store Store, p trace.TracerProvider) *Traced {
	return &Traced{store, p.Tracer("taskreporter/storage/object")}
}

// span opens one below that of ctx, and is told the outcome through err.
func (t *Traced) span(ctx context.Context, name string, err *error, about ...attribute.KeyValue) (context.Context, func()) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx, func() {}
	}
	ctx, span := t.tracer.Start(ctx, "store "+name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(about...))
	return ctx, func() {
		if *err != nil {
			span.SetStatus(codes.Error, string(incident.KindOf(*err)))
		}
		span.End()
	}
}

func bytesOf(size int64) attribute.KeyValue { return attribute.Int64("taskreporter.bytes", size) }

// Put implements [Store].
func (t *Traced) Put(ctx context.Context, key, mime string, size int64, r io.Reader) (err error) {
	ctx, end := t.span(ctx, "put", &err, bytesOf(size))
	defer end()
	return t.Store.Put(ctx, key, mime, size, r)
}

// PutPiece implements [Store].
func (t *Traced) PutPiece(ctx context.Context, key string, size int64, r io.Reader) (err error) {
	ctx, end := t.span(ctx, "put piece", &err, bytesOf(size))
	defer end()
	return t.Store.PutPiece(ctx, key, size, r)
}

// Open implements [Store]. The span ends when the first byte can be read.
func (t *Traced) Open(ctx context.Context, key string) (_ io.ReadSeekCloser, err error) {
	_, end := t.span(ctx, "open", &err)
	defer end()
	return t.Store.Open(ctx, key)
}

// Get implements [Store]. The span ends when the first byte can be read.
func (t *Traced) Get(ctx context.Context, key string) (_ io.ReadCloser, err error) {
	_, end := t.span(ctx, "get", &err)
	defer end()
	return t.Store.Get(ctx, key)
}

// Stat implements [Store].
func (t *Traced) Stat(ctx context.Context, key string) (_ int64, err error) {
	ctx, end := t.span(ctx, "stat", &err)
	defer end()
	return t.Store.Stat(ctx, key)
}

// Delete implements [Store].
func (t *Traced) Delete(ctx context.Context, key string) (err error) {
	ctx, end := t.span(ctx, "delete", &err)
	defer end()
	return t.Store.Delete(ctx, key)
}
