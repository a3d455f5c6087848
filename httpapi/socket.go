package httpapi

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"taskreporter/actors"
	"taskreporter/incident"
)

const (
	subprotocol = "task-reporter.v1"
	// heartbeat is how often a client must give a sign of life.
	heartbeat = 30 * time.Second
	// silence ends a socket whose client is gone without a word.
	silence = heartbeat * 3 / 2
	// authTimeout is how long the first frame may take.
	authTimeout = 10 * time.Second
	// recheck is how often a socket looks whether its session still lasts. One that
	// is ended on this node closes its sockets at once; this finds the others:
	// expired, or ended by another process.
	recheck = time.Minute
	// rest is how long a client must have said nothing to count as one that rests.
	rest = time.Second
	// maxFrame bounds a client's frame, bytes: the longest message, as JSON.
	maxFrame = 64 << 10
	// typingRate and typingBurst bound how often a socket may say that somebody
	// writes, each second: the page says so every 3 s. What is above tells nobody
	// anything new and is dropped, before a room, another node or, where it is
	// refused, the audit trail has work with it.
	typingRate, typingBurst = 1, 5
	// maxStrikes is how many broken frames a client may send before it is cut off.
	maxStrikes = 20
)

// Tickets turns a one-use ticket into the person who asked for it (F-AU-06).
type Tickets interface {
	Redeem(ctx context.Context, ticket string) (incident.Principal, error)
	// Live returns the session's person while it lasts, else Unauthenticated.
	Live(ctx context.Context, id incident.SessionID) (incident.Principal, error)
}

// SocketConfig bounds what sockets may do.
type SocketConfig struct {
	FramesPerSecond float64  // of one socket, sustained; reading slows down above it
	PerUser         int      // sockets of one person on this node
	Origins         []string // of pages besides our own that may open a socket
}

// Sockets serves GET /api/ws: it reads frames and hands them to the room engine,
// whose answers and events go out through each socket's outbox.
type Sockets struct {
	config   SocketConfig
	engine   *actors.Engine
	tickets  Tickets
	replies  Replies
	audit    Audit
	log      *slog.Logger
	upgrader websocket.Upgrader
	work     sync.WaitGroup

	mu    sync.Mutex
	open  map[incident.UserID]int
	boxes map[*outbox]bool // of sockets that are authenticated
}

// NewSockets makes the handler of GET /api/ws.
func NewSockets(c SocketConfig, engine *actors.Engine, tickets Tickets, replies Replies, audit Audit, log *slog.Logger) *Sockets {
	return &Sockets{
		config: c, engine: engine, tickets: tickets, replies: replies, audit: audit, log: log,
		open: map[incident.UserID]int{}, boxes: map[*outbox]bool{},
		upgrader: websocket.Upgrader{
			HandshakeTimeout: authTimeout,
			ReadBufferSize:   1024,
			WriteBufferSize:  512,
			WriteBufferPool:  &sync.Pool{},
			Subprotocols:     []string{subprotocol},
			CheckOrigin:      func(r *http.Request) bool { return originAllowed(r, c.Origins) },
		},
	}
}

// ServeHTTP upgrades and returns at once, which frees the handler's memory; the
// socket's own goroutine reads from then on.
func (s *Sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	conn, wire, err := s.upgrade(w, r)
	if err != nil {
		return // the upgrader has answered
	}
	req := requestOf(r.Context())
	sock := &socket{
		server: s, conn: conn, from: req.from, request: req.id,
		limiter: rate.NewLimiter(rate.Limit(s.config.FramesPerSecond), max(1, int(4*s.config.FramesPerSecond))),
		writing: rate.NewLimiter(typingRate, typingBurst),
	}
	sock.outbox = newOutbox(wire, func(write func()) { s.work.Go(write) })
	// The library's own handlers would leave a write deadline of a second on the
	// connection; control frames go through the outbox like all others.
	conn.SetPingHandler(func(data string) error {
		sock.outbox.offer(wireFrame(finalPong, []byte(data)))
		return nil
	})
	conn.SetCloseHandler(func(int, string) error {
		sock.outbox.close(actors.CloseCode{Code: websocket.CloseNormalClosure})
		return nil
	})
	s.work.Go(sock.open)
}

// upgrade returns a socket that only reads, and the connection that the outbox
// writes to.
func (s *Sockets) upgrade(w http.ResponseWriter, r *http.Request) (*websocket.Conn, net.Conn, error) {
	h := &hijacker{ResponseWriter: w}
	conn, err := s.upgrader.Upgrade(h, r, nil)
	if err != nil {
		return nil, nil, err
	}
	h.conn.mute = true
	return conn, h.conn.Conn, nil
}

type hijacker struct {
	http.ResponseWriter
	conn *muted
}

// Hijack implements [http.Hijacker].
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.conn = &muted{Conn: conn}
	return h.conn, buffered, err
}

// muted keeps the library from writing once the handshake is done: it would answer
// bytes that are no frame with a close frame of its own, past the outbox.
type muted struct {
	net.Conn
	mute bool
}

// Write implements [net.Conn].
func (m *muted) Write(p []byte) (int, error) {
	if m.mute {
		return len(p), nil
	}
	return m.Conn.Write(p)
}

// Wait returns when every socket has ended, or when ctx does. The engine's Stop
// closes them.
func (s *Sockets) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { s.work.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter counts a person's sockets; it reports false when there are too many.
func (s *Sockets) enter(u incident.UserID, o *outbox) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[u] >= s.config.PerUser {
		return false
	}
	s.open[u]++
	s.boxes[o] = true
	return true
}

func (s *Sockets) exit(u incident.UserID, o *outbox) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.boxes, o)
	if s.open[u]--; s.open[u] <= 0 {
		delete(s.open, u)
	}
}

// backlog is what waits for all clients, and for the one that most waits for, bytes.
func (s *Sockets) backlog() (all, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for o := range s.boxes {
		n := o.waiting()
		all, most = all+n, max(most, n)
	}
	return all, most
}

// connection takes what a client sends to the rooms; actors.Connection is one. Its
// answers come through the sink. No method waits.
type connection interface {
	Subscribe(room incident.RoomID, after *incident.Seq)
	Unsubscribe(room incident.RoomID)
	Post(room incident.RoomID, d incident.Draft)
	EditMessage(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, text string, mentions incident.Mentions)
	DeleteMessage(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, reason string)
	React(room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, emoji string, there bool)
	Typing(room incident.RoomID)
	Read(room incident.RoomID, upTo incident.Seq)
	Close()
}

// socket is one client. run reads; the engine's goroutines call the sink's
// methods.
type socket struct {
	server  *Sockets
	conn    *websocket.Conn
	outbox  *outbox
	limiter *rate.Limiter // of all frames
	writing *rate.Limiter // of typing
	from    string
	request string
	by      incident.Principal
	engine  connection
	strikes int
	checked time.Time // when the session was last looked at
	heard   time.Time // when the last frame came
}

var _ actors.Sink = (*socket)(nil)

// open lets the client in. What that needs of the stack, which is most that a socket ever
// does, ends with it: reading goes on in a goroutine of its own, and a small one.
func (k *socket) open() {
	if !k.authenticate() {
		k.drain()
		_ = k.conn.Close()
		return
	}
	if !k.server.enter(k.by.ID, k.outbox) {
		k.outbox.close(actors.TooMany)
		k.drain()
		_ = k.conn.Close()
		return
	}
	k.checked = time.Now()
	k.engine = k.server.engine.Connect(k.by, k)
	k.outbox.offer(encode(ReadyFrame{Type: Ready, User: toPerson(k.by.Person), HeartbeatSeconds: int(heartbeat / time.Second)}))
	k.server.work.Go(k.run)
}

// run serves the socket until its client leaves or is sent away, or another goroutine goes on.
func (k *socket) run() {
	if k.listen() {
		k.server.work.Go(k.run)
		return
	}
	k.drain()
	k.engine.Close()
	k.server.exit(k.by.ID, k.outbox)
	_ = k.conn.Close()
}

// listen serves frames until there are no more, or until one came after a rest: serving it
// made the stack larger, which would stay while the client rests again. Then it reports true.
func (k *socket) listen() (again bool) {
	for {
		payload, err := k.read(silence)
		if err != nil {
			k.readFailed(err)
			return false
		}
		now := time.Now()
		if now.Sub(k.checked) >= recheck {
			k.checked = now
			if k.sessionOver() {
				k.outbox.close(actors.SessionEnded)
				return false
			}
		}
		k.serve(payload)
		rested := now.Sub(k.heard) >= rest
		k.heard = now
		if rested {
			return true
		}
	}
}

// drain reads what the client still sends until it has seen our close frame, so
// that the last frames are not lost to a reset. The outbox set the deadline.
func (k *socket) drain() {
	for {
		_, _, err := k.conn.NextReader()
		if err == nil {
			continue
		}
		if closed := new(websocket.CloseError); !errors.As(err, &closed) {
			_, _ = io.Copy(io.Discard, k.conn.NetConn()) // of bytes that are no frames
		}
		return
	}
}

// errFrameTooBig ends a socket: the rest of the frame was not read.
var errFrameTooBig = errors.New("frame too big")

// errNotText is a frame of another type than text.
var errNotText = errors.New("not a text frame")

// read returns the next text frame's payload.
func (k *socket) read(limit time.Duration) ([]byte, error) {
	if err := k.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return nil, err
	}
	kind, r, err := k.conn.NextReader()
	if err != nil {
		return nil, err
	}
	payload, err := io.ReadAll(io.LimitReader(r, maxFrame+1))
	switch {
	case err != nil:
		return nil, err
	case len(payload) > maxFrame:
		return nil, errFrameTooBig
	case kind != websocket.TextMessage:
		return nil, errNotText
	}
	return payload, nil
}

// readFailed tells the client why reading ended, where it can still be told.
func (k *socket) readFailed(err error) {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, errFrameTooBig):
		k.refuse(incident.E(incident.BodyTooLarge, "read frame", "A frame may have at most %d bytes.", maxFrame))
		k.outbox.close(actors.ProtocolError)
	case errors.Is(err, errNotText):
		k.refuse(incident.E(incident.Malformed, "read frame", "Send JSON in text frames."))
		k.outbox.close(actors.ProtocolError)
	case errors.As(err, &timeout) && timeout.Timeout():
		k.outbox.close(actors.NoSignOfLife)
	default:
		k.outbox.close(actors.Broken)
	}
}

// authenticate takes the ticket of the first frame.
func (k *socket) authenticate() bool {
	payload, err := k.read(authTimeout)
	if err != nil {
		k.readFailed(err)
		return false
	}
	var f AuthFrame
	if err := json.Unmarshal(payload, &f); err != nil || f.Type != Auth {
		k.refuse(incident.E(incident.Unauthenticated, "open socket", "The first frame must be auth with a ticket of POST /api/ws/ticket."))
		k.outbox.close(actors.TicketRefused)
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), authTimeout)
	defer cancel()
	k.by, err = k.server.tickets.Redeem(ctx, f.Ticket)
	if err != nil {
		k.refuse(err)
		if incident.KindOf(err).Retryable() {
			k.outbox.close(actors.Broken)
		} else {
			k.outbox.close(actors.TicketRefused)
		}
		return false
	}
	k.by.From, k.by.Request = k.from, k.request
	return true
}

// sessionOver reports whether the session is known to have ended; a database that
// cannot be reached ends nobody's work (F-AU-08).
func (k *socket) sessionOver() bool {
	ctx, cancel := context.WithTimeout(context.Background(), authTimeout)
	defer cancel()
	_, err := k.server.tickets.Live(ctx, k.by.Session)
	return incident.KindOf(err) == incident.Unauthenticated
}
