package httpapi

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/incident"
)

// Numbers that promise. Those that an operator may change are in [Config].
const (
	// headerTime is how long a client may take to send a request's header.
	headerTime = 10 * time.Second
	// idleTime is how long a connection may wait for its next request: longer than
	// the 60 s of common load balancers, so that they and not we close it.
	idleTime = 90 * time.Second
	// maxHeader bounds a request's header, bytes.
	maxHeader = 32 << 10
	// strictTransport makes browsers come by TLS only, for a year. It says nothing of
	// other names: those are not ours.
	strictTransport = "max-age=31536000"
	// slack is what a request may take beyond RequestTimeout to be read and answered.
	slack = 15 * time.Second
)

// Config is what an operator decides about the door.
type Config struct {
	Origins        []string       // other origins whose pages may sign in, open sockets and read answers, as "https://host:port"
	TrustedProxies []netip.Prefix // whose X-Forwarded-For and X-Forwarded-Proto are believed
	UploadNetworks []netip.Prefix // from where files may be uploaded; empty for everywhere
	Rate           float64        // requests per second of one user to the API; 0 for no limit
	Burst          int            // requests of one user at once
	RequestTimeout time.Duration  // of everything but uploads, downloads and sockets
	UploadIdle     time.Duration  // an upload that sends nothing for so long is given up
	StoreOrigin    string         // where presigned links lead, if not here: the page may show images from it
	Zone           *time.Location // of the plant's clocks; UTC when nil
}

// DefaultConfig suits one plant behind no proxy.
var DefaultConfig = Config{
	// A page that opens a room asks some ten times at once and then rests.
	Rate:           50,
	Burst:          200,
	RequestTimeout: 30 * time.Second,
	// A phone that walks between two access points is back within this.
	UploadIdle: 30 * time.Second,
}

// Check is a named question of readiness; it returns when ctx ends.
type Check struct {
	Name  string
	Vital bool // without it this node can serve nothing: /readyz fails
	Ask   func(ctx context.Context) error
}

// Deps is what the server needs of the house.
type Deps struct {
	Library  Library
	Audit    Audit
	Evidence Evidence
	Uploads  Uploads
	Sessions Sessions
	People   Newcomers
	Rooms    Rooms
	Cluster  Cluster

	Retention Retention
	Purger    Purger

	Links  *Links
	Socket http.Handler // GET /api/ws; it authenticates by its first frame
	Page   fs.FS        // the built page, with index.html at its root if there is one
	Checks []Check
	Now    func() time.Time
	Log    *slog.Logger
	Traces trace.TracerProvider // nil: nothing is traced
}

// Server answers HTTP. It is made once and is safe for concurrent use.
type Server struct {
	config   Config
	library  Library
	audit    Audit
	evidence Evidence
	uploads  Uploads
	sessions Sessions
	people   Newcomers
	rooms    Rooms
	cluster  Cluster

	retention Retention
	purger    Purger

	links  *Links
	checks []Check
	now    func() time.Time
	log    *slog.Logger
	tracer trace.Tracer

	spec     *spec
	limiter  *limiter
	exports  chan struct{} // one for each export that may be under way
	csp      string
	draining atomic.Bool
	handler  http.Handler
}

// New builds the routes. It fails for a contract or a page that cannot be read, and
// for a contract that leaves open who may do something.
func New(config Config, deps Deps) (*Server, error) {
	contract, err := contract()
	if err != nil {
		return nil, err
	}
	if err := contract.checkFrames(); err != nil {
		return nil, err
	}
	if config.Zone == nil {
		config.Zone = time.UTC
	}
	s := &Server{
		config:    config,
		library:   deps.Library,
		audit:     deps.Audit,
		evidence:  deps.Evidence,
		uploads:   deps.Uploads,
		sessions:  deps.Sessions,
		retention: deps.Retention,
		purger:    deps.Purger,
		people:    deps.People,
		rooms:     deps.Rooms,
		cluster:   deps.Cluster,
		links:     deps.Links,
		checks:    deps.Checks,
		now:       deps.Now,
		log:       deps.Log,
		tracer:    newTracer(deps.Traces),
		spec:      contract,
		limiter:   newLimiter(config.Rate, config.Burst, deps.Now),
		exports:   make(chan struct{}, exportsAtOnce),
		csp:       pagePolicy(config.StoreOrigin),
	}
	if s.handler, err = s.routes(deps); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler serves everything that clients may reach.
func (s *Server) Handler() http.Handler { return s.handler }

// HTTPServer is the handler in an http.Server whose deadlines fit it. Uploads and
// downloads move their own.
func (s *Server) HTTPServer() *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       s.config.RequestTimeout + slack,
		WriteTimeout:      s.config.RequestTimeout + slack,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // TLS handshakes of scanners and the like
	}
}

// SetReady says whether /readyz may answer ok; a node that drains says false first.
func (s *Server) SetReady(ready bool) { s.draining.Store(!ready) }

// refuseWhileDraining turns away what would have to go elsewhere soon, where a load
// balancer does not know yet that this node drains.
func (s *Server) refuseWhileDraining(c *gin.Context) {
	if s.draining.Load() {
		s.refuse(c, incident.E(incident.Unavailable, "open socket", "This server is going away. Connect again: another one will answer."))
		c.Abort()
	}
}

func (s *Server) routes(deps Deps) (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.ContextWithFallback = true // handlers' contexts end with their requests
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	engine.RedirectFixedPath = false
	proxies := make([]string, len(s.config.TrustedProxies))
	for i, p := range s.config.TrustedProxies {
		proxies[i] = p.String()
	}
	if err := engine.SetTrustedProxies(proxies); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	site, err := newSite(deps.Page)
	if err != nil {
		return nil, err
	}
	docs, err := documentation()
	if err != nil {
		return nil, err
	}
	engine.Use(s.observe, s.cors, s.speakTus, s.prepareUpload, s.recover)
	engine.NoMethod(s.noMethod)
	engine.NoRoute(s.page(site))
	docs.register(engine)

	api := engine.Group("/", s.bound, s.admit, s.readBody)
	RegisterHandlersWithOptions(api, s.strict(), GinServerOptions{ErrorHandler: s.refuseParameter})
	api.GET("/api/ws", s.refuseWhileDraining, gin.WrapH(deps.Socket))
	return engine, nil
}

// strict adapts the handlers to the generated routes, with one writer of errors.
func (s *Server) strict() ServerInterface {
	// Gin uses its contexts again after a request, while what a handler called may
	// still hold one, as database/sql does: hand out a copy.
	own := func(next StrictHandlerFunc, _ string) StrictHandlerFunc {
		return func(c *gin.Context, request any) (any, error) { return next(c.Copy(), request) }
	}
	return NewStrictHandlerWithOptions(s, []StrictMiddlewareFunc{own}, StrictGinServerOptions{
		RequestErrorHandlerFunc:  s.refuse,
		HandlerErrorFunc:         s.refuse,
		ResponseErrorHandlerFunc: s.refuse,
	})
}

// plainPolicy is the Content-Security-Policy of the API and its documentation:
// everything from here, nothing inline. Evidence has its own.
const plainPolicy = "default-src 'self'; " + alwaysPolicy

// alwaysPolicy is what no page of ours does, nor anybody with it.
const alwaysPolicy = "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// pagePolicy is the page's. Its components write style elements, but no style into
// markup: what a script sets on an element is none. 'self' covers the socket of the
// same host.
func pagePolicy(storeOrigin string) string {
	images := "img-src 'self' blob: data:"
	if storeOrigin != "" {
		images += " " + storeOrigin
	}
	return "default-src 'self'; " + images + "; style-src 'self' 'unsafe-inline'; style-src-attr 'none'; connect-src 'self'; " + alwaysPolicy
}
