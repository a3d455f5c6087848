package httpapi

import (
	"bytes"
	"fmt"
	"testing"
)

const boundary = "----WebKitFormBoundaryAbc123"

// formField writes one field of a form; headers follow Content-Disposition.
func formField(name, filename, content string, headers ...string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=%q", boundary, name)
	if filename != "" {
		fmt.Fprintf(&b, "; filename=\"%s\"", filename)
	}
	b.WriteString("\r\n")
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n" + content + "\r\n")
	return b.String()
}

const closing = "--" + boundary + "--\r\n"

// form is what a browser sends for one file.
func form(filename, content string) string {
	return formField("file", filename, content, "Content-Type: application/octet-stream") + closing
}

// upload posts a form as a browser does.
func (h *house) upload(t *testing.T, who, body string, edits ...edit) answer {
	t.Helper()
	edits = append([]edit{header("Content-Type", "multipart/form-data; boundary="+boundary)}, edits...)
	return h.call(t, who, "POST", "/api/rooms/"+string(press)+"/files", bytes.NewReader([]byte(body)), edits...)
}
