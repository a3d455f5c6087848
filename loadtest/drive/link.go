package drive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"taskreporter/loadtest/plan"
)

const (
	// heartbeat is half of what the protocol asks for; silence is when the server would
	// have closed.
	heartbeat = 15 * time.Second
	silence   = 45 * time.Second
	// window is how many sends wait for their ack; the server lets 256.
	window = 200
	// backoffLeast and backoffMost bound the random time before another try.
	backoffLeast = 100 * time.Millisecond
	backoffMost  = time.Second
	// unwanted is the pause after a close code that says not to come back.
	unwanted = 5 * time.Second
	// tooMany is the close code for a user with too many sockets; closeForGood and above
	// need something done first.
	tooMany      = 4503
	closeForGood = 4500
	closeTicket  = 4501
)

// link is one socket, which watches one room and is opened again when it ends. What it
// should send waits in it, and is sent again under its id until it is answered for good.
type link struct {
	number int
	crew   *crew
	room   *room
	person *person

	wake chan struct{} // there is something to write
	live atomic.Bool   // subscribed
	// goal is the number that the link has to reach to be current again; 0 for none.
	goal atomic.Int64
	got  atomic.Int64 // messages of the crew's own, each once
	torn atomic.Bool  // was told to read anew: what it did not get is no loss

	order order // of whoever has the connection, one after the other

	mu     sync.Mutex
	conn   *websocket.Conn // nil while away
	queue  []int           // messages to be sent, by number
	flight map[int]bool    // sent, not answered for good
	bye    time.Duration   // that the server asked to stay away
}

// frame is what a link looks at of any frame of the server.
type frame struct {
	Type    string `json:"type"`
	Seq     int64  `json:"seq"`
	Epoch   *int64 `json:"epoch"`
	HeadSeq int64  `json:"head_seq"`
	FromSeq int64  `json:"from_seq"`
	Message *struct {
		ClientMsgID string `json:"client_msg_id"`
	} `json:"message"`
	ClientMsgID      string          `json:"client_msg_id"`
	Code             json.RawMessage `json:"code"` // a text in error, a number in bye
	Detail           string          `json:"detail"`
	Retryable        bool            `json:"retryable"`
	RetryAfterMS     int             `json:"retry_after_ms"`
	ReconnectAfterMS int             `json:"reconnect_after_ms"`
}

// send wants a message in the room; it does not block.
func (l *link) send(k int) {
	l.mu.Lock()
	l.queue = append(l.queue, k)
	l.mu.Unlock()
	l.nudge()
}

func (l *link) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// waiting counts what is not answered for good.
func (l *link) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue) + len(l.flight)
}

// run keeps the link open until ctx ends. It says once whether the first try worked, and
// when.
func (l *link) run(ctx context.Context, first func(at time.Time, err error)) {
	random := rand.New(rand.NewPCG(l.crew.seed, uint64(l.number)))
	for tries := 0; ctx.Err() == nil; tries++ {
		if l.crew.gate.pass(ctx) != nil {
			return
		}
		conn, err := l.open(ctx)
		if first != nil && ctx.Err() == nil {
			first(time.Now(), err)
			first = nil
		}
		if err == nil {
			err = l.serve(ctx, conn)
		}
		if ctx.Err() != nil {
			return
		}
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok && closed.Code >= closeForGood && closed.Code != closeTicket {
			l.crew.meter.Trouble(explain(closed))
			l.mu.Lock()
			l.bye = unwanted
			l.mu.Unlock()
		}
		l.crew.meter.Add(plan.Reconnects, 1)
		l.mu.Lock()
		away := l.bye
		l.bye = 0
		l.mu.Unlock()
		if away == 0 && !l.crew.gate.shut() {
			away = backoffLeast + time.Duration(random.Int64N(int64(backoffMost-backoffLeast)))
		}
		if wait(ctx, away) != nil {
			return
		}
	}
}

func explain(closed *websocket.CloseError) string {
	if closed.Code == tooMany {
		return "the server allows no more sockets for one user: give more tokens, or let it start with a higher --limit-sockets-per-user"
	}
	return fmt.Sprintf("a socket was closed with %d %s", closed.Code, closed.Text)
}

// open connects, authenticates and subscribes after what was seen.
func (l *link) open(ctx context.Context) (*websocket.Conn, error) {
	ticket, err := l.person.ticket(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := l.crew.site.dial(ctx)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	_ = conn.SetReadDeadline(time.Now().Add(requestTimeout))
	_ = conn.SetWriteDeadline(time.Now().Add(requestTimeout))
	err = conn.WriteJSON(map[string]any{"type": "auth", "ticket": ticket})
	if err == nil {
		_, err = l.until(conn, "ready")
	}
	if err == nil {
		err = conn.WriteJSON(map[string]any{"type": "subscribe", "room_id": l.room.id, "after_seq": l.order.last})
	}
	if err == nil {
		_, err = l.until(conn, "subscribed")
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// until reads up to a frame of a type, before which no event of the room can come.
func (l *link) until(conn *websocket.Conn, kind string) (frame, error) {
	for {
		_, payload, err := conn.ReadMessage()
		if err != nil {
			return frame{}, err
		}
		var f frame
		if err := json.Unmarshal(payload, &f); err != nil {
			return f, err
		}
		switch f.Type {
		case kind:
			return f, nil
		case "error":
			return f, fmt.Errorf("the server refused: %s %s", f.Code, f.Detail)
		case "bye":
			l.stayAway(f)
		}
	}
}

func (l *link) stayAway(f frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bye = time.Duration(f.ReconnectAfterMS) * time.Millisecond
}

// serve reads until the connection ends, and says why it did.
func (l *link) serve(ctx context.Context, conn *websocket.Conn) error {
	l.mu.Lock()
	l.conn = conn
	// What was under way when the line broke goes first, in its order.
	for k := range l.flight {
		l.queue = append(l.queue, k)
	}
	slices.Sort(l.queue)
	l.flight = map[int]bool{}
	l.mu.Unlock()
	if l.crew.gate.shut() { // it was closed while we came
		_ = conn.Close()
	}
	l.live.Store(true)
	l.arrived(time.Now())
	done := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() { l.write(ctx, conn, done) })
	err := l.read(conn)
	l.live.Store(false)
	_ = conn.Close()
	close(done)
	writer.Wait()
	l.mu.Lock()
	l.conn = nil
	l.mu.Unlock()
	return err
}

// drop ends the connection as a broken line does.
func (l *link) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

// write sends what is queued and gives signs of life.
func (l *link) write(ctx context.Context, conn *websocket.Conn, done <-chan struct{}) {
	beats := time.NewTicker(heartbeat)
	defer beats.Stop()
	for {
		for {
			k, ok := l.next()
			if !ok {
				break
			}
			if l.crew.message(l, conn, k) != nil {
				_ = conn.Close() // the reader notices
				return
			}
		}
		select {
		case <-ctx.Done():
			_ = conn.Close()
			return
		case <-done:
			return
		case <-l.wake:
		case <-beats.C:
			_ = conn.SetWriteDeadline(time.Now().Add(requestTimeout))
			if conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) != nil {
				_ = conn.Close()
				return
			}
		}
	}
}

// next takes a message from the queue when the window has room for it.
func (l *link) next() (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 || len(l.flight) >= window {
		return 0, false
	}
	k := l.queue[0]
	l.queue = l.queue[1:]
	l.flight[k] = true
	return k, true
}

// answered takes a message out of the window; again, after a while, puts it back.
func (l *link) answered(k int, again bool, after time.Duration) {
	l.mu.Lock()
	known := l.flight[k]
	delete(l.flight, k)
	if known && again {
		l.flight[k] = true // it counts as waiting
	}
	l.mu.Unlock()
	if known && again {
		time.AfterFunc(after, func() {
			l.mu.Lock()
			if l.flight[k] {
				delete(l.flight, k)
				l.queue = slices.Insert(l.queue, 0, k)
			}
			l.mu.Unlock()
			l.nudge()
		})
		return
	}
	l.nudge()
}

func (l *link) read(conn *websocket.Conn) error {
	for {
		_ = conn.SetReadDeadline(time.Now().Add(silence))
		_, payload, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		now := time.Now()
		var f frame
		if err := json.Unmarshal(payload, &f); err != nil {
			return fmt.Errorf("a frame that is no JSON: %w", err)
		}
		switch {
		case f.Type == "ack":
			l.crew.acked(l, f, now)
		case f.Type == "error":
			l.crew.refused(l, f)
		case f.Type == "reset":
			l.order = order{last: f.FromSeq}
			l.torn.Store(true)
			l.crew.meter.Add(plan.Resets, 1)
		case f.Type == "bye":
			l.stayAway(f)
		case f.Seq > 0 && f.Epoch != nil: // an event of the room
			l.crew.event(l, f, now)
			l.arrived(now)
		}
	}
}

// arrived notes when the link has reached its goal.
func (l *link) arrived(now time.Time) {
	if goal := l.goal.Load(); goal > 0 && l.order.last >= goal && l.goal.CompareAndSwap(goal, 0) {
		l.crew.caughtUp(l, now)
	}
}
