package httpapi

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"taskreporter/actors"
)

const (
	// outboxBytes bounds what may wait for one client. A reader this far behind is
	// cut off and resumes from its seq (F-RT-12).
	outboxBytes = 1 << 20
	// awaitBytes is where a catch-up waits before it queues more.
	awaitBytes = outboxBytes / 4
	// writeChunk bounds one write; queued frames are copied into one buffer.
	writeChunk = 64 << 10
	// writeTimeout ends a write that the client does not take, after up to twice as long.
	writeTimeout = 10 * time.Second
	// sendBuffer bounds what the kernel holds for one client.
	sendBuffer = 128 << 10
	// closeGrace is how long a closed connection may take to read its last frames.
	closeGrace = 5 * time.Second
)

// outbox is the queue of one socket, bounded in bytes. Whoever queues the first
// frame starts the writer; it takes everything that waits with one write and ends
// when nothing does, so an idle connection has no goroutine and no buffer for it.
// Any goroutine may call any method; only await waits.
type outbox struct {
	conn  net.Conn
	start func(func()) // runs the writer; its owner waits for it

	mu      sync.Mutex
	queue   []actors.Frame
	bytes   int // queued and being written
	writing bool
	closing bool
	drained chan struct{} // closed when bytes falls under awaitBytes; nil without waiter

	deadline time.Time // of writes; the writer's alone
}

var writeBuffers = sync.Pool{New: func() any { b := make([]byte, 0, writeChunk); return &b }}

func newOutbox(conn net.Conn, start func(func())) *outbox {
	if tcp := lineOf(conn); tcp != nil {
		_ = tcp.SetWriteBuffer(sendBuffer) // best effort: the default is only larger
	}
	return &outbox{conn: conn, start: start}
}

// offer queues a frame. It reports false when the socket is closing or the frame
// does not fit, which closes it.
func (o *outbox) offer(f actors.Frame) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing {
		return false
	}
	if o.bytes+len(f) > outboxBytes {
		tooSlow.Inc()
		o.queue = nil // what is lost now is read from the log after the reconnect
		o.end(actors.TooSlow)
		return false
	}
	o.push(f)
	return true
}

// close queues the last frames; nothing is queued after them.
func (o *outbox) close(c actors.CloseCode) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closing {
		o.end(c)
	}
}

func (o *outbox) end(c actors.CloseCode) {
	o.closing = true
	o.push(byeFrame(c))
	o.push(closeFrame(c))
	if o.drained != nil {
		close(o.drained)
		o.drained = nil
	}
}

func (o *outbox) push(f actors.Frame) {
	o.queue = append(o.queue, f)
	o.bytes += len(f)
	if !o.writing {
		o.writing = true
		o.start(o.write)
	}
}

// waiting is how many bytes the client has not taken yet.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes
}

// await returns when most of what was queued is written, or with an error when
// ctx ends or the socket is closing.
func (o *outbox) await(ctx context.Context) error {
	for {
		o.mu.Lock()
		if o.closing {
			o.mu.Unlock()
			return net.ErrClosed
		}
		if o.bytes <= awaitBytes {
			o.mu.Unlock()
			return nil
		}
		if o.drained == nil {
			o.drained = make(chan struct{})
		}
		drained := o.drained
		o.mu.Unlock()
		select {
		case <-drained:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// write empties the queue, one write for all that waits.
func (o *outbox) write() {
	var pooled *[]byte
	defer func() {
		if pooled != nil {
			writeBuffers.Put(pooled)
		}
	}()
	for {
		some, closing := o.take()
		var out []byte
		switch len(some) {
		case 0:
			if closing {
				o.hangUp()
			}
			return
		case 1: // most often: it is written from where it is
			out = some[0]
		default:
			if pooled == nil {
				pooled = writeBuffers.Get().(*[]byte)
			}
			out = (*pooled)[:0]
			for _, f := range some {
				out = append(out, f...)
			}
		}
		o.allow()
		_, err := o.conn.Write(out)
		clear(some) // or a queue that never empties would keep them
		o.wrote(len(out))
		if err != nil {
			o.abandon()
			return
		}
	}
}

// allow gives the next write at least writeTimeout. Most writes find that the last one's
// deadline still does: moving it costs as much as a small write's own work.
func (o *outbox) allow() {
	now := time.Now()
	if o.deadline.Sub(now) < writeTimeout {
		o.deadline = now.Add(2 * writeTimeout)
		_ = o.conn.SetWriteDeadline(o.deadline)
	}
}

// take returns queued frames of a chunk's length; a longer one goes alone. An empty result
// ends the writer: "empty" and "not writing" change together.
func (o *outbox) take() (some []actors.Frame, closing bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, size := 0, 0
	for n < len(o.queue) && (n == 0 || size+len(o.queue[n]) <= writeChunk) {
		size += len(o.queue[n])
		n++
	}
	some = o.queue[:n:n]
	if o.queue = o.queue[n:]; len(o.queue) == 0 {
		o.queue = nil
	}
	if n == 0 {
		o.writing = false
	}
	return some, o.closing
}

func (o *outbox) wrote(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes = max(0, o.bytes-n)
	if o.drained != nil && o.bytes <= awaitBytes {
		close(o.drained)
		o.drained = nil
	}
}

// hangUp lets the client answer the close frame; the reader ends with that.
func (o *outbox) hangUp() { _ = o.conn.SetReadDeadline(time.Now().Add(closeGrace)) }

// abandon ends a connection that cannot be written to.
func (o *outbox) abandon() {
	o.mu.Lock()
	o.closing, o.queue = true, nil
	if o.drained != nil {
		close(o.drained)
		o.drained = nil
	}
	o.mu.Unlock()
	if tcp := lineOf(o.conn); tcp != nil {
		_ = tcp.SetLinger(0)
		_ = tcp.Close() // first: TLS would wait for who reads nothing to take its goodbye
	}
	_ = o.conn.Close()
}

// lineOf is the connection below TLS; nil where there is none of TCP.
func lineOf(conn net.Conn) *net.TCPConn {
	if over, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = over.NetConn()
	}
	tcp, _ := conn.(*net.TCPConn)
	return tcp
}

// WebSocket frames of a server: unmasked, one frame a message (RFC 6455, 5.2).
const (
	finalText  = 0x80 | websocket.TextMessage
	finalClose = 0x80 | websocket.CloseMessage
	finalPong  = 0x80 | websocket.PongMessage
)

func wireFrame(first byte, payload []byte) actors.Frame {
	n := len(payload)
	head := make([]byte, 0, 10+n)
	switch {
	case n < 126:
		head = append(head, first, byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, first, 126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, first, 127), uint64(n))
	}
	return append(head, payload...)
}

func closeFrame(c actors.CloseCode) actors.Frame {
	return wireFrame(finalClose, websocket.FormatCloseMessage(c.Code, c.Reason))
}

func byeFrame(c actors.CloseCode) actors.Frame {
	after := 0
	if c.Within > 0 {
		after = int(rand.N(c.Within).Milliseconds())
	}
	return encode(ByeFrame{Type: Bye, Code: c.Code, Reason: c.Reason, ReconnectAfterMs: after})
}
