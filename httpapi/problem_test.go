package httpapi

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"taskreporter/auth"
	"taskreporter/incident"
)

// A client may switch on every kind: each has a status and is in the contract.
func TestEveryKindHasARowAndACode(t *testing.T) {
	t.Parallel()
	rows := slices.Sorted(maps.Keys(kinds))
	if declared := declaredKinds(t); !slices.Equal(rows, declared) {
		t.Errorf("the table has %v,\nincident declares %v", rows, declared)
	}
	s, err := loadSpec(specYAML)
	if err != nil {
		t.Fatal(err)
	}
	var codes []incident.Kind
	for _, n := range child(s.schemaNode("ErrorCode"), "enum").Content {
		codes = append(codes, incident.Kind(n.Value))
	}
	if slices.Sort(codes); !slices.Equal(rows, codes) {
		t.Errorf("the table has %v,\nErrorCode %v", rows, codes)
	}
	for kind, row := range kinds {
		known := http.StatusText(row.status) != "" || kind == incident.ChecksumMismatch // whose status is tus's own
		if !known || row.status < 400 || row.title == "" {
			t.Errorf("%s: status %d, title %q", kind, row.status, row.title)
		}
	}
}

// declaredKinds reads the constants of type Kind from their source.
func declaredKinds(t *testing.T) []incident.Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../incident/error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []incident.Kind
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := v.Type.(*ast.Ident); ok && id.Name == "Kind" {
			all = append(all, incident.Kind(strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`)))
		}
		return true
	})
	slices.Sort(all)
	return all
}

func TestErrorsTellClientsTheirPartOnly(t *testing.T) {
	t.Parallel()
	secret := errors.New("pq: relation does_not_exist at 10.0.0.7")
	for name, c := range map[string]struct {
		err    error
		status int
		code   incident.Kind
		detail string // a part
		retry  string // Retry-After
		again  bool   // retryable
	}{
		"internal":       {incident.Wrap(incident.Internal, "x", secret, "details of ours"), 500, incident.Internal, "Something went wrong on our side", "", false},
		"no kind at all": {secret, 500, incident.Internal, "Something went wrong on our side", "", false},
		"unknown kind":   {incident.E("brand_new", "x", "y"), 500, incident.Internal, "Something went wrong on our side", "", false},
		"wrapped":        {fmt.Errorf("list: %w", incident.Wrap(incident.Unavailable, "x", secret, "")), 503, incident.Unavailable, "Not available now, try again.", "", true},
		"when to return": {incident.Wrap(incident.Busy, "x", retryAfter(1500*time.Millisecond), "Full."), 503, incident.Busy, "Full.", "2", true},
		"auth's own":     {incident.Wrap(incident.RateLimited, "x", &auth.RetryError{After: time.Minute}, "Slow down."), 429, incident.RateLimited, "Slow down.", "60", true},
		"took too long":  {fmt.Errorf("query: %w", context.DeadlineExceeded), 503, incident.Unavailable, "took too long", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.fail = c.err
			a := h.call(t, "wang", "GET", "/api/templates", nil)
			p := a.wants(t, c.status, c.code)
			if !strings.Contains(p.Detail, c.detail) || p.Retryable != c.again || a.Header.Get("Retry-After") != c.retry {
				t.Errorf("detail %q, retryable %v, Retry-After %q", p.Detail, p.Retryable, a.Header.Get("Retry-After"))
			}
			if strings.Contains(string(a.body), "10.0.0.7") || strings.Contains(string(a.body), "ours") {
				t.Errorf("the cause was sent: %s", a.body)
			}
			if p.RequestId == "" || p.RequestId != a.Header.Get("X-Request-Id") || !strings.Contains(h.log.String(), p.RequestId) {
				t.Errorf("request id %q is not that of header and log", p.RequestId)
			}
		})
	}
}

func TestAPanicIsAnAnswerAndAStack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.onReceive = func() error { panic("boom") }
	a := h.upload(t, "li", form("press.jpg", "bytes"))
	a.wants(t, 500, incident.Internal)
	if log := h.log.String(); !strings.Contains(log, "boom") || !strings.Contains(log, "problem_test.go") {
		t.Errorf("no stack in the log: %s", log)
	}
	if left := h.leftovers(); left != "" {
		t.Errorf("left behind: %s", left)
	}
	if strings.Contains(h.log.String(), "panic serving") {
		t.Errorf("the connection broke: %s", h.log.String())
	}
}

func TestWhatIsNoRouteIsAProblem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call(t, "wang", "GET", "/api/nothing", nil).wants(t, 404, incident.NotFound)
	h.call(t, "wang", "POST", "/nothing", nil).wants(t, 404, incident.NotFound)
	a := h.call(t, "wang", "DELETE", "/api/rooms", nil)
	if a.wants(t, 405, incident.Invalid); !strings.Contains(a.Header.Get("Allow"), "POST") {
		t.Errorf("Allow: %q", a.Header.Get("Allow"))
	}
}

func TestBadBodiesAreNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	messages := "/api/rooms/" + string(press) + "/messages"
	const good = `{"client_msg_id":"a","text":"三線停機"}`
	for name, c := range map[string]struct {
		body   string
		status int
		code   incident.Kind
		detail string
	}{
		"not JSON":         {`{"text":`, 400, incident.Malformed, "error at byte 8"},
		"nothing":          {``, 400, incident.Malformed, "error at byte 0"},
		"garbage after":    {good + `]`, 400, incident.Malformed, "error at byte"},
		"two values":       {good + good, 400, incident.Malformed, "error at byte"},
		"wrong type":       {`{"client_msg_id":"a","text":7}`, 400, incident.Malformed, "text must not be of JSON type number"},
		"a list":           {`[]`, 400, incident.Malformed, "The body must not be of JSON type array"},
		"not UTF-8":        {"{\"client_msg_id\":\"a\",\"text\":\"\xa4\xa4\"}", 400, incident.Malformed, "UTF-8"},
		"null":             {`null`, 400, incident.Invalid, "client_msg_id"},
		"breaks a rule":    {`{"client_msg_id":"a b","text":"x"}`, 400, incident.Invalid, "client_msg_id"},
		"over 1 MiB":       {`{"text":"` + strings.Repeat("x", maxBody) + `"}`, 413, incident.BodyTooLarge, "1048576"},
		"unknown field is": {`{"client_msg_id":"a","text":"x","later":1}`, 201, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := h.call(t, "wang", "POST", messages, c.body)
			if c.status == 201 {
				decodeAs[Message](t, a, 201)
				return
			}
			if p := a.wants(t, c.status, c.code); !strings.Contains(p.Detail, c.detail) {
				t.Errorf("detail %q, want %q in it", p.Detail, c.detail)
			}
		})
	}
	h.call(t, "wang", "POST", messages, strings.NewReader(good), header("Content-Type", "text/plain")).wants(t, 400, incident.Malformed)
}

func TestParametersAreHeldToTheContract(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	room := "/api/rooms/" + string(press)
	for path, detail := range map[string]string{
		"/api/rooms?limit=0":                           "limit must be between 1 and 100",
		"/api/rooms?limit=ten":                         "parameter limit",
		"/api/rooms?status=OPEN&status=GONE":           `status has no value "GONE"`,
		"/api/rooms?severity=red":                      `severity has no value "red"`,
		"/api/rooms?q=a%00b":                           "q contains",
		"/api/rooms?q=" + strings.Repeat("x", 101):     "q may have at most 100",
		room + "/messages?before_seq=3&after_seq=1":    "not both",
		room + "/messages?before_seq=0":                "before_seq must be between 1",
		room + "/events":                               "after_seq is required",
		room + "/events?after_seq=-1":                  "after_seq must be between 0",
		room + "/files?kind=movie":                     "kind must be",
		room + "/files?cursor=xyz":                     "cursor must be",
		room + "/files/not-a-uuid":                     "file_id must be a UUID",
		"/api/rooms/" + strings.ToUpper(string(press)): "room_id must be a UUID",
		"/api/users?limit=51":                          "limit must be between 1 and 50",
	} {
		if p := h.call(t, "wang", "GET", path, nil).wants(t, 400, incident.Invalid); !strings.Contains(p.Detail, detail) {
			t.Errorf("%s: %q, want %q in it", path, p.Detail, detail)
		}
	}
	a := h.call(t, "auditor", "GET", "/api/rooms?status=OPEN&status=CLOSED&severity=HIGH&q=%E4%B8%89%E7%B7%9A", nil)
	if title := decodeAs[RoomPage](t, a, 200).Rooms[0].Title; title != `[OPEN CLOSED] [HIGH] "三線" all=true` {
		t.Errorf("the query arrived as %s", title)
	}
}

// The contract is also what /docs shows: its examples are well-formed.
func TestContractIsReadable(t *testing.T) {
	t.Parallel()
	var whole map[string]any
	if err := yaml.Unmarshal(specYAML, &whole); err != nil {
		t.Fatal(err)
	}
	if _, err := loadSpec([]byte("paths: {")); err == nil {
		t.Error("a broken contract was read")
	}
}
