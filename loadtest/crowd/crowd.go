package crowd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"taskreporter/incident"
	"taskreporter/loadtest/check"
)

const (
	// roomsPerSocket: a tab carries more than one room.
	roomsPerSocket = 2
	// linger is how long a crowd goes on watching after all have reached the heads:
	// what comes twice may come late.
	linger = time.Second
	poll   = 50 * time.Millisecond
	// maxTroubles bounds what is kept of things that should not happen.
	maxTroubles = 20
)

// Config says how big a crowd is and where it finds the servers.
type Config struct {
	Nodes    []string // host:port of each node's API
	Start    int      // how many of them the sockets are spread over at first
	People   []Account
	Rooms    int
	Sockets  int
	Rate     float64 // messages a second, of all
	Seed     uint64
	Messages string // begins every client_msg_id
}

// Account is somebody who can sign in.
type Account struct{ Username, Password string }

// Crowd is at work between Gather and Leave.
type Crowd struct {
	History *check.History
	Rooms   []incident.RoomID

	config  Config
	random  *rand.Rand
	people  []*Person // the last one is the guest
	sockets []*socket
	guests  []*socket // of the guest, one for each room; they only watch
	stop    context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	troubles []string
}

// Gather signs everybody in, at least two people, opens the rooms and the sockets,
// and returns when all of them watch their rooms. The last of the people is a
// guest, who only watches and can be expelled.
func Gather(ctx context.Context, config Config) (*Crowd, error) {
	c := &Crowd{config: config, History: check.NewHistory(), random: rand.New(rand.NewPCG(config.Seed, 0))}
	up := config.Nodes[:config.Start]
	for _, a := range config.People {
		p, err := SignIn(ctx, up, a.Username, a.Password)
		if err != nil {
			return nil, err
		}
		p.nodes = config.Nodes
		c.people = append(c.people, p)
	}
	for n := range config.Rooms {
		room, err := c.people[0].declare(ctx, fmt.Sprintf("%d 號線停機", n+1), c.people[1:])
		if err != nil {
			return nil, err
		}
		c.Rooms = append(c.Rooms, room)
	}
	running, stop := context.WithCancel(ctx)
	c.stop = stop
	for n := range config.Sockets {
		var rooms []incident.RoomID
		for k := range min(roomsPerSocket, len(c.Rooms)) {
			rooms = append(rooms, c.Rooms[(n+k)%len(c.Rooms)])
		}
		s := c.socket(fmt.Sprintf("socket-%d", n), n, c.people[n%(len(c.people)-1)], rooms...)
		c.sockets = append(c.sockets, s)
		c.running.Go(func() { s.run(running) })
	}
	guest := c.people[len(c.people)-1]
	for n, room := range c.Rooms {
		s := c.socket(fmt.Sprintf("guest-%d", n), config.Sockets+n, guest, room)
		c.guests = append(c.guests, s)
		c.running.Go(func() { s.run(running) })
	}
	err := c.until(ctx, "every socket watches its rooms", patience, func(context.Context) (bool, error) {
		return !slices.ContainsFunc(slices.Concat(c.sockets, c.guests), func(s *socket) bool { return !s.live() }), nil
	})
	if err != nil {
		c.Leave()
		return nil, err
	}
	return c, nil
}

// socket makes the nth one. What it sends goes to the first of its rooms.
func (c *Crowd) socket(name string, n int, person *Person, rooms ...incident.RoomID) *socket {
	s := &socket{
		name: name, person: person, rooms: rooms, history: c.History,
		views: map[incident.RoomID]*check.View{}, nodes: c.config.Nodes, at: n % c.config.Start,
		random: rand.New(rand.NewPCG(c.config.Seed, uint64(n)+1)), trouble: c.trouble,
	}
	for _, room := range rooms {
		s.views[room] = c.History.Watch(s.name, person.ID, room, 0)
	}
	return s
}

// Expel removes the guest from all rooms: from then on they must receive nothing
// more, whatever else happens.
func (c *Crowd) Expel(ctx context.Context) error {
	guest := c.people[len(c.people)-1]
	for i, room := range c.Rooms {
		c.guests[i].expel()
		path := fmt.Sprintf("/api/rooms/%s/members/%s", room, guest.ID)
		err := c.people[0].insist(ctx, http.MethodDelete, path, nil, nil)
		if gone, ok := errors.AsType[*refusal](err); ok && gone.status == http.StatusNotFound {
			err = nil // asked before, and the answer was lost
		}
		if err != nil {
			return fmt.Errorf("expel the guest from room %s: %w", room, err)
		}
	}
	return nil
}

// Residents returns the subscribers without the guest.
func (c *Crowd) Residents() []*check.View {
	guest := c.people[len(c.people)-1].ID
	return slices.DeleteFunc(c.History.Views(), func(v *check.View) bool { return v.User == guest })
}

func (c *Crowd) trouble(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.troubles) < maxTroubles {
		c.troubles = append(c.troubles, what)
	}
}

// Talk sends at the configured rate until ctx ends, to the rooms in turn, from
// random sockets: an open loop, which no slow server slows down.
func (c *Crowd) Talk(ctx context.Context) {
	ticks := time.NewTicker(time.Duration(float64(time.Second) / c.config.Rate))
	defer ticks.Stop()
	begin, sent := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		// A ticker drops what it could not deliver.
		for due := int(time.Since(begin).Seconds() * c.config.Rate); sent < due; sent++ {
			of := len(c.sockets) / len(c.Rooms)
			s := c.sockets[sent%len(c.Rooms)+len(c.Rooms)*c.random.IntN(of)]
			id := fmt.Sprintf("%s-%d", c.config.Messages, sent)
			s.send(incident.ClientMsgID(id), "訊息 "+id)
		}
	}
}

// Settle returns when every message is answered and every subscriber has seen the
// heads, or with an error that says what is missing.
func (c *Crowd) Settle(ctx context.Context, within time.Duration) error {
	waiting := 0
	err := c.until(ctx, "every message is answered", within, func(context.Context) (bool, error) {
		waiting = 0
		for _, s := range c.sockets {
			waiting += s.waiting()
		}
		return waiting == 0, nil
	})
	if err != nil {
		return fmt.Errorf("%w: %d are not", err, waiting)
	}
	behind := ""
	err = c.until(ctx, "every subscriber has seen the heads", within, func(ctx context.Context) (bool, error) {
		behind = ""
		heads, err := c.heads(ctx)
		for _, v := range c.Residents() {
			if v.Last() < heads[v.Room] {
				behind = cmp.Or(behind, fmt.Sprintf("%s is at %d of %d in room %s", v.Who, v.Last(), heads[v.Room], v.Room))
			}
		}
		return behind == "", err
	})
	if err != nil {
		return fmt.Errorf("%w: %s", err, behind)
	}
	return wait(ctx, linger)
}

func (c *Crowd) until(ctx context.Context, what string, within time.Duration, done func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		ok, err := done(ctx)
		if ok && err == nil {
			return nil
		}
		if wait(ctx, poll) != nil {
			if err == nil {
				err = ctx.Err()
			}
			return fmt.Errorf("waiting until %s: %w", what, err)
		}
	}
}

func (c *Crowd) heads(ctx context.Context) (map[incident.RoomID]incident.Seq, error) {
	heads := map[incident.RoomID]incident.Seq{}
	for _, room := range c.Rooms {
		head, err := c.people[0].head(ctx, room)
		if err != nil {
			return nil, err
		}
		heads[room] = head
	}
	return heads, nil
}

// Logs reads what is stored of each room.
func (c *Crowd) Logs(ctx context.Context) (map[incident.RoomID]check.Log, error) {
	logs := map[incident.RoomID]check.Log{}
	for _, room := range c.Rooms {
		log, err := c.people[0].log(ctx, room)
		if err != nil {
			return nil, fmt.Errorf("read the log of room %s: %w", room, err)
		}
		logs[room] = log
	}
	return logs, nil
}

// Leave closes all sockets.
func (c *Crowd) Leave() {
	c.stop()
	c.running.Wait()
}

// Tally is what a crowd counted besides its history.
type Tally struct {
	Reconnects    int `json:"reconnects"`     // of all sockets
	MaxReconnects int `json:"max_reconnects"` // of one
	Resent        int `json:"resent"`         // attempts after the first
	TryAgain      int `json:"try_again"`      // answers that said so
	Resets        int `json:"resets"`         // rooms that had to be read anew
	// Troubles are what should not happen: closed for good, refused subscriptions.
	Troubles []string `json:"troubles,omitempty"`
}

// Tally counts.
func (c *Crowd) Tally() Tally {
	var t Tally
	for _, s := range c.sockets {
		s.mu.Lock()
		n := max(0, s.connects-1)
		t.Reconnects += n
		t.MaxReconnects = max(t.MaxReconnects, n)
		t.Resent += s.resent
		t.TryAgain += s.refused
		s.mu.Unlock()
	}
	for _, v := range c.Residents() {
		t.Resets += v.Resets()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t.Troubles = slices.Clone(c.troubles)
	return t
}
