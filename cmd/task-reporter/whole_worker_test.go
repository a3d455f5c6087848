package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"

	"taskreporter/httpapi/client"
)

// sharedMessages are ids of stored messages, for those who react to them, and how
// far the log has come.
type sharedMessages struct {
	mu   sync.Mutex
	ids  []string
	head atomic.Int64
}

func (s *sharedMessages) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids = append(s.ids, id)
}

func (s *sharedMessages) one(r *rand.Rand) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ids) == 0 {
		return ""
	}
	return s.ids[max(0, len(s.ids)-1-r.IntN(50))]
}

// worker does what people do in a room, most of it over its socket, until the log
// is long enough. What is not answered is sent again, in order, under its own id.
type worker struct {
	user    *someone
	room    string
	name    string
	owner   bool
	guests  []string
	shared  *sharedMessages
	random  *rand.Rand
	sent    int
	mine    []string
	waiting []map[string]any
	last    map[string]any // the reaction that was put last
	pinned  string
}

func (w *worker) run(until int64) {
	for w.shared.head.Load() < until {
		if s := w.user.tryConnect(); s != nil {
			w.work(s, until)
			_ = s.conn.Close()
		}
		pause()
	}
}

func (w *worker) work(s *socket, until int64) {
	for _, f := range w.waiting {
		if s.trySend(f) != nil {
			return
		}
	}
	for range hangUpEvery {
		if w.shared.head.Load() >= until {
			return
		}
		for len(w.waiting) < 8 {
			f := w.frame()
			if f == nil {
				w.ask()
				continue
			}
			w.waiting = append(w.waiting, f)
			if s.trySend(f) != nil {
				return
			}
		}
		if !w.take(s) {
			return
		}
	}
}

// frame is the next thing to do over the socket; nil for one that goes over REST.
func (w *worker) frame() map[string]any {
	w.sent++
	id := fmt.Sprintf("%s-%d", w.name, w.sent)
	f := map[string]any{"room_id": w.room, "client_msg_id": id}
	other := w.shared.one(w.random)
	switch n := w.random.IntN(100); {
	case n < 50 || other == "" || len(w.mine) == 0:
		f["type"], f["text"] = "send_message", "訊息 "+id
	case n < 62:
		f["type"], f["message_id"], f["text"] = "edit_message", w.mine[w.random.IntN(len(w.mine))], "改 "+id
	case n < 78:
		f["type"], f["message_id"], f["emoji"] = "react", other, []string{"👍", "✅", "👀"}[w.random.IntN(3)]
		w.last = f
	case n < 86 && w.last != nil:
		f["type"], f["message_id"], f["emoji"] = "unreact", w.last["message_id"], w.last["emoji"]
	case n < 89:
		f["type"], f["message_id"] = "delete_message", w.mine[w.random.IntN(len(w.mine))]
	default:
		return nil
	}
	return f
}

// take takes answers until one of them is ours. It reports false when the
// connection is over, or what was sent must be sent again.
func (w *worker) take(s *socket) bool {
	for f := range s.in {
		if f.Type != "ack" && f.Type != "error" || f.ClientMsgID == "" {
			continue
		}
		for i, sent := range w.waiting {
			if sent["client_msg_id"] != f.ClientMsgID {
				continue
			}
			var code string
			_ = json.Unmarshal(f.Code, &code)
			if f.Type == "error" && (code == "unavailable" || code == "busy" || code == "moved" || code == "rate_limited") {
				return false
			}
			w.waiting = append(w.waiting[:i:i], w.waiting[i+1:]...)
			if f.Type == "ack" && sent["type"] == "send_message" {
				w.mine = append(w.mine, f.MessageID)
				w.shared.add(f.MessageID)
			}
			if f.Seq > w.shared.head.Load() {
				w.shared.head.Store(f.Seq)
			}
			return true
		}
	}
	return false
}

// ask does one thing over REST. Refusals by the room's state are part of the game;
// whatever becomes of it, the log tells.
func (w *worker) ask() {
	path := "/api/rooms/" + w.room
	guest := w.guests[w.random.IntN(len(w.guests))]
	item := 1 + w.random.IntN(3)
	switch n := w.random.IntN(10); {
	case n < 2:
		w.call(http.MethodPut, fmt.Sprintf("%s/checklist/%d", path, item), map[string]any{"done": w.random.IntN(2) == 0})
	case n < 4:
		if w.pinned != "" {
			w.call(http.MethodDelete, path+"/messages/"+w.pinned+"/pin", nil)
			w.pinned = ""
			break
		}
		w.pinned = w.shared.one(w.random)
		w.call(http.MethodPut, path+"/messages/"+w.pinned+"/pin", nil)
	case n < 6:
		w.call(http.MethodPost, path+"/members", map[string]any{"user_id": guest, "role": "VIEWER"})
	case n < 7:
		w.call(http.MethodDelete, path+"/members/"+guest, nil)
	case n < 8:
		role := []string{"EDITOR", "VIEWER"}[w.random.IntN(2)]
		w.call(http.MethodPatch, path+"/members/"+guest, map[string]any{"role": role})
	default:
		now, ok := w.read(path)
		if !ok {
			return
		}
		if n == 8 || now.Moves == nil || len(*now.Moves) == 0 {
			severity := []string{"LOW", "MEDIUM", "HIGH", "CRITICAL"}[w.random.IntN(4)]
			w.call(http.MethodPatch, path, map[string]any{"version": now.Version, "severity": severity})
			return
		}
		to := string((*now.Moves)[0])
		switch to {
		case "CLOSED", "ARCHIVED": // and open again
			to = "IN_PROGRESS"
		}
		w.call(http.MethodPost, path+"/status", map[string]any{
			"version": now.Version, "status": to, "reason": "原因 " + w.name, "resolution": "更換油封",
		})
	}
}

func (w *worker) read(path string) (client.Room, bool) {
	res, err := w.user.GetRoomWithResponse(context.Background(), w.room)
	if err != nil || res.JSON200 == nil {
		return client.Room{}, false
	}
	return *res.JSON200, true
}

func (w *worker) call(method, path string, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	req, err := http.NewRequest(method, w.user.in.url(path), bytes.NewReader(b))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+w.user.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return // the server is away
	}
	_ = res.Body.Close()
	if res.StatusCode == http.StatusInternalServerError {
		w.user.in.t.Errorf("%s %s: %s, the server's log says why", method, path, res.Status)
	}
}
