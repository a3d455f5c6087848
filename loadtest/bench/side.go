package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// side is one of two that are compared: what its sockets say and hear.
type side interface {
	// pass gets what a seat of a room needs to join; a hub wants nothing.
	pass(ctx context.Context, room, seat int) (string, error)
	// join opens a socket that hears all that is said in a room from now on.
	join(ctx context.Context, room int, pass string) (*line, error)
	// say makes the frame that is heard by all of a room as one message that holds text.
	say(room int, text string) []byte
	acks() bool // whether what is said is acknowledged
	cpu() (time.Duration, error)
	rss() (int64, error)
	// live is the memory in use, heap and stacks without garbage, bytes.
	live(ctx context.Context) (float64, error)
	stop()
}

// isMessage tells what was said from what else a server tells.
func isMessage(frame []byte) bool { return bytes.HasSuffix(frame, []byte(`"type":"message"}`)) }

// isAck tells the answer to what was said.
func isAck(frame []byte) bool { return bytes.HasSuffix(frame, []byte(`"type":"ack"}`)) }

// isRefusal tells an answer that says no.
func isRefusal(frame []byte) bool { return bytes.HasSuffix(frame, []byte(`"type":"error"}`)) }

// ours is the server with some rooms.
type ours struct {
	*server
	rooms []string
	said  atomic.Int64
}

// openOurs starts the server with rooms of so many people each. Nobody is in two rooms: what
// happens in one is told to the lists of its own people only.
func openOurs(ctx context.Context, s *site, people, rooms int, settings ...string) (*ours, error) {
	sv, err := s.serve(ctx, people*rooms, settings...)
	if err != nil {
		return nil, err
	}
	o := &ours{server: sv, rooms: make([]string, rooms)}
	err = each(ctx, rooms, 2, func(ctx context.Context, i int) error {
		var err error
		o.rooms[i], err = sv.declare(ctx, fmt.Sprintf("量測 %d", i), o.crew(i))
		return err
	})
	if err != nil {
		sv.stop()
		return nil, err
	}
	return o, nil
}

// crew is who is in a room.
func (o *ours) crew(room int) []*person {
	n := len(o.people) / len(o.rooms)
	return o.people[room*n : (room+1)*n]
}

func (o *ours) pass(ctx context.Context, room, seat int) (string, error) {
	crew := o.crew(room)
	return crew[seat%len(crew)].ticket(ctx)
}

func (o *ours) join(ctx context.Context, room int, pass string) (*line, error) {
	l, err := o.enter(ctx, pass)
	if err != nil {
		return nil, err
	}
	err = l.send(subscribeFrame(o.rooms[room], -1))
	if err == nil {
		_, err = l.await(`"type":"subscribed"`)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// enter opens an authenticated socket.
func (o *ours) enter(ctx context.Context, ticket string) (*line, error) {
	l, err := dial(ctx, o.address, "/api/ws", "task-reporter.v1")
	if err != nil {
		return nil, err
	}
	err = l.send(fmt.Appendf(nil, `{"type":"auth","ticket":%q}`, ticket))
	if err == nil {
		_, err = l.await(`"type":"ready"`)
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (p *person) ticket(ctx context.Context) (string, error) {
	res, err := p.api.CreateTicketWithResponse(ctx)
	if err != nil {
		return "", err
	}
	if res.JSON201 == nil {
		return "", fmt.Errorf("ticket: %s %s", res.Status(), res.Body)
	}
	return res.JSON201.Ticket, nil
}

// subscribeFrame asks for the events after a seq, from now on when that is negative.
func subscribeFrame(room string, after int) []byte {
	if after < 0 {
		return fmt.Appendf(nil, `{"type":"subscribe","room_id":%q}`, room)
	}
	return fmt.Appendf(nil, `{"type":"subscribe","room_id":%q,"after_seq":%d}`, room, after)
}

func (o *ours) say(room int, text string) []byte {
	return fmt.Appendf(nil, `{"type":"send_message","room_id":%q,"client_msg_id":"m%d","text":%q}`, o.rooms[room], o.said.Add(1), text)
}

func (o *ours) acks() bool { return true }
func (h *hub) acks() bool  { return false }

// live is what the server says of itself once the garbage is collected, twice: what pools hold
// goes with the second.
func (o *ours) live(ctx context.Context) (float64, error) {
	for range 2 {
		if err := get(ctx, "http://"+o.admin+"/debug/pprof/heap?gc=1"); err != nil {
			return 0, err
		}
	}
	heap, err1 := o.metric(ctx, "go_memstats_heap_alloc_bytes", "")
	stacks, err2 := o.metric(ctx, "go_memstats_stack_inuse_bytes", "")
	return heap + stacks, errors.Join(err1, err2)
}

// profile keeps where the server's processor time goes.
func (o *ours) profile(ctx context.Context, of time.Duration) {
	o.keep(ctx, fmt.Sprintf("profile?seconds=%d", max(1, int(of.Seconds()))))
}

// keep keeps one of the server's profiles.
func (o *ours) keep(ctx context.Context, profile string) {
	text, err := fetch(ctx, "http://"+o.admin+"/debug/pprof/"+profile)
	if err == nil {
		kind, _, _ := strings.Cut(profile, "?")
		name := fmt.Sprintf("%s-%d-rooms-%s.pprof", kind, len(o.rooms), time.Now().Format("150405"))
		err = os.WriteFile(filepath.Join(o.site.profiles, name), text, 0o600)
	}
	if err != nil {
		o.site.say("%s: %v", profile, err)
	}
}

// hub is the bare broadcaster.
type hub struct {
	*process
	address string
	frame   int // length of what is said, bytes
}

func openHub(ctx context.Context, s *site) (*hub, error) {
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	h := &hub{address: ports[0]}
	if h.process, err = spawn(filepath.Join(s.dir, "hub.log"), nil, s.hub, "--listen", h.address); err != nil {
		return nil, err
	}
	if err = h.until(ctx, func(ctx context.Context) error { return get(ctx, "http://"+h.address+"/readyz") }); err != nil {
		h.stop()
		return nil, err
	}
	return h, nil
}

func (h *hub) pass(context.Context, int, int) (string, error) { return "", nil }

func (h *hub) join(ctx context.Context, room int, _ string) (*line, error) {
	l, err := dial(ctx, h.address, fmt.Sprintf("/ws?room=%d", room), "")
	if err != nil {
		return nil, err
	}
	if _, err = l.await(`"type":"hello"`); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// say makes a frame as long as one of ours, and with the same ends.
func (h *hub) say(_ int, text string) []byte {
	const head, tail = `{"text":"`, `","type":"message"}`
	pad := max(0, h.frame-len(head)-len(text)-len(tail))
	return []byte(head + text + strings.Repeat(".", pad) + tail)
}

func (h *hub) live(ctx context.Context) (float64, error) {
	text, err := fetch(ctx, "http://"+h.address+"/memory")
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
}

var _, _ side = (*ours)(nil), (*hub)(nil)
