package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"taskreporter/auth"
	"taskreporter/incident"
)

const (
	// refreshCookie holds the refresh token; only /api/auth sees it.
	refreshCookie = "refresh_token"
	cookiePath    = "/api/auth"
	maxUsername   = 255 // bytes
	// requestedWith is a header that another site's form cannot send.
	requestedWith = "task-reporter"
)

// Login implements POST /api/auth/login (F-AU-02).
func (s *Server) Login(ctx context.Context, req LoginRequestObject) (_ LoginResponseObject, err error) {
	const op = "login"
	defer func() { countLogin(err) }()
	r := requestOf(ctx)
	if err := s.checkOrigin(r); err != nil {
		return nil, err
	}
	username := strings.TrimSpace(req.Body.Username)
	if username == "" || req.Body.Password == "" || len(username) > maxUsername {
		return nil, incident.E(incident.Invalid, op, "username and password must not be empty, nor username longer than %d bytes.", maxUsername)
	}
	grant, err := s.sessions.Login(ctx, username, req.Body.Password, r.from, r.http.UserAgent())
	if incident.KindOf(err) == incident.BadCredentials {
		e := s.entry(ctx, "login_failed", "refused")
		e.Who = incident.Person{Name: username}
		e.Target += ": " + auth.ReasonOf(err)
		s.record(ctx, e)
	}
	if limit := new(auth.LimitError); errors.As(err, &limit) {
		s.recordLogin(ctx, "login_limited", incident.Person{Name: username}, "refused")
	}
	if err != nil {
		return nil, err
	}
	s.recordLogin(ctx, "login", grant.User.Person, "ok")
	cookie := s.cookie(r, grant)
	return Login200JSONResponse{Body: toSignedIn(grant), Headers: Login200ResponseHeaders{SetCookie: &cookie}}, nil
}

// Refresh implements POST /api/auth/refresh (F-AU-04).
func (s *Server) Refresh(ctx context.Context, _ RefreshRequestObject) (RefreshResponseObject, error) {
	const op = "refresh"
	r := requestOf(ctx)
	if err := s.checkCookieUse(r); err != nil {
		return nil, err
	}
	token, err := r.http.Cookie(refreshCookie)
	if err != nil {
		return nil, incident.E(incident.Unauthenticated, op, "Sign in first.")
	}
	grant, err := s.sessions.Refresh(ctx, token.Value)
	var replay *auth.ReplayError
	if errors.As(err, &replay) {
		s.recordLogin(ctx, "refresh_token_reused", incident.Person{ID: replay.Session.User}, "refused")
	}
	if err != nil {
		return nil, err
	}
	cookie := s.cookie(r, grant)
	return Refresh200JSONResponse{Body: toSignedIn(grant), Headers: Refresh200ResponseHeaders{SetCookie: &cookie}}, nil
}

// Logout implements POST /api/auth/logout.
func (s *Server) Logout(ctx context.Context, _ LogoutRequestObject) (LogoutResponseObject, error) {
	r := requestOf(ctx)
	if err := s.checkCookieUse(r); err != nil {
		return nil, err
	}
	if err := s.sessions.Logout(ctx, r.principal); err != nil {
		return nil, err
	}
	s.recordLogin(ctx, "logout", r.principal.Person, "ok")
	gone := s.cookie(r, auth.Grant{})
	return Logout204Response{Headers: Logout204ResponseHeaders{SetCookie: &gone}}, nil
}

// Me implements GET /api/auth/me (F-AU-05).
func (s *Server) Me(ctx context.Context, _ MeRequestObject) (MeResponseObject, error) {
	user, err := s.library.User(ctx, requestOf(ctx).principal.ID)
	if err != nil {
		return nil, err
	}
	return Me200JSONResponse(toUser(user)), nil
}

// CreateTicket implements POST /api/ws/ticket (F-AU-06).
func (s *Server) CreateTicket(ctx context.Context, _ CreateTicketRequestObject) (CreateTicketResponseObject, error) {
	ticket, err := s.sessions.Ticket(ctx, requestOf(ctx).principal)
	if err != nil {
		return nil, err
	}
	return CreateTicket201JSONResponse{Ticket: ticket, ExpiresIn: int(auth.TicketTTL / time.Second)}, nil
}

// recordLogin audits what happened to an account or a session.
func (s *Server) recordLogin(ctx context.Context, act string, who incident.Person, outcome string) {
	e := s.entry(ctx, act, outcome)
	e.Who = who
	s.record(ctx, e)
}

// checkOrigin refuses the page of another site (F-SE-04).
func (s *Server) checkOrigin(r *request) error {
	if originAllowed(r.http, s.config.Origins) {
		return nil
	}
	return incident.E(incident.Forbidden, "check origin", "Pages of this origin may not sign in here.")
}

// checkCookieUse guards what a browser's cookie alone could do.
func (s *Server) checkCookieUse(r *request) error {
	if err := s.checkOrigin(r); err != nil {
		return err
	}
	if r.http.Header.Get("X-Requested-With") != requestedWith {
		return incident.E(incident.Forbidden, "check cookie use", "Send the header X-Requested-With: %s.", requestedWith)
	}
	return nil
}

// cookie hands out a grant's refresh token, or takes it away for an empty grant.
func (s *Server) cookie(r *request, g auth.Grant) string {
	c := http.Cookie{ // not Secure without TLS: the cookie would be lost
		Name:     refreshCookie,
		Value:    g.RefreshToken,
		Path:     cookiePath,
		Expires:  g.RefreshExpires,
		HttpOnly: true,
		Secure:   r.secure,
		SameSite: http.SameSiteStrictMode,
	}
	if g.RefreshToken == "" {
		c.MaxAge = -1
	}
	return c.String()
}

func toSignedIn(g auth.Grant) SignedIn {
	return SignedIn{AccessToken: g.AccessToken, ExpiresIn: int(g.ExpiresIn / time.Second), User: toUser(g.User)}
}
