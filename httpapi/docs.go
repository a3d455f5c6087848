package httpapi

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"go.yaml.in/yaml/v3"

	"taskreporter/incident"
)

//go:embed docs
var docsFiles embed.FS

// docs is the contract for people: one page that the server makes of openapi.yaml
// when it starts, readable without any other host (F-OP-05, F-UP-23).
type docs struct{ page, script, style, contract *asset }

// docsPage is what page.html.tmpl shows.
type docsPage struct {
	Title, Version string
	Intro          template.HTML
	Groups         []docsGroup
	Errors         []docsError
	ClientFrames   []schemaDoc
	ServerFrames   []schemaDoc
	Schemas        []schemaDoc
}

type docsGroup struct {
	Name, Text string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Summary, Auth string
	Acts                            []incident.Act
	Rate                            string // class
	Text                            template.HTML
	Parameters                      []field
	Request                         *docsBody
	Responses                       []docsBody
	Curl                            string
}

type docsBody struct {
	Status  string // of a response
	Text    template.HTML
	Mime    string
	Type    template.HTML
	Fields  []field // where the schema has no name of its own
	Example string
}

type docsError struct {
	Code      incident.Kind
	Status    int
	Title     string
	Retryable bool
}

// documentation is made once.
var documentation = sync.OnceValues(func() (*docs, error) {
	s, err := contract()
	if err != nil {
		return nil, err
	}
	return newDocs(s)
})

func newDocs(s *spec) (*docs, error) {
	var html bytes.Buffer
	t, err := template.ParseFS(docsFiles, "docs/page.html.tmpl")
	if err != nil {
		return nil, fmt.Errorf("docs: %w", err)
	}
	if err := t.Execute(&html, s.docsPage()); err != nil {
		return nil, fmt.Errorf("docs: %w", err)
	}
	d := &docs{}
	for _, one := range []struct {
		to   **asset
		body []byte
		ext  string
	}{
		{&d.page, html.Bytes(), ".html"},
		{&d.script, mustRead("docs/docs.js"), ".js"},
		{&d.style, mustRead("docs/docs.css"), ".css"},
		{&d.contract, specYAML, ".yaml"},
	} {
		if *one.to, err = newAsset(one.body, one.ext, askAlways); err != nil {
			return nil, fmt.Errorf("docs: %w", err)
		}
	}
	return d, nil
}

// mustRead reads an embedded file; one that is missing fails every test.
func mustRead(name string) []byte {
	b, err := docsFiles.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}

func (d *docs) register(engine *gin.Engine) {
	for path, a := range map[string]*asset{"/docs": d.page, "/docs/docs.js": d.script, "/docs/docs.css": d.style, "/openapi.yaml": d.contract} {
		engine.GET(path, a.serve)
		engine.HEAD(path, a.serve)
	}
}

func (s *spec) docsPage() docsPage {
	p := docsPage{Title: s.Info.Title, Version: s.Info.Version, Intro: prose(s.Info.Description)}
	for _, tag := range s.Tags {
		g := docsGroup{Name: tag.Name, Text: tag.Description}
		for _, op := range s.operations {
			if slices.Contains(op.Tags, tag.Name) {
				g.Operations = append(g.Operations, s.docsOperation(op))
			}
		}
		p.Groups = append(p.Groups, g)
	}
	for kind, k := range kinds {
		p.Errors = append(p.Errors, docsError{kind, k.status, k.title, kind.Retryable()})
	}
	slices.SortFunc(p.Errors, func(a, b docsError) int {
		if a.Status != b.Status {
			return a.Status - b.Status
		}
		return strings.Compare(string(a.Code), string(b.Code))
	})
	p.ClientFrames, p.ServerFrames = s.frames("ClientFrame"), s.frames("ServerFrame")
	for name := range pairs(&s.Components.Schemas) {
		if !strings.HasSuffix(name, "Frame") {
			p.Schemas = append(p.Schemas, s.schemaDoc(name))
		}
	}
	return p
}

func (s *spec) frames(union string) []schemaDoc {
	var out []schemaDoc
	for _, one := range child(s.schemaNode(union), "oneOf").Content {
		name := lastPart(text(one, "$ref"))
		doc := s.schemaDoc(name)
		doc.Acts = s.actsOf(name)
		out = append(out, doc)
	}
	return out
}

func (s *spec) docsOperation(op *operation) docsOperation {
	d := docsOperation{ID: op.ID, Method: op.method, Path: op.path, Summary: op.Summary, Acts: op.Acts, Rate: string(op.class()), Text: prose(op.Description)}
	d.Auth = [...]string{needsToken: "bearer token", needsTokenOrLink: "bearer token or signed link", needsNothing: "open"}[op.needs]
	for _, p := range op.Parameters {
		d.Parameters = append(d.Parameters, field{Name: p.Name, In: p.In, Required: p.Required, Type: s.typeOf(&p.Schema), Text: prose(p.Description)})
	}
	if op.RequestBody != nil {
		for mime, m := range op.RequestBody.Content {
			body := s.docsBody(mime, m)
			d.Request = &body
		}
	}
	for status, n := range pairs(&op.Responses) {
		d.Responses = append(d.Responses, s.docsResponse(status, n))
	}
	d.Curl = curl(op, d.Request)
	return d
}

func (s *spec) docsResponse(status string, n *yaml.Node) docsBody {
	var r response
	if err := n.Decode(&r); err != nil || r.Ref != "" {
		r = s.Components.Responses[lastPart(r.Ref)]
	}
	body := docsBody{Status: status, Text: prose(r.Description)}
	for mime, m := range r.Content {
		body = s.docsBody(mime, m)
		body.Status, body.Text = status, prose(r.Description)
	}
	return body
}

func (s *spec) docsBody(mime string, m media) docsBody {
	b := docsBody{Mime: mime, Type: s.typeOf(&m.Schema)}
	if text(&m.Schema, "$ref") == "" {
		b.Fields = s.fields(&m.Schema)
	}
	if !strings.HasSuffix(mime, "json") {
		return b
	}
	b.Example = s.example(&m.Schema)
	if m.Example.Kind != 0 {
		b.Example = s.example(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "example"}, &m.Example}})
	}
	return b
}

// curl is a call that can be pasted after filling in TOKEN.
func curl(op *operation, body *docsBody) string {
	var b strings.Builder
	b.WriteString("curl")
	if op.method != http.MethodGet {
		b.WriteString(" -X " + op.method)
	}
	path := strings.NewReplacer("{room_id}", exampleUUID, "{file_id}", exampleUUID, "{message_id}", exampleUUID,
		"{template_id}", exampleUUID, "{user_id}", exampleUUID, "{item_id}", "1", "{emoji}", "%F0%9F%91%8D", "{node_id}", exampleNode).Replace(op.path)
	for _, p := range op.Parameters {
		if p.In == "query" && p.Required {
			path += "?" + p.Name + "=" + exampleNumber(p.Name)
		}
	}
	b.WriteString(" 'http://localhost:8080" + path + "'")
	if op.needs != needsNothing {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $TOKEN\"")
	}
	if op.ID == "refresh" || op.ID == "logout" {
		b.WriteString(" \\\n  -b cookies.txt -c cookies.txt -H 'X-Requested-With: " + requestedWith + "'")
	}
	switch {
	case body == nil:
	case body.Mime == "multipart/form-data":
		b.WriteString(" \\\n  -F description=主軸漏油 -F file=@press-07.jpg")
	default:
		b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d " + shellQuote(body.Example))
	}
	return b.String()
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	boldSpan = regexp.MustCompile(`\*\*([^*]+)\*\*`)
)

// prose turns the little Markdown of the contract into HTML: paragraphs, tables,
// code and bold.
func prose(markdown string) template.HTML {
	var b strings.Builder
	for block := range strings.SplitSeq(strings.TrimSpace(markdown), "\n\n") {
		switch {
		case block == "":
		case strings.HasPrefix(block, "|"):
			b.WriteString(proseTable(strings.Split(block, "\n")))
		default:
			b.WriteString("<p>" + spans(block) + "</p>")
		}
	}
	return template.HTML(b.String())
}

func proseTable(rows []string) string {
	var b strings.Builder
	b.WriteString("<table>")
	for i, row := range rows {
		if i == 1 {
			continue // the line under the header
		}
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		b.WriteString("<tr>")
		for text := range strings.SplitSeq(strings.Trim(row, "| "), "|") {
			b.WriteString("<" + cell + ">" + spans(strings.TrimSpace(text)) + "</" + cell + ">")
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table>")
	return b.String()
}

func spans(text string) string {
	text = codeSpan.ReplaceAllString(template.HTMLEscapeString(text), "<code>$1</code>")
	return boldSpan.ReplaceAllString(text, "<b>$1</b>")
}
