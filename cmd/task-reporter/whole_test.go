package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taskreporter/httpapi/client"
)

// What the test of the whole room does: the numbers are the promise's own.
const (
	wholeClients = 50
	wholeEvents  = 10_000 // see share
	wholeWorkers = 8
	wholeGuests  = 6 // who come, go and change their roles
	hangUpEvery  = 700
)

// F-RT-07, 09, 10, 11, F-RT-03, F-RM-09, F-MB-01, F-TP-02: of messages, edits,
// deletions, reactions, pins, ticks, members, roles, fields and statuses, through
// lost connections and two deaths of the server, every client ends with what a
// fresh reader is told, and has seen all of it once and in one order.
func TestEveryClientEndsWithTheSameRoom(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			events := int64(db.share(wholeEvents))
			in := newInstallation(t, append(db.env(t), "TASK_REPORTER_LIMIT_REQUESTS_PER_SECOND=10000", "TASK_REPORTER_LIMIT_REQUEST_BURST=10000")...)
			server := in.start()
			people := make([]*someone, wholeWorkers)
			for i := range people {
				people[i] = in.join(fmt.Sprintf("user%d", i), fmt.Sprintf("操作員 %d", i), "USER")
			}
			guests := make([]string, wholeGuests)
			for i := range guests {
				guests[i] = in.addUser(fmt.Sprintf("guest%d", i), fmt.Sprintf("訪客 %d", i), "USER")
			}
			room := people[0].declareFrom(t, "三線停機")
			for i, p := range people[1:] {
				people[0].bring(room.RoomId, p, []client.Role{client.OWNER, client.EDITOR}[i%2])
			}

			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			views := make([]*wholeView, wholeClients)
			var listening sync.WaitGroup
			for i := range views {
				views[i] = &wholeView{user: people[i%wholeWorkers], room: room.RoomId, state: newWholeRoom(), random: rand.New(rand.NewPCG(4, uint64(i)))}
				listening.Go(func() { views[i].follow(ctx) })
			}
			shared := &sharedMessages{}
			workers := make([]*worker, wholeWorkers)
			var working sync.WaitGroup
			for i := range workers {
				workers[i] = &worker{
					user: people[i], room: room.RoomId, name: fmt.Sprintf("w%d", i), guests: guests, shared: shared,
					owner: i == 0 || i%2 == 1, random: rand.New(rand.NewPCG(5, uint64(i))),
				}
				working.Go(func() { workers[i].run(events) })
			}
			for _, share := range []int64{3, 6} { // tenths
				waitFor(t, "some events", func() bool { return shared.head.Load() >= events*share/10 })
				server.kill()
				server = in.start()
			}
			working.Wait()

			log := readLog(t, people[0], room.RoomId)
			head := int64(len(log))
			for i, v := range views {
				waitFor(t, fmt.Sprintf("client %d to reach %d", i, head), func() bool { return v.last.Load() >= head })
			}
			cancel()
			listening.Wait()
			fresh := readWholeRoom(t, people[1], room.RoomId)
			kinds := map[string]int{}
			for i, ev := range log {
				if ev.Seq != int64(i+1) {
					t.Fatalf("log has seq %d at place %d", ev.Seq, i+1)
				}
				kinds[ev.Type]++
			}
			if head < events {
				t.Errorf("%d events, want at least %d", head, events)
			}
			for _, kind := range []string{
				"message", "message_edited", "message_deleted", "reaction_added", "reaction_removed", "message_pinned",
				"message_unpinned", "checklist_changed", "member_added", "member_removed", "role_changed", "room_updated",
			} {
				if kinds[kind] == 0 && events == wholeEvents { // chance may leave one out of a few
					t.Errorf("there was no %s: the test tries too little", kind)
				}
			}
			resumed := 0
			for i, v := range views {
				resumed += v.connects - 1
				if v.broken != "" {
					t.Errorf("client %d: %s", i, v.broken)
				}
				for j, kind := range v.kinds {
					if log[j].Type != kind {
						t.Fatalf("client %d saw %s at seq %d, the log has %s", i, kind, j+1, log[j].Type)
					}
				}
				if diff := cmp.Diff(fresh, v.state); diff != "" {
					t.Fatalf("client %d differs from a fresh reader (-fresh +client):\n%.3000s", i, diff)
				}
			}
			t.Logf("%d events %v, %d messages, %d reconnects of %d clients", head, kinds, len(fresh.Messages), resumed, wholeClients)
		})
	}
}

// declareFrom opens a room from the first template, which has a checklist.
func (u *someone) declareFrom(t testing.TB, title string) client.Room {
	t.Helper()
	templates := getJSON[struct{ Templates []client.Template }](t, u, "/api/templates")
	res, err := u.CreateRoomWithResponse(context.Background(), client.NewRoom{Title: title, TemplateId: &templates.Templates[0].TemplateId})
	if err != nil || res.JSON201 == nil {
		t.Fatalf("declare: %v %+v", err, res)
	}
	return *res.JSON201
}

// wholeRoom is what a room shows, whoever reads it.
type wholeRoom struct {
	Title, Severity, Status string
	Version                 int
	Members                 map[string]string
	Done                    map[int]bool
	Messages                map[string]wholeMessage
}

type wholeMessage struct {
	Seq       int64
	Text      string
	Deleted   bool
	Pinned    bool
	Reactions map[string]bool // emoji and user
}

func newWholeRoom() *wholeRoom {
	return &wholeRoom{Members: map[string]string{}, Done: map[int]bool{}, Messages: map[string]wholeMessage{}}
}

// wholeFrame is an event with all that changes a room.
type wholeFrame struct {
	frame
	By        client.Person          `json:"by"`
	Member    *client.Member         `json:"member"`
	To        string                 `json:"to"`
	Text      string                 `json:"text"`
	Emoji     string                 `json:"emoji"`
	ItemID    int                    `json:"item_id"`
	Done      bool                   `json:"done"`
	Checklist []client.ChecklistItem `json:"checklist"`
}

func (w *wholeRoom) setRoom(r *client.Room) {
	w.Title, w.Severity, w.Status, w.Version = r.Title, string(r.Severity), string(r.Status), r.Version
}

func (w *wholeRoom) setMessage(m *client.Message) {
	now := wholeMessage{Seq: m.Seq, Text: m.Text, Deleted: m.Deleted != nil, Pinned: m.Pinned != nil, Reactions: map[string]bool{}}
	if m.Reactions != nil && !now.Deleted {
		for _, r := range *m.Reactions {
			for _, u := range r.Users {
				now.Reactions[r.Emoji+u.UserId] = true
			}
		}
	}
	w.Messages[m.MessageId] = now
}

// fold applies an event, as a page does.
func (w *wholeRoom) fold(f wholeFrame) {
	m := w.Messages[f.MessageID]
	switch f.Type {
	case "room_created", "room_updated":
		w.setRoom(f.Room)
		for _, item := range f.Checklist {
			w.Done[item.ItemId] = item.Done
		}
	case "member_added":
		w.Members[f.Member.UserId] = string(f.Member.Role)
	case "member_removed":
		delete(w.Members, f.User.UserId)
	case "role_changed":
		w.Members[f.User.UserId] = f.To
	case "message":
		w.setMessage(f.Message)
	case "message_edited":
		m.Text = f.Text
		w.Messages[f.MessageID] = m
	case "message_deleted":
		w.Messages[f.MessageID] = wholeMessage{Seq: m.Seq, Deleted: true, Reactions: map[string]bool{}}
	case "reaction_added":
		m.Reactions[f.Emoji+f.By.UserId] = true
	case "reaction_removed":
		delete(m.Reactions, f.Emoji+f.By.UserId)
	case "message_pinned", "message_unpinned":
		m.Pinned = f.Type == "message_pinned"
		w.Messages[f.MessageID] = m
	case "checklist_changed":
		w.Done[f.ItemID] = f.Done
	}
}

// readWholeRoom is what a fresh reader is told over REST.
func readWholeRoom(t testing.TB, u *someone, room string) *wholeRoom {
	t.Helper()
	w, path := newWholeRoom(), "/api/rooms/"+room
	now := getJSON[client.Room](t, u, path)
	w.setRoom(&now)
	for _, m := range getJSON[struct{ Members []client.Member }](t, u, path+"/members").Members {
		w.Members[m.UserId] = string(m.Role)
	}
	for _, item := range getJSON[struct{ Items []client.ChecklistItem }](t, u, path+"/checklist").Items {
		w.Done[item.ItemId] = item.Done
	}
	for after := int64(0); ; {
		page := getJSON[struct {
			Events   []wholeFrame `json:"events"`
			HasAfter bool         `json:"has_after"`
		}](t, u, fmt.Sprintf("%s/timeline?after_seq=%d&limit=200", path, after))
		for _, f := range page.Events {
			after = f.Seq
			if f.Message != nil {
				w.setMessage(f.Message)
			}
		}
		if !page.HasAfter {
			return w
		}
	}
}

// wholeView is one client that follows a room and folds what it sees.
type wholeView struct {
	user     *someone
	room     string
	state    *wholeRoom
	random   *rand.Rand
	last     atomic.Int64
	kinds    []string // by seq-1
	connects int
	broken   string
}

func (v *wholeView) follow(ctx context.Context) {
	for ctx.Err() == nil {
		if s := v.user.tryConnect(); s != nil {
			v.connects++
			v.listen(ctx, s)
			_ = s.conn.Close()
		}
		pause()
	}
}

// listen folds until the connection ends, or is dropped on purpose.
func (v *wholeView) listen(ctx context.Context, s *socket) {
	if s.trySend(map[string]any{"type": "subscribe", "room_id": v.room, "after_seq": v.last.Load()}) != nil {
		return
	}
	for range hangUpEvery + v.random.IntN(hangUpEvery) {
		select {
		case <-ctx.Done():
			return
		case f, ok := <-s.in:
			switch {
			case !ok:
				return
			case f.Type == "reset":
				v.broken = fmt.Sprintf("reset at %d", v.last.Load())
			case f.Seq == 0 || f.RoomID != v.room || f.Type == "ack":
			case f.Seq != v.last.Load()+1:
				v.broken = fmt.Sprintf("seq %d after %d", f.Seq, v.last.Load())
			default:
				var whole wholeFrame
				if err := json.Unmarshal(f.raw, &whole); err != nil {
					v.broken = err.Error()
				}
				v.state.fold(whole)
				v.kinds = append(v.kinds, f.Type)
				v.last.Store(f.Seq)
			}
		}
	}
}
