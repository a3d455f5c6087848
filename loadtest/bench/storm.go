package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	stormSockets = 2000
	stormRooms   = 20
	stormBehind  = 200
)

// storm lets all sockets come back at once, each behind by so many events, and counts how
// often the log was read for all of them together.
func storm(ctx context.Context, s *site) ([]row, error) {
	sockets, rooms, behind := pick(s, stormSockets, 12), pick(s, stormRooms, 3), pick(s, stormBehind, 20)
	o, err := openOurs(ctx, s, peopleOf(s, rooms), rooms)
	if err != nil {
		return nil, err
	}
	defer o.stop()
	var took, used, reads, statements []float64
	for range s.rounds {
		one, err := o.storm(ctx, sockets, behind)
		if err != nil {
			return nil, err
		}
		s.say("  current after %.2f s, %.2f s of CPU, %.0f reads of the log", one.took, one.cpu, one.reads)
		took, used = append(took, one.took), append(used, one.cpu)
		reads, statements = append(reads, one.reads), append(statements, one.shared)
	}
	of := fmt.Sprintf("%d sockets in %d rooms, each %d behind", sockets, rooms, behind)
	return []row{
		alone(of+": all current after", "s", took, atMost(5)),
		alone(of+": CPU of all", "s", used, noGoal()),
		alone(of+": reads of the log for all", "reads", reads, atMost(float64(10*rooms))),
		alone(of+": pages that came without a read", "pages", statements, noGoal()),
	}, nil
}

// stormed is what one storm came to.
type stormed struct {
	took, cpu     float64 // seconds
	reads, shared float64
}

// storm says behind messages in every room while nobody listens, then brings all sockets
// back from where each room was. Every one must hear all that it missed, once and in order.
func (o *ours) storm(ctx context.Context, sockets, behind int) (stormed, error) {
	heads := make([]int, len(o.rooms))
	err := each(ctx, len(o.rooms), 4, func(ctx context.Context, r int) (err error) {
		heads[r], err = o.writeTo(ctx, r, behind)
		return err
	})
	if err != nil {
		return stormed{}, err
	}
	tickets, err := getPasses(ctx, o, len(o.rooms), sockets/len(o.rooms))
	if err != nil {
		return stormed{}, err
	}
	sockets = len(tickets)
	lines := make([]*line, sockets)
	defer func() {
		for _, l := range lines {
			if l != nil {
				l.close()
			}
		}
	}()
	before, err := o.counted(ctx)
	if err != nil {
		return stormed{}, err
	}
	began := time.Now()
	err = each(ctx, sockets, sockets, func(ctx context.Context, i int) error {
		r := i % len(o.rooms)
		l, err := o.enter(ctx, tickets[i])
		if err != nil {
			return err
		}
		lines[i] = l
		if err := l.send(subscribeFrame(o.rooms[r], heads[r]-behind)); err != nil {
			return err
		}
		return l.catchUp(heads[r]-behind, heads[r])
	})
	took := time.Since(began).Seconds()
	if err != nil {
		return stormed{}, err
	}
	after, err := o.counted(ctx)
	return stormed{
		took: took, cpu: after.cpu - before.cpu,
		reads: after.reads - before.reads, shared: after.shared - before.shared,
	}, err
}

// writeTo says so many messages in a room and returns the last one's number.
func (o *ours) writeTo(ctx context.Context, room, n int) (int, error) {
	ticket, err := o.pass(ctx, room, 0)
	if err != nil {
		return 0, err
	}
	l, err := o.enter(ctx, ticket)
	if err != nil {
		return 0, err
	}
	defer l.close()
	head := 0
	for range n {
		if err := l.send(o.say(room, "while nobody listens")); err != nil {
			return 0, err
		}
		ack, err := l.await(`"type":"ack"`)
		if err != nil {
			return 0, err
		}
		head = max(head, numberIn(ack))
	}
	return head, nil
}

// catchUp reads the events after one number up to another.
func (l *line) catchUp(after, head int) error {
	_ = l.conn.SetReadDeadline(time.Now().Add(lineTimeout))
	for after < head {
		var wrong error
		err := l.read(func(payload []byte) {
			switch {
			case isMessage(payload):
				if seq := numberIn(payload); seq != after+1 {
					wrong = fmt.Errorf("event %d came after %d", seq, after)
				}
				after++
			case isRefusal(payload), bytes.Contains(payload, []byte(`"type":"reset"`)):
				wrong = fmt.Errorf("the server says %s", payload)
			}
		})
		if err = errors.Join(err, wrong); err != nil {
			return err
		}
	}
	return nil
}

// numberIn reads the seq of an event or an ack.
func numberIn(frame []byte) int {
	at := bytes.LastIndex(frame, []byte(`"seq":`))
	if at < 0 {
		return 0
	}
	rest := frame[at+len(`"seq":`):]
	end := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	n, _ := strconv.Atoi(string(rest[:max(end, 0)]))
	return n
}

// counted is what the server says of itself.
func (o *ours) counted(ctx context.Context) (stormed, error) {
	used, err := o.cpu()
	if err != nil {
		return stormed{}, err
	}
	const name = "taskreporter_catch_up_reads_total"
	reads, err1 := o.metric(ctx, name, `source="log"`)
	all, err2 := o.metric(ctx, name, "")
	return stormed{cpu: used.Seconds(), reads: reads, shared: all - reads}, errors.Join(err1, err2)
}
