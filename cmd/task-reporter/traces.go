package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	"golang.org/x/time/rate"
)

const (
	// flushTime is how long spans that are not delivered yet may keep a server that stops.
	flushTime = 3 * time.Second
	// tracesPath is where a collector takes OTLP over HTTP, unless its address says otherwise.
	tracesPath = "/v1/traces"
)

// TracesConfig says where traces go.
type TracesConfig struct {
	Endpoint string  `help:"Where an OpenTelemetry collector takes OTLP over HTTP, as http://host:4318; empty for no traces."`
	Share    float64 `default:"1" help:"Share of the requests that are traced, 0 to 1."`
}

// url is the endpoint with its path.
func (c TracesConfig) url() (string, bool) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = tracesPath
	}
	return u.String(), true
}

// traces records spans and sends them in the background. What cannot be delivered is
// dropped: nobody waits for a collector.
type traces struct {
	*trace.TracerProvider
}

// openTraces returns nil when no traces are wanted.
func openTraces(ctx context.Context, c TracesConfig, log *slog.Logger) (*traces, error) {
	if c.Endpoint == "" {
		return nil, nil
	}
	endpoint, _ := c.url()
	out, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about, err := resource.Merge(resource.Default(), resource.NewSchemaless(
		attribute.String("service.name", "task-reporter"),
		attribute.String("service.version", version),
		attribute.String("service.instance.id", uuid.NewString())))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	complaints := rate.Sometimes{First: 1, Interval: time.Minute}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		complaints.Do(func() { log.Warn("traces not delivered", "err", err) })
	}))
	return &traces{trace.NewTracerProvider(
		trace.WithBatcher(out),
		trace.WithResource(about),
		trace.WithSampler(trace.ParentBased(trace.TraceIDRatioBased(c.Share))),
	)}, nil
}

// close delivers what is left.
func (t *traces) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	return t.Shutdown(ctx)
}
