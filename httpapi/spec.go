package httpapi

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"go.yaml.in/yaml/v3"
)

//go:embed openapi.yaml
var specYAML []byte

// spec is the contract as the server reads it at its start: which operations are
// open, which take JSON, and what /docs shows.
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
		Responses  map[string]response  `yaml:"responses"`
		Schemas    yaml.Node            `yaml:"schemas"`
	} `yaml:"components"`

	operations []*operation
	byRoute    map[string]*operation
}

type operation struct {
	ID          string                 `yaml:"operationId"`
	Tags        []string               `yaml:"tags"`
	Summary     string                 `yaml:"summary"`
	Description string                 `yaml:"description"`
	Security    *[]map[string][]string `yaml:"security"` // nil: as the whole contract
	Parameters  []parameter            `yaml:"parameters"`
	RequestBody *struct {
		Content map[string]media `yaml:"content"`
	} `yaml:"requestBody"`
	Responses yaml.Node `yaml:"responses"`

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

// streams reports whether the operation sets its own deadlines.
func (op *operation) streams() bool {
	return op != nil && (op.ID == "uploadFile" || op.ID == "downloadFile" || op.ID == "openSocket")
}

func (op *operation) takesJSON() bool {
	if op == nil || op.RequestBody == nil {
		return false
	}
	_, ok := op.RequestBody.Content["application/json"]
	return ok
}

// contract is the contract of this binary, read once.
var contract = sync.OnceValues(func() (*spec, error) { return loadSpec(specYAML) })

// loadSpec reads a contract. It fails only for a contract that is not well-formed.
func loadSpec(text []byte) (*spec, error) {
	s := &spec{byRoute: map[string]*operation{}}
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
			op.Parameters = append(append([]parameter(nil), shared...), op.Parameters...)
			for i, p := range op.Parameters {
				if p.Ref != "" {
					op.Parameters[i] = s.Components.Parameters[lastPart(p.Ref)]
				}
			}
			s.operations = append(s.operations, op)
			s.byRoute[op.method+" "+ginRoute(path)] = op
		}
	}
	return s, nil
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
