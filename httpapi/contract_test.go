package httpapi

import (
	"context"
	"slices"
	"strings"
	"testing"

	"taskreporter/incident"
)

// An operation or a frame that does not say which acts it may need is not served: a
// server with such a contract does not start.
func TestWhatNobodyDecidedAboutIsNotServed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, says string }{
		"operation without acts": {"      operationId: getRoom\n      x-acts: [read]\n", "      operationId: getRoom\n", "getRoom: x-acts is missing"},
		"operation with no act":  {"      operationId: getRoom\n      x-acts: [read]\n", "      operationId: getRoom\n      x-acts: [reed]\n", `getRoom: x-acts names "reed"`},
		"frame without acts":     {"    SubscribeFrame:\n      type: object\n      x-acts: [read]\n", "    SubscribeFrame:\n      type: object\n", "frame subscribe: x-acts is missing"},
		"frame with no act":      {"    SubscribeFrame:\n      type: object\n      x-acts: [read]\n", "    SubscribeFrame:\n      type: object\n      x-acts: [reed]\n", `frame subscribe: x-acts names "reed"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(string(specYAML), c.from) {
				t.Fatalf("the contract does not contain %q", c.from)
			}
			if _, err := loadSpec([]byte(strings.Replace(string(specYAML), c.from, c.to, 1))); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("loaded: %v, want %q", err, c.says)
			}
		})
	}
	s, err := loadSpec([]byte(strings.Replace(string(specYAML), "          ping: '#/components/schemas/PingFrame'\n", "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.checkFrames(); err == nil || !strings.Contains(err.Error(), "ping") {
		t.Errorf("a frame outside of the contract is served: %v", err)
	}
}

// F-SE-01: no handler decides by an act that its operation does not name; such a
// mistake is ours, is logged and opens nothing.
func TestAnActThatTheContractDoesNotNameIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	op := &operation{ID: "getRoom", Acts: []incident.Act{incident.ActRead}}
	ctx := context.WithValue(t.Context(), requestKey{}, &request{operation: op, principal: incident.Principal{Person: people["wang"].Person, System: incident.SystemAdmin}})
	if _, err := h.enter(ctx, string(press), incident.ActRead); err != nil {
		t.Fatal(err)
	}
	for _, acts := range [][]incident.Act{{incident.ActSettings}, {incident.ActRead, incident.ActPost}} {
		if _, err := h.enter(ctx, string(press), acts...); incident.KindOf(err) != incident.Internal {
			t.Errorf("enter by %v: %v, want internal", acts, err)
		}
	}
	if _, err := h.allow(ctx, incident.ActDeclare); incident.KindOf(err) != incident.Internal {
		t.Errorf("allow: %v, want internal", err)
	}
}

// Every operation whose acts are no matter of course is refused to an outsider, and
// those whose acts concern a room are those of a room's routes.
func TestOutsidersAreRefusedByEveryOperationOfARoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, op := range h.spec.operations {
		if !strings.Contains(op.path, "{room_id}") || op.needs == needsNothing {
			continue
		}
		if slices.Contains(op.Acts, session) {
			t.Errorf("%s is open to anybody", op.ID)
		}
		path, body := concrete(op.path), any(nil)
		switch op.ID {
		case "listEvents":
			path += "?after_seq=0"
		case "uploadFile":
			h.upload(t, "out", form("a.txt", "log")).wants(t, 403, incident.Forbidden)
			continue
		}
		if op.takesJSON() {
			body = "{}"
		}
		edits := tusHeaders[:0:0]
		if slices.Contains(op.Tags, tusUploads) {
			edits = tusHeaders
		}
		h.call(t, "out", op.method, path, body, edits...).wants(t, 403, incident.Forbidden)
	}
	if changes := h.changes(); len(changes) > 0 {
		t.Errorf("the engine was told %v", told(changes))
	}
}
