package httpapi

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"taskreporter/incident"
)

// admit is default deny: it lets a request through that proves what its operation
// needs, within the caller's rate. What the contract does not know needs a token.
func (s *Server) admit(c *gin.Context) {
	r := requestOf(c)
	c.Header("Cache-Control", "no-store") // evidence says otherwise itself
	err := s.identify(c, r)
	// The refused count too, or guessing would be free.
	if tooFast := s.limiter.take(r); tooFast != nil {
		s.refuse(c, tooFast)
		return
	}
	if err == nil {
		err = s.checkNetwork(r)
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	c.Next()
}

// identify fills in who asks, or that a link opened it.
func (s *Server) identify(c *gin.Context, r *request) error {
	const op = "authenticate"
	needs := needsToken
	if o := s.spec.operation(c); o != nil {
		needs = o.needs
	}
	if needs == needsNothing {
		return nil
	}
	if needs == needsTokenOrLink && c.Query("signature") != "" {
		if err := s.checkLink(c); err != nil {
			return err
		}
		r.byLink = true
		return nil
	}
	token, ok := bearer(c.Request)
	if !ok {
		return incident.E(incident.Unauthenticated, op, "Sign in first: this needs an Authorization: Bearer header.")
	}
	p, err := s.sessions.Verify(c.Request.Context(), token)
	if err != nil {
		return err
	}
	p.From, p.Request = r.from, r.id
	r.principal = p
	if p.Token() && r.operation.names(inPerson) {
		return incident.E(incident.Forbidden, op, "API tokens may not do this. Sign in.")
	}
	return nil
}

// checkLink checks the signed link of a route that ends in what the link opens.
func (s *Server) checkLink(c *gin.Context) error {
	expires, err := strconv.ParseInt(c.Query("expires"), 10, 64)
	if err != nil {
		expires = 0 // never valid
	}
	route := c.FullPath()[strings.LastIndexByte(c.FullPath(), '/')+1:]
	return s.links.check(route, incident.RoomID(c.Param("room_id")), incident.FileID(c.Param("file_id")), expires, c.Query("signature"))
}

// bearer returns the token of RFC 6750's header form.
func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", false
	}
	return token, true
}
