package actors

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// The metrics live in the default registry, as all do. They are taken once a
// transaction, a batch or a page, never once a socket.
var (
	commitSeconds = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "taskreporter_commit_duration_seconds",
		Help:    "Time of one transaction that appends to the log.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	})
	commitRooms = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "taskreporter_commit_rooms",
		Help:    "Rooms whose batches one transaction appends.",
		Buckets: prometheus.ExponentialBuckets(1, 2, 10),
	})
	commitEvents = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "taskreporter_commit_events",
		Help:    "Events that one transaction appends.",
		Buckets: prometheus.ExponentialBuckets(1, 2, 12),
	})
	fanOutSeconds = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "taskreporter_fan_out_duration_seconds",
		Help:    "Time from a batch being durable until all watchers on its room's own node have it in their outboxes.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
	})
	deliveries = promauto.NewCounter(prometheus.CounterOpts{
		Name: "taskreporter_deliveries_total",
		Help: "Events handed to subscriptions on this node: one event to a hundred watchers counts a hundred.",
	})

	catchUpReads = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "taskreporter_catch_up_reads_total",
		Help: "Pages of a room's log for clients that came back: read from the log, or shared with others who wanted the same.",
	}, []string{"source"})
	readFromLog = catchUpReads.WithLabelValues("log")
	readShared  = catchUpReads.WithLabelValues("shared")

	roomMail  = newMail("room")
	relayMail = newMail("relay")
)

// mail counts the messages that wait in, or are being worked on from, the
// mailboxes of one kind of actor.
type mail struct{ waiting atomic.Int64 }

var _ actor.MailboxMiddleware = (*mail)(nil)

func newMail(kind string) *mail {
	m := &mail{}
	promauto.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "taskreporter_mailbox_messages",
		Help:        "Messages that wait in the mailboxes of this node's rooms, or of its relay, which hands events to sockets.",
		ConstLabels: prometheus.Labels{"actor": kind},
	}, func() float64 { return float64(m.waiting.Load()) })
	return m
}

// mailbox is the library's usual one, counted.
func (m *mail) mailbox() actor.PropsOption { return actor.WithMailbox(actor.Unbounded(m)) }

// MailboxStarted implements [actor.MailboxMiddleware].
func (m *mail) MailboxStarted() {}

// MessagePosted implements [actor.MailboxMiddleware].
func (m *mail) MessagePosted(any) { m.waiting.Add(1) }

// MessageReceived implements [actor.MailboxMiddleware].
func (m *mail) MessageReceived(any) { m.waiting.Add(-1) }

// MailboxEmpty implements [actor.MailboxMiddleware].
func (m *mail) MailboxEmpty() {}
