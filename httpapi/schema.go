package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"go.yaml.in/yaml/v3"

	"taskreporter/incident"
)

// maxDepth bounds an example of schemas that refer to each other.
const maxDepth = 6

// field is one property of a schema, or one parameter, as /docs shows it.
type field struct {
	Name, In string
	Required bool
	Type     template.HTML
	Text     template.HTML
}

// schema is one component as /docs shows it.
type schemaDoc struct {
	Name    string
	Acts    []incident.Act // of a client's frame
	Text    template.HTML
	Type    template.HTML // of what is no object
	Fields  []field
	Example string
}

// schemaNode finds a component by name; nil without one.
func (s *spec) schemaNode(name string) *yaml.Node { return child(&s.Components.Schemas, name) }

func child(n *yaml.Node, key string) *yaml.Node {
	for k, v := range pairs(n) {
		if k == key {
			return v
		}
	}
	return nil
}

func text(n *yaml.Node, key string) string {
	if c := child(n, key); c != nil {
		return c.Value
	}
	return ""
}

func (s *spec) schemaDoc(name string) schemaDoc {
	n := s.schemaNode(name)
	d := schemaDoc{Name: name, Text: prose(text(n, "description")), Fields: s.fields(n), Example: s.example(n)}
	if d.Fields == nil {
		d.Type = s.typeOf(n)
	}
	return d
}

// fields lists an object's properties in the order of the contract.
func (s *spec) fields(n *yaml.Node) []field {
	required := map[string]bool{}
	if list := child(n, "required"); list != nil {
		for _, name := range list.Content {
			required[name.Value] = true
		}
	}
	var out []field
	properties := child(n, "properties")
	if properties == nil {
		return nil
	}
	for name, p := range pairs(properties) {
		out = append(out, field{Name: name, Required: required[name], Type: s.typeOf(p), Text: prose(text(p, "description"))})
	}
	return out
}

// typeOf writes a schema in a few words, with links to the components it names.
func (s *spec) typeOf(n *yaml.Node) template.HTML {
	if n == nil {
		return ""
	}
	if ref := text(n, "$ref"); ref != "" {
		name := template.HTMLEscapeString(lastPart(ref))
		return template.HTML(`<a href="#schema-` + name + `">` + name + `</a>`)
	}
	if list := child(n, "oneOf"); list != nil {
		return join(list.Content, " or ", s.typeOf)
	}
	if list := child(n, "enum"); list != nil {
		return join(list.Content, " | ", func(v *yaml.Node) template.HTML {
			return template.HTML("<code>" + template.HTMLEscapeString(v.Value) + "</code>")
		})
	}
	if items := child(n, "items"); items != nil {
		return "list of " + s.typeOf(items)
	}
	words := []string{text(n, "type")}
	for _, key := range []string{"format", "minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern", "default"} {
		switch v := text(n, key); {
		case v == "":
		case key == "format":
			words[0] += " (" + v + ")"
		default:
			words = append(words, key+" "+v)
		}
	}
	return template.HTML(template.HTMLEscapeString(strings.Join(words, ", ")))
}

func join(nodes []*yaml.Node, between string, f func(*yaml.Node) template.HTML) template.HTML {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = string(f(n))
	}
	return template.HTML(strings.Join(parts, between))
}

// example writes a value that fits a schema: what the contract gives, or one made
// up from types and names.
func (s *spec) example(n *yaml.Node) string {
	var raw, pretty bytes.Buffer
	s.writeExample(&raw, "", n, 0)
	if err := json.Indent(&pretty, raw.Bytes(), "", "  "); err != nil {
		return raw.String()
	}
	return pretty.String()
}

func (s *spec) writeExample(b *bytes.Buffer, name string, n *yaml.Node, depth int) {
	if n == nil || depth > maxDepth {
		b.WriteString("null")
		return
	}
	if given := child(n, "example"); given != nil {
		writeNode(b, given)
		return
	}
	if ref := text(n, "$ref"); ref != "" {
		s.writeExample(b, name, s.schemaNode(lastPart(ref)), depth+1)
		return
	}
	if list := child(n, "oneOf"); list != nil {
		s.writeExample(b, name, list.Content[0], depth+1)
		return
	}
	switch text(n, "type") {
	case "object":
		b.WriteByte('{')
		first := true
		for key, p := range pairs(child(n, "properties")) {
			if !first {
				b.WriteByte(',')
			}
			first = false
			writeJSON(b, key)
			b.WriteByte(':')
			s.writeExample(b, key, p, depth+1)
		}
		b.WriteByte('}')
	case "array":
		b.WriteByte('[')
		s.writeExample(b, name, child(n, "items"), depth+1)
		b.WriteByte(']')
	case "integer", "number":
		b.WriteString(exampleNumber(name))
	case "boolean":
		b.WriteString("false")
	default:
		writeJSON(b, exampleText(name, n))
	}
}

// writeNode writes YAML as JSON and keeps the order of its keys.
func writeNode(b *bytes.Buffer, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, n.Content[i].Value)
			b.WriteByte(':')
			writeNode(b, n.Content[i+1])
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, v := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			writeNode(b, v)
		}
		b.WriteByte(']')
	default:
		var v any
		if err := n.Decode(&v); err != nil {
			v = n.Value
		}
		writeJSON(b, v)
	}
}

func writeJSON(b *bytes.Buffer, v any) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		fmt.Fprintf(b, "%q", fmt.Sprint(v))
	}
}

var exampleNumbers = map[string]string{
	"after_seq": "41", "head_seq": "42", "seq": "42", "from_seq": "20", "epoch": "3", "file_size": "2513044", "size": "2513044",
	"width": "4032", "height": "3024", "limit": "50", "offset": "0", "heartbeat_seconds": "30", "expires_in": "300",
	"reconnect_after_ms": "1500", "code": "4000", "retry_after_ms": "1000", "status": "403",
}

func exampleNumber(name string) string {
	if n, ok := exampleNumbers[name]; ok {
		return n
	}
	return "1"
}

const (
	exampleUUID = "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10"
	exampleNode = "hXLVWmyZV63WWS2mz8pfew"
)

var exampleTexts = map[string]string{
	"name": "王小明", "username": "wang", "text": "三線停機,主軸有油", "title": "三線沖壓機漏油", "filename": "press-07.jpg",
	"mime_type": "image/jpeg", "line": "三線", "station": "站 07", "site": "一廠", "equipment": "P-07", "last_message": "三線停機,主軸有油",
	"sha256":        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	"client_msg_id": "5f1c2e0a-7a64-4c3e-8a52-1f0b6f3d9a01", "reason": "the server is going away", "type": "about:blank",
}

func exampleText(name string, n *yaml.Node) string {
	if list := child(n, "enum"); list != nil {
		return list.Content[0].Value
	}
	switch t, known := exampleTexts[name]; {
	case known:
		return t
	case text(n, "format") == "date-time":
		return "2026-11-22T05:41:07.120345Z"
	case text(n, "format") == "uuid", strings.HasSuffix(name, "_id"), name == "added_by", name == "reply_to":
		return exampleUUID
	case name == "thumbnail_url":
		return filePath(exampleUUID, exampleUUID) + "/thumbnail?expires=1795326000&signature=…"
	case strings.HasSuffix(name, "url"):
		return filePath(exampleUUID, exampleUUID) + "/content?expires=1795326000&signature=…"
	default:
		return "…"
	}
}
