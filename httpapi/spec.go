package httpapi

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"go.yaml.in/yaml/v3"

	"taskreporter/incident"
)

//go:embed openapi.yaml
var specYAML []byte

// spec is the contract as the server reads it at its start: which operations are
// open, which take JSON, what acts operations and frames may need, and what /docs
// shows.
type spec struct {
	Info struct {
		Title       string `yaml:"title"`
		Version     string `yaml:"version"`
		Description string `yaml:"description"`
	} `yaml:"info"`
	Security []map[string][]string `yaml:"security"`
	Tags     []struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
	} `yaml:"tags"`
	Paths      yaml.Node `yaml:"paths"` // a node keeps the order in which they are written
	Components struct {
		Parameters map[string]parameter `yaml:"parameters"`
		Bodies     map[string]*body     `yaml:"requestBodies"`
		Responses  map[string]response  `yaml:"responses"`
		Schemas    yaml.Node            `yaml:"schemas"`
	} `yaml:"components"`

	operations []*operation
	byRoute    map[string]*operation
	frameActs  map[string][]incident.Act // by the type of a client's frame
}

type operation struct {
	ID          string                 `yaml:"operationId"`
	Tags        []string               `yaml:"tags"`
	Summary     string                 `yaml:"summary"`
	Description string                 `yaml:"description"`
	Security    *[]map[string][]string `yaml:"security"` // nil: as the whole contract
	Acts        []incident.Act         `yaml:"x-acts"`   // those that it may need
	Rate        class                  `yaml:"x-rate"`   // unless its method says it
	Parameters  []parameter            `yaml:"parameters"`
	RequestBody *body                  `yaml:"requestBody"`
	Responses   yaml.Node              `yaml:"responses"`

	method, path string
	needs        security
}

type parameter struct {
	Ref         string    `yaml:"$ref"`
	Name        string    `yaml:"name"`
	In          string    `yaml:"in"`
	Required    bool      `yaml:"required"`
	Description string    `yaml:"description"`
	Schema      yaml.Node `yaml:"schema"`
}

type body struct {
	Ref     string           `yaml:"$ref"`
	Content map[string]media `yaml:"content"`
}

type response struct {
	Ref         string           `yaml:"$ref"`
	Description string           `yaml:"description"`
	Content     map[string]media `yaml:"content"`
}

type media struct {
	Schema  yaml.Node `yaml:"schema"`
	Example yaml.Node `yaml:"example"`
}

// security is what an operation asks of its caller.
type security int

const (
	needsToken       security = iota // the default
	needsTokenOrLink                 // a bearer token or a signed link
	needsNothing
)

// session is what an operation or a frame names that anybody may use who is signed
// in. It is no line of the table of acts.
const session incident.Act = "session"

// inPerson is the same for what no API token may: it is about how people sign in.
const inPerson incident.Act = "person"

// names reports whether the contract says that the operation may need act.
func (op *operation) names(act incident.Act) bool { return op != nil && slices.Contains(op.Acts, act) }

// streams reports whether the operation sets its own deadlines.
func (op *operation) streams() bool {
	return op.uploads() || op != nil && slices.Contains([]string{"downloadFile", "openSocket", "exportAudit", "exportRoom"}, op.ID)
}

// uploads reports whether the operation's body is a file's bytes.
func (op *operation) uploads() bool {
	return op != nil && (op.ID == "uploadFile" || op.ID == "appendUpload")
}

// brings reports whether the operation lets a file in: all of it, its announcement,
// or a part.
func (op *operation) brings() bool { return op.uploads() || op != nil && op.ID == "createUpload" }

func (op *operation) takesJSON() bool {
	if op == nil || op.RequestBody == nil {
		return false
	}
	_, ok := op.RequestBody.Content["application/json"]
	return ok
}

// contract is the contract of this binary, read once.
var contract = sync.OnceValues(func() (*spec, error) { return loadSpec(specYAML) })

// loadSpec reads a contract. It fails for one that is not well-formed, and for one
// that leaves open who may call an operation or send a frame.
func loadSpec(text []byte) (*spec, error) {
	s := &spec{byRoute: map[string]*operation{}, frameActs: map[string][]incident.Act{}}
	if err := yaml.Unmarshal(text, s); err != nil {
		return nil, fmt.Errorf("read openapi.yaml: %w", err)
	}
	for path, item := range pairs(&s.Paths) {
		var shared []parameter
		for key, node := range pairs(item) {
			if key == "parameters" {
				if err := node.Decode(&shared); err != nil {
					return nil, fmt.Errorf("read openapi.yaml: %s: %w", path, err)
				}
				continue
			}
			op := &operation{method: strings.ToUpper(key), path: path}
			if err := node.Decode(op); err != nil {
				return nil, fmt.Errorf("read openapi.yaml: %s %s: %w", key, path, err)
			}
			op.needs = needsOf(op.Security)
			if b := op.RequestBody; b != nil && b.Ref != "" {
				op.RequestBody = s.Components.Bodies[lastPart(b.Ref)]
			}
			op.Parameters = append(append([]parameter(nil), shared...), op.Parameters...)
			for i, p := range op.Parameters {
				if p.Ref != "" {
					op.Parameters[i] = s.Components.Parameters[lastPart(p.Ref)]
				}
			}
			if op.needs != needsNothing {
				if err := checkActs(op.Acts); err != nil {
					return nil, fmt.Errorf("read openapi.yaml: %s: %w", op.ID, err)
				}
			}
			if _, known := classes[op.class()]; !known {
				return nil, fmt.Errorf("read openapi.yaml: %s: x-rate names %q, which is no class of requests", op.ID, op.Rate)
			}
			s.operations = append(s.operations, op)
			s.byRoute[op.method+" "+ginRoute(path)] = op
		}
	}
	return s, s.readFrames()
}

// readFrames reads what each frame of a client may need.
func (s *spec) readFrames() error {
	for frame, ref := range pairs(child(child(s.schemaNode("ClientFrame"), "discriminator"), "mapping")) {
		acts := s.actsOf(lastPart(ref.Value))
		if err := checkActs(acts); err != nil {
			return fmt.Errorf("read openapi.yaml: frame %s: %w", frame, err)
		}
		s.frameActs[frame] = acts
	}
	return nil
}

// actsOf reads what the schema of a client's frame names; nil for any other.
func (s *spec) actsOf(schema string) []incident.Act {
	var acts []incident.Act
	if n := child(s.schemaNode(schema), "x-acts"); n != nil {
		for _, one := range n.Content {
			acts = append(acts, incident.Act(one.Value))
		}
	}
	return acts
}

// checkActs refuses what has no line in the table of acts, and nothing at all: what
// nobody decided about is not served.
func checkActs(acts []incident.Act) error {
	if len(acts) == 0 {
		return fmt.Errorf("x-acts is missing: say which acts it may need")
	}
	for _, act := range acts {
		if act != session && act != inPerson && !act.Known() {
			return fmt.Errorf("x-acts names %q, which is no act", act)
		}
	}
	return nil
}

// needsOf reads an operation's security: absent means the contract's default.
func needsOf(list *[]map[string][]string) security {
	switch {
	case list == nil:
		return needsToken
	case len(*list) == 0:
		return needsNothing
	}
	for _, alternative := range *list {
		if len(alternative) == 0 { // {}: without a token, then by a link
			return needsTokenOrLink
		}
	}
	return needsToken
}

// operation is the one that c's route serves; nil for a route that the contract
// does not know.
func (s *spec) operation(c *gin.Context) *operation {
	return s.byRoute[c.Request.Method+" "+c.FullPath()]
}

// ginRoute writes "/a/{b}" as "/a/:b".
func ginRoute(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

func lastPart(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// pairs ranges over a mapping in the order of the file.
func pairs(n *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}
