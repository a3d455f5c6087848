package httpapi

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"taskreporter/actors"
)

// countingConn counts the writes that reach the network.
type countingConn struct {
	net.Conn
	mu     sync.Mutex
	writes int
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.writes++
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// pair is an outbox on a real socket and the client at its other end.
type pair struct {
	box    *outbox
	conn   *countingConn
	client *websocket.Conn
	writer sync.WaitGroup
	held   []func() // writers that were not started yet, while hold is set
	hold   bool
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{}
	ready := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		p.conn = &countingConn{Conn: ws.NetConn()}
		p.box = newOutbox(p.conn, func(write func()) {
			if p.hold {
				p.held = append(p.held, write)
				return
			}
			p.writer.Go(write)
		})
		if tcp, ok := ws.NetConn().(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer)
		}
		close(ready)
	}))
	t.Cleanup(srv.Close)
	var err error
	var res *http.Response
	p.client, res, err = websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(srv.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	<-ready
	t.Cleanup(func() { _ = p.client.Close(); _ = p.conn.Close(); p.writer.Wait() })
	return p
}

// What waits is written at once: that is what makes fan-out cheap.
func TestOutboxWritesWhatWaitsAtOnce(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.hold = true
	const frames = 1000
	for i := range frames {
		if !p.box.offer(wireFrame(finalText, []byte(strconv.Itoa(i)))) {
			t.Fatal("offer refused")
		}
	}
	if len(p.held) != 1 {
		t.Fatalf("%d writers started, want one", len(p.held))
	}
	p.writer.Go(p.held[0])
	for i := range frames {
		_, b, err := p.client.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if string(b) != strconv.Itoa(i) {
			t.Fatalf("frame %d is %q", i, b)
		}
	}
	p.writer.Wait()
	if p.conn.writes != 1 {
		t.Errorf("%d writes for %d small frames, want 1", p.conn.writes, frames)
	}
}

func TestFramesOfEverySizeArriveWhole(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for _, n := range []int{0, 1, 125, 126, 65535, 65536, 200_000} {
		want := bytes.Repeat([]byte{'x'}, n)
		if !p.box.offer(wireFrame(finalText, want)) {
			t.Fatalf("%d bytes refused", n)
		}
		if _, got, err := p.client.ReadMessage(); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: got %d, %v", n, len(got), err)
		}
	}
}

// F-RT-12: a reader that is too slow is cut off with "resume from your last seq",
// and whoever broadcasts never waits for it.
func TestSlowReaderIsCutOffAndToldToResume(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	frame := wireFrame(finalText, bytes.Repeat([]byte{'x'}, 1000))
	sent := 0
	for p.box.offer(frame) {
		if sent++; sent > 1_000_000 {
			t.Fatal("the outbox has no bound")
		}
	}
	if p.box.offer(frame) {
		t.Error("offered after the end")
	}
	if err := p.box.await(context.Background()); err == nil {
		t.Error("await waits for a socket that is closing")
	}
	for {
		_, _, err := p.client.ReadMessage()
		if err == nil {
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != actors.TooSlow.Code {
			t.Fatalf("ended with %v, want close code %d", err, actors.TooSlow.Code)
		}
		return
	}
}

func TestAwaitReturnsWhenTheClientHasRead(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	frame := wireFrame(finalText, bytes.Repeat([]byte{'x'}, 60_000))
	waiting := func() int {
		p.box.mu.Lock()
		defer p.box.mu.Unlock()
		return p.box.bytes
	}
	for waiting() <= outboxBytes*3/4 { // once the kernel's buffers are full
		p.box.offer(frame)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.box.await(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("await with a full queue returned %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- p.box.await(context.Background()) }()
	go func() {
		for {
			if _, _, err := p.client.ReadMessage(); err != nil {
				return
			}
		}
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("await never returns")
	}
}

func TestCloseSendsByeAndNothingAfter(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.box.offer(encode(PongFrame{Type: Pong}))
	p.box.close(actors.GoingAway)
	p.box.close(actors.Broken)
	if p.box.offer(encode(PongFrame{Type: Pong})) {
		t.Error("offered after the close")
	}
	var got []string
	for {
		_, b, err := p.client.ReadMessage()
		if err != nil {
			var closed *websocket.CloseError
			if !errors.As(err, &closed) || closed.Code != actors.GoingAway.Code {
				t.Fatalf("ended with %v", err)
			}
			break
		}
		got = append(got, string(b))
	}
	if len(got) != 2 || !strings.Contains(got[1], `"type":"bye"`) {
		t.Errorf("frames %q, want pong and bye", got)
	}
}
