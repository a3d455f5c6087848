package main

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/protobuf/proto"
)

// collectedSpan is a span as a collector gets it.
type collectedSpan struct {
	trace, id, parent, name, node string
	about                         map[string]string
}

// otlpCollector takes traces as a real one does: OTLP, protobuf over HTTP.
type otlpCollector struct {
	*httptest.Server
	mu    sync.Mutex
	spans []collectedSpan
	raw   bytes.Buffer
}

func newCollector(t *testing.T) *otlpCollector {
	t.Helper()
	c := &otlpCollector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			body = z
		}
		b, err := io.ReadAll(body)
		var export collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(b, &export)
		}
		if err != nil || r.URL.Path != tracesPath {
			t.Errorf("%s: %v", r.URL.Path, err)
			return
		}
		c.take(b, &export)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *otlpCollector) take(raw []byte, export *collector.ExportTraceServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(raw)
	for _, of := range export.GetResourceSpans() {
		node := texts(of.GetResource().GetAttributes())["service.instance.id"]
		for _, scope := range of.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				c.spans = append(c.spans, collectedSpan{
					trace: hex.EncodeToString(s.GetTraceId()), id: hex.EncodeToString(s.GetSpanId()), parent: hex.EncodeToString(s.GetParentSpanId()),
					name: s.GetName(), node: node, about: texts(s.GetAttributes()),
				})
			}
		}
	}
}

func texts(attributes []*common.KeyValue) map[string]string {
	all := map[string]string{}
	for _, a := range attributes {
		all[a.GetKey()] = a.GetValue().GetStringValue()
	}
	return all
}

// below waits for a span of that name whose parent is the given one.
func (c *otlpCollector) below(t *testing.T, parent collectedSpan, name string) collectedSpan {
	t.Helper()
	return c.find(t, name+" below "+parent.name, func(s collectedSpan) bool {
		return s.name == name && s.trace == parent.trace && s.parent == parent.id
	})
}

func (c *otlpCollector) find(t *testing.T, what string, fits func(collectedSpan) bool) (found collectedSpan) {
	t.Helper()
	waitFor(t, "span "+what, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, s := range c.spans {
			if fits(s) {
				found = s
				return true
			}
		}
		return false
	})
	return found
}

func isPost(s collectedSpan) bool { return s.name == "POST /api/rooms/:room_id/messages" }

// F-OP-07: what a request waited for can be seen, across nodes, and nothing of what
// people wrote.
func TestATraceFollowsARequestToItsTransaction(t *testing.T) {
	t.Parallel()
	to := newCollector(t)
	rig := newCluster(t, 2, "TASK_REPORTER_TRACES_ENDPOINT="+to.URL)
	rig.start()
	mei := rig.nodes[0].join("mei", "陳美", "USER")
	room := mei.declare("Press 4 leaks oil").RoomId
	const secret = "canary text that no trace shows"
	mei.say(room, secret)
	first := to.find(t, "of the first message", isPost)
	far := rig.nodes[0].installation
	if rig.owner() == rig.nodes[0] {
		far = rig.nodes[1].installation
	}

	// A message by REST through the node that does not have the room.
	there := mei.on(far)
	there.said = mei.said // or the id of the first message is used again
	there.say(room, secret+" again")
	request := to.find(t, "of the second message", func(s collectedSpan) bool { return isPost(s) && s.trace != first.trace })
	ask := to.below(t, request, "room post")
	commit := to.below(t, ask, "log append")
	if ask.node != request.node || commit.node == request.node {
		t.Errorf("the request came to %s, was asked by %s and stored by %s: want the first two the same, the third the other", request.node, ask.node, commit.node)
	}
	if ask.about["taskreporter.room_id"] != room || request.about["taskreporter.request_id"] == "" {
		t.Errorf("spans do not say what they are about: %v %v", request.about, ask.about)
	}

	// One by the socket is a trace of its own.
	s := there.connect()
	s.subscribe(room, 0)
	s.send(map[string]any{"type": "send_message", "room_id": room, "client_msg_id": "by-socket", "text": secret})
	s.untilType("ack")
	sent := to.find(t, "of the socket's send", func(s collectedSpan) bool { return s.name == "room post" && s.parent == "" })
	to.below(t, sent, "log append")

	// A file: its bytes go to the store below the request.
	mei.upload(room, "canary-name.txt", []byte(secret), "")
	upload := to.find(t, "of the upload", func(s collectedSpan) bool { return s.name == "POST /api/rooms/:room_id/files" })
	to.below(t, upload, "store put")
	to.below(t, upload, "room begin_upload")
	to.below(t, to.below(t, upload, "room finish_upload"), "log append")

	// Who is no proxy of ours does not choose the trace.
	const foreign = "4bf92f3577b34da6a3ce929d0e0e4736"
	mei.do(http.MethodGet, "/api/rooms/"+room, http.Header{"Traceparent": {"00-" + foreign + "-00f067aa0ba902b7-01"}}, nil)
	to.find(t, "of the read", func(s collectedSpan) bool { return s.name == "GET /api/rooms/:room_id" })
	to.mu.Lock()
	defer to.mu.Unlock()
	for _, s := range to.spans {
		if s.trace == foreign {
			t.Errorf("%s is in a trace that a stranger chose", s.name)
		}
	}
	for _, canary := range []string{secret, "canary-name", "Press 4", "陳美", mei.token, testPassword} {
		if strings.Contains(to.raw.String(), canary) {
			t.Errorf("traces show %q", canary)
		}
	}
}
