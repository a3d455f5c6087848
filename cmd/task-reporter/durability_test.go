package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/httpapi/client"
)

// What the durability test does: the numbers are the promise's own.
const (
	listeners   = 50
	senders     = 8
	messages    = 5000
	killAfter   = messages * 2 / 5 // acks
	sendWindow  = 64               // unacked sends of one sender
	eventsPage  = 1000
	listenerBar = patience * 5
)

// F-RT-07, 08, 09, 10: one order for all, no acked message lost, none twice,
// through the death of the server.
func TestAckedMessagesSurviveAKillInOneOrder(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, db.env(t)...)
			first := in.start()

			people := make([]*someone, senders)
			for i := range people {
				people[i] = in.join(fmt.Sprintf("user%d", i), fmt.Sprintf("操作員 %d", i), "USER")
			}
			room := people[0].declare("三線停機")
			for _, p := range people[1:] {
				people[0].bring(room.RoomId, p, client.EDITOR)
			}

			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			views := make([]*view, listeners)
			var listening sync.WaitGroup
			for i := range views {
				views[i] = &view{user: people[i%senders], room: room.RoomId}
				listening.Go(func() { views[i].follow(ctx) })
			}

			var acks atomic.Int64
			all := make([]*sender, senders)
			var sending sync.WaitGroup
			for i := range all {
				all[i] = &sender{user: people[i], room: room.RoomId, name: fmt.Sprintf("s%d", i), count: &acks, acked: map[string]int64{}}
				sending.Go(func() { all[i].run(messages / senders) })
			}

			waitFor(t, "two fifths of the acks", func() bool { return acks.Load() >= killAfter })
			first.kill()
			in.start()
			sending.Wait()

			log := readLog(t, people[0], room.RoomId)
			head := int64(len(log))
			at := map[string]int64{} // client_msg_id → seq
			for i, ev := range log {
				if ev.Seq != int64(i+1) {
					t.Fatalf("log has seq %d at place %d", ev.Seq, i+1)
				}
				if m := ev.Message; m != nil && m.ClientMsgId != nil {
					if before, twice := at[*m.ClientMsgId]; twice {
						t.Errorf("%s is stored at %d and at %d", *m.ClientMsgId, before, ev.Seq)
					}
					at[*m.ClientMsgId] = ev.Seq
				}
			}
			total := 0
			for _, s := range all {
				total += len(s.acked)
				for id, seq := range s.acked {
					if at[id] != seq {
						t.Errorf("%s was acked at %d and is stored at %d", id, seq, at[id])
					}
				}
			}
			if total != messages || len(at) != messages {
				t.Errorf("%d acked, %d stored, want %d of both", total, len(at), messages)
			}

			for i, v := range views {
				waitFor(t, fmt.Sprintf("listener %d to reach %d", i, head), func() bool { return v.last.Load() >= head })
			}
			cancel()
			listening.Wait()
			for i, v := range views {
				if v.broken != "" {
					t.Errorf("listener %d: %s", i, v.broken)
				}
				for j, id := range v.ids {
					if want := log[j].id(); id != want {
						t.Fatalf("listener %d saw %q at seq %d, the log has %q", i, id, j+1, want)
					}
				}
			}
			t.Logf("%d messages, log of %d, %d reconnects", messages, head, reconnects(views))
		})
	}
}

func waitFor(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(listenerBar); !done(); pause() {
		if time.Now().After(end) {
			t.Fatalf("no %s", what)
		}
	}
}

// view is what one listener sees of a room, across its connections.
type view struct {
	user       *someone
	roam       func(*someone) *someone // to the next node; nil where there is one
	room       string
	last       atomic.Int64
	ids        []string // by seq-1
	broken     string
	reconnects int
}

func reconnects(views []*view) (n int) {
	for _, v := range views {
		n += v.reconnects
	}
	return n
}

// follow keeps a subscription until ctx ends, resuming from the last seq seen.
func (v *view) follow(ctx context.Context) {
	for ctx.Err() == nil {
		if v.roam != nil {
			v.user = v.roam(v.user)
		}
		if s := v.user.tryConnect(); s != nil {
			v.listen(ctx, s)
			_ = s.conn.Close()
			v.reconnects++
		}
		pause()
	}
}

func (v *view) listen(ctx context.Context, s *socket) {
	if s.trySend(map[string]any{"type": "subscribe", "room_id": v.room, "after_seq": v.last.Load()}) != nil {
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case f, ok := <-s.in:
			if !ok {
				return
			}
			switch {
			case f.Type == "reset":
				v.broken = fmt.Sprintf("reset at %d", v.last.Load())
			case f.Seq == 0 || f.RoomID != v.room || f.Type == "ack":
			case f.Seq != v.last.Load()+1:
				v.broken = fmt.Sprintf("seq %d after %d", f.Seq, v.last.Load())
			default:
				v.ids = append(v.ids, f.id())
				v.last.Store(f.Seq)
			}
		}
	}
}

// id names an event by what it is about.
func (f frame) id() string {
	switch {
	case f.Message != nil && f.Message.ClientMsgId != nil:
		return *f.Message.ClientMsgId
	case f.File != nil:
		return f.File.FileId
	default:
		return f.Type
	}
}

// sender posts over the socket and repeats, under the same ids and in order, what
// was not acked.
type sender struct {
	user  *someone
	roam  func(*someone) *someone // to the next node; nil where there is one
	room  string
	name  string
	count *atomic.Int64
	acked map[string]int64 // client_msg_id → seq
}

func (s *sender) run(n int) {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s-%d", s.name, i)
	}
	for len(s.acked) < n {
		if s.roam != nil {
			s.user = s.roam(s.user)
		}
		if sock := s.user.tryConnect(); sock != nil {
			s.post(sock, ids)
			_ = sock.conn.Close()
		}
		pause()
	}
}

// post sends what is not acked until all is, or the connection ends.
func (s *sender) post(sock *socket, ids []string) {
	waiting, next := 0, 0
	for len(s.acked) < len(ids) {
		for next < len(ids) && waiting < sendWindow {
			id := ids[next]
			next++
			if _, done := s.acked[id]; done {
				continue
			}
			if sock.trySend(map[string]any{"type": "send_message", "room_id": s.room, "client_msg_id": id, "text": "訊息 " + id}) != nil {
				return
			}
			waiting++
		}
		f, ok := <-sock.in
		if !ok {
			return
		}
		switch f.Type {
		case "ack":
			s.acked[f.ClientMsgID] = f.Seq
			s.count.Add(1)
			waiting--
		case "error":
			return // retryable: reconnect and repeat
		}
	}
}

// tryConnect opens an authenticated socket, or returns nil while the server is away.
func (u *someone) tryConnect() *socket {
	res, err := u.CreateTicketWithResponse(context.Background())
	if err != nil || res.JSON201 == nil {
		return nil
	}
	s, err := u.in.tryDial()
	if err != nil || s.trySend(map[string]any{"type": "auth", "ticket": res.JSON201.Ticket}) != nil {
		return nil
	}
	return s
}

// readLog reads a room's whole log over REST.
func readLog(t testing.TB, u *someone, room string) []frame {
	t.Helper()
	var log []frame
	for {
		page := getJSON[struct {
			Events  []frame `json:"events"`
			HeadSeq int64   `json:"head_seq"`
		}](t, u, fmt.Sprintf("/api/rooms/%s/events?after_seq=%d&limit=%d", room, len(log), eventsPage))
		log = append(log, page.Events...)
		if len(page.Events) == 0 || int64(len(log)) >= page.HeadSeq {
			return log
		}
	}
}
