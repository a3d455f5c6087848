package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"taskreporter/incident"
)

// maxBody bounds every request body but an upload's, bytes: the largest message
// is 8,000 characters.
const maxBody = 1 << 20

// readBody bounds a request's body and, where the operation takes JSON, makes
// sure that it is one JSON value in UTF-8 and nothing after it. The generated code
// decodes it then; unknown fields are ignored, so that an old server understands
// a newer page.
func (s *Server) readBody(c *gin.Context) {
	op := s.spec.operation(c)
	if op.uploads() {
		c.Next()
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
	if op.takesJSON() {
		body, err := readJSON(c.Request)
		if err != nil {
			s.refuse(c, err)
			return
		}
		c.Request.Body = io.NopCloser(bytes.NewReader(body))
	}
	c.Next()
}

func readJSON(r *http.Request) ([]byte, error) {
	const op = "read body"
	// A form of another site cannot send this type without asking first.
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return nil, incident.E(incident.Malformed, op, "Send JSON with Content-Type: application/json.")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if !utf8.Valid(body) {
		return nil, incident.E(incident.Malformed, op, "The body is not valid UTF-8.")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return body, nil
}
