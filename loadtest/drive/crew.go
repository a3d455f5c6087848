package drive

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"taskreporter/loadtest/meter"
	"taskreporter/loadtest/plan"
)

const (
	// atOnce is how many rooms or sockets are made at once before a load begins.
	atOnce = 16
	poll   = 50 * time.Millisecond
)

// room is one that a crew watches.
type room struct {
	id     string
	head   int64        // when its members had joined
	stored atomic.Int64 // messages of the crew's own that are known to be stored
}

// crew is the rooms and sockets of one load, with what is known of its messages. The kth
// message has a fixed room and sender; its id names it.
type crew struct {
	site   *site
	meter  *meter.Meter
	seed   uint64
	prefix string // of the ids of its messages
	rooms  []*room
	links  []*link
	gate   gate

	// What the kth message is about; set before any is sent.
	sender   []int32
	placed   []atomic.Int64                        // its number in its room; 0 while it is not known
	intended atomic.Pointer[func(k int) time.Time] // nil where it is not measured

	released atomic.Pointer[time.Time] // when a storm's sockets were let back

	stop    context.CancelFunc
	running sync.WaitGroup
}

// gate keeps links away.
type gate struct{ closed atomic.Pointer[chan struct{}] }

func (g *gate) close() {
	c := make(chan struct{})
	g.closed.Store(&c)
}

func (g *gate) open() {
	if c := g.closed.Swap(nil); c != nil {
		close(*c)
	}
}

func (g *gate) shut() bool { return g.closed.Load() != nil }

func (g *gate) pass(ctx context.Context) error {
	c := g.closed.Load()
	if c == nil {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-*c:
		return nil
	}
}

// dial opens a socket.
func (s *site) dial(ctx context.Context) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	u := *s.base
	u.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	u.Path += "/api/ws"
	dialer := websocket.Dialer{Subprotocols: []string{"task-reporter.v1"}, HandshakeTimeout: requestTimeout, ReadBufferSize: 4096, WriteBufferSize: 1024}
	conn, res, err := dialer.DialContext(ctx, u.String(), nil)
	if res != nil {
		_ = res.Body.Close()
	}
	if err != nil && res != nil {
		return nil, fmt.Errorf("open a socket: %s: %w", res.Status, err)
	}
	return conn, err
}

// gather declares rooms with so many links each, which are not opened yet.
func (c *crew) gather(ctx context.Context, title string, rooms, members int) error {
	c.rooms = make([]*room, rooms)
	users, seat := len(c.site.people), c.site.seats
	c.site.seats += rooms * members
	err := parallel(ctx, rooms, func(ctx context.Context, n int) error {
		var who []int
		for m := range min(members, users) {
			who = append(who, (seat+n*members+m)%users)
		}
		id, head, err := c.site.declare(ctx, fmt.Sprintf("%s %d", title, n+1), who)
		if id != "" { // also one that did not come off is left
			c.rooms[n] = &room{id: id, head: head}
		}
		return err
	})
	if err != nil {
		return err
	}
	for n, r := range c.rooms {
		for m := range members {
			number := n*members + m
			c.links = append(c.links, &link{
				number: number, crew: c, room: r, person: c.site.people[(seat+number)%users],
				wake: make(chan struct{}, 1), flight: map[int]bool{}, order: order{last: r.head},
			})
		}
	}
	return nil
}

// connect opens all links and returns when they are subscribed.
func (c *crew) connect(ctx context.Context) error {
	running := c.start(ctx)
	return parallel(ctx, len(c.links), func(ctx context.Context, n int) error {
		opened := make(chan error, 1)
		c.running.Go(func() { c.links[n].run(running, func(_ time.Time, err error) { opened <- err }) })
		select {
		case err := <-opened:
			if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
				return errors.New(explain(closed))
			}
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// begin says when each message should be sent; it is called before the first is.
func (c *crew) begin(intended func(k int) time.Time) { c.intended.Store(&intended) }

// record counts a latency of the kth message from its intended moment.
func (c *crew) record(what plan.Latency, l *link, k int, now time.Time) {
	if intended := c.intended.Load(); intended != nil {
		c.meter.Record(what, l.number, now.Sub((*intended)(k)))
	}
}

// start returns the context in which links run, until leave.
func (c *crew) start(ctx context.Context) context.Context {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	return running
}

// leave closes the links and cancels the rooms.
func (c *crew) leave(ctx context.Context) error {
	c.hangUp()
	return parallel(ctx, len(c.rooms), func(ctx context.Context, n int) error {
		if c.rooms[n] == nil {
			return nil
		}
		return c.site.cancel(ctx, c.rooms[n].id)
	})
}

// hangUp closes the links and waits for them; what they counted stays.
func (c *crew) hangUp() {
	if c.stop != nil {
		c.stop()
	}
	c.running.Wait()
}

// parallel does n things, a few at once, and returns the first error.
func parallel(ctx context.Context, n int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	var next atomic.Int64
	for range min(n, atOnce) {
		workers.Go(func() {
			for k := int(next.Add(1)) - 1; k < n && ctx.Err() == nil; k = int(next.Add(1)) - 1 {
				if err := do(ctx, k); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// message writes the kth message to a connection.
func (c *crew) message(l *link, conn *websocket.Conn, k int) error {
	_ = conn.SetWriteDeadline(time.Now().Add(requestTimeout))
	err := conn.WriteJSON(struct {
		Type   string `json:"type"`
		RoomID string `json:"room_id"`
		ID     string `json:"client_msg_id"`
		Text   string `json:"text"`
	}{"send_message", l.room.id, c.prefix + strconv.Itoa(k), fmt.Sprintf("主軸 %d 溫度過高,已停機檢查。", k)})
	if err == nil {
		c.record(plan.Send, l, k, time.Now())
	}
	return err
}

// numberOf finds which of the crew's own messages an id names.
func (c *crew) numberOf(id string) (int, bool) {
	text, ok := strings.CutPrefix(id, c.prefix)
	if !ok {
		return 0, false
	}
	k, err := strconv.Atoi(text)
	return k, err == nil && k >= 0 && k < len(c.placed)
}

// place notes that the kth message is stored at a number.
func (c *crew) place(l *link, k int, seq int64) {
	if c.placed[k].CompareAndSwap(0, seq) {
		l.room.stored.Add(1)
		return
	}
	if c.placed[k].Load() != seq {
		c.meter.Add(plan.Misplaced, 1)
	}
}

func (c *crew) acked(l *link, f frame, now time.Time) {
	k, ok := c.numberOf(f.ClientMsgID)
	if !ok {
		return
	}
	l.mu.Lock()
	waited := l.flight[k]
	l.mu.Unlock()
	if !waited {
		return // the same was acked on the line before
	}
	c.place(l, k, f.Seq)
	c.meter.Add(plan.Acked, 1)
	c.record(plan.Ack, l, k, now)
	l.answered(k, false, 0)
}

func (c *crew) refused(l *link, f frame) {
	k, ok := c.numberOf(f.ClientMsgID)
	if !ok {
		c.meter.Trouble(fmt.Sprintf("error %s %s", f.Code, f.Detail))
		return
	}
	if f.Retryable {
		l.answered(k, true, max(pause, time.Duration(f.RetryAfterMS)*time.Millisecond))
		return
	}
	c.meter.Add(plan.Refused, 1)
	c.meter.Trouble(fmt.Sprintf("a message was refused: %s %s", f.Code, f.Detail))
	l.answered(k, false, 0)
}

// event takes an event of the link's room.
func (c *crew) event(l *link, f frame, now time.Time) {
	switch l.order.take(f.Seq) {
	case again:
		c.meter.Add(plan.Duplicated, 1)
		return
	case late:
		c.meter.Add(plan.Disordered, 1)
	}
	if f.Message == nil || f.Type != "message" {
		return
	}
	k, ok := c.numberOf(f.Message.ClientMsgID)
	if !ok {
		return
	}
	c.place(l, k, f.Seq)
	l.got.Add(1)
	if int(c.sender[k]) == l.number {
		return
	}
	c.meter.Add(plan.Delivered, 1)
	c.record(plan.Delivery, l, k, now)
}

func (c *crew) caughtUp(l *link, now time.Time) {
	if at := c.released.Load(); at != nil {
		c.meter.Record(plan.CatchUp, l.number, now.Sub(*at))
	}
}

// answeredAll waits until no send waits for an answer, or ctx ends.
func (c *crew) answeredAll(ctx context.Context) {
	c.until(ctx, func() bool {
		for _, l := range c.links {
			if l.waiting() > 0 {
				return false
			}
		}
		return true
	})
}

// settle waits until everything is answered and everybody has what is stored.
func (c *crew) settle(ctx context.Context) {
	c.answeredAll(ctx)
	c.until(ctx, func() bool { return c.lost() == 0 })
}

func (c *crew) until(ctx context.Context, done func() bool) {
	for !done() && wait(ctx, poll) == nil {
		continue
	}
}

// lost counts stored messages that members did not get.
func (c *crew) lost() (n int64) {
	for _, l := range c.links {
		if !l.torn.Load() {
			n += max(0, l.room.stored.Load()-l.got.Load())
		}
	}
	return n
}

// judge counts what is only known in the end, once.
func (c *crew) judge() {
	c.meter.Add(plan.Lost, c.lost())
	for _, l := range c.links {
		c.meter.Add(plan.Unacked, int64(l.waiting()))
	}
}

// prefixOf makes the ids of a load's messages differ from those of any other run.
func prefixOf(run string, load int) string { return "lt" + run + "-" + strconv.Itoa(load) + "-" }
