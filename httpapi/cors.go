package httpapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// What pages of listed origins may send and read (Fetch standard, CORS protocol),
// beside what they always may. Both name what the contract names.
const (
	corsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
	corsSends   = "Authorization, Content-Type, Range, X-Requested-With, " +
		"Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset"
	corsReads = "Accept-Ranges, Content-Disposition, Content-Range, Etag, Location, Retry-After, X-Request-Id, " +
		"Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, " +
		"Upload-Expires, Upload-Length, Upload-Offset"
	// corsAge is how long a browser need not ask again; none keeps it for longer.
	corsAge = 2 * time.Hour
)

// cors lets pages of the origins on the list read the API's answers and use its
// cookies (F-SE-04). To all others, our own among them, it says nothing: browsers
// then allow what they allow without it.
func (s *Server) cors(c *gin.Context) {
	if len(s.config.Origins) == 0 || !strings.HasPrefix(c.Request.URL.Path, "/api/") {
		c.Next()
		return
	}
	h := c.Writer.Header()
	h.Add("Vary", "Origin")
	origin := c.GetHeader("Origin")
	if !slices.Contains(s.config.Origins, origin) {
		c.Next()
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Allow-Credentials", "true")
	// A browser that asks beforehand names the method that it wants; OPTIONS without
	// it is a question of the upload protocol.
	if c.Request.Method != http.MethodOptions || c.GetHeader("Access-Control-Request-Method") == "" {
		h.Set("Access-Control-Expose-Headers", corsReads)
		c.Next()
		return
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsSends)
	h.Set("Access-Control-Max-Age", strconv.Itoa(int(corsAge.Seconds())))
	c.AbortWithStatus(http.StatusNoContent)
}
