package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

const (
	forEver    = "public, max-age=31536000, immutable" // of files whose names change with their content
	askAlways  = "no-cache"                            // may be kept, but asked for each time
	assetsPath = "/assets/"
)

// mimeTypes are those of a built page; the system's own table differs from one
// machine to the next.
var mimeTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
	".woff2":       "font/woff2",
	".yaml":        "application/yaml",
}

// site is the built page, compressed once and held in memory only so: nearly every
// client takes it like that.
type site struct {
	files map[string]*asset // by URL path
	index *asset            // nil without a page
}

type asset struct {
	body      []byte
	zipped    bool // body is compressed, because that gains something
	size      int  // of what was given, bytes
	mime, tag string
	cache     string
}

// newSite reads a page; without index.html its placeholder.html says how to build one.
func newSite(page fs.FS) (*site, error) {
	s := &site{files: map[string]*asset{}}
	err := fs.WalkDir(page, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(page, name)
		if err != nil {
			return err
		}
		cache := askAlways
		if strings.HasPrefix("/"+name, assetsPath) {
			cache = forEver
		}
		s.files["/"+name], err = newAsset(body, path.Ext(name), cache)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	if s.index = s.files["/index.html"]; s.index == nil {
		s.index = s.files["/placeholder.html"]
	}
	return s, nil
}

func newAsset(body []byte, ext, cache string) (*asset, error) {
	sum := sha256.Sum256(body)
	a := &asset{body: body, size: len(body), mime: mimeTypes[ext], tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, cache: cache}
	if a.mime == "" {
		a.mime = mime.TypeByExtension(ext)
	}
	if a.mime == "" {
		a.mime = "application/octet-stream"
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if zipped.Len() < len(body)*9/10 {
		a.body, a.zipped = bytes.Clone(zipped.Bytes()), true
	}
	return a, nil
}

// page serves what no route does: files of the page, and its index for every
// address that a person may open. What a page's own code asks for and is not
// there is 404, never HTML.
func (s *Server) page(site *site) gin.HandlerFunc {
	return func(c *gin.Context) {
		at := c.Request.URL.Path
		reads := c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead
		if !reads || at == "/api" || strings.HasPrefix(at, "/api/") {
			s.noRoute(c)
			return
		}
		if a, ok := site.files[at]; ok {
			a.serve(c)
			return
		}
		person := at == "/" || strings.Contains(c.GetHeader("Accept"), "text/html")
		if site.index == nil || !person || strings.HasPrefix(at, assetsPath) {
			s.noRoute(c)
			return
		}
		site.index.serve(c)
	}
}

func (a *asset) serve(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Cache-Control", a.cache)
	h.Set("Etag", a.tag)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(c.GetHeader("If-None-Match"), a.tag) {
		c.Status(http.StatusNotModified)
		return
	}
	asZipped := a.zipped && acceptsGzip(c.GetHeader("Accept-Encoding"))
	size := a.size
	if asZipped {
		h.Set("Content-Encoding", "gzip")
		size = len(a.body)
	}
	h.Set("Content-Type", a.mime)
	h.Set("Content-Length", strconv.Itoa(size))
	c.Status(http.StatusOK)
	if c.Request.Method == http.MethodHead {
		return
	}
	var body io.Reader = bytes.NewReader(a.body)
	if a.zipped && !asZipped {
		body, _ = gzip.NewReader(body) // we zipped it
	}
	_, _ = io.CopyN(c.Writer, body, int64(size)) // a client that left needs no answer
}

// acceptsGzip reads RFC 9110's Accept-Encoding as far as it matters here.
func acceptsGzip(header string) bool {
	for one := range strings.SplitSeq(header, ",") {
		coding, q, _ := strings.Cut(one, ";")
		if coding = strings.TrimSpace(coding); coding == "gzip" || coding == "*" {
			q = strings.TrimSpace(q)
			return q != "q=0" && !strings.HasPrefix(q, "q=0.000")
		}
	}
	return false
}
