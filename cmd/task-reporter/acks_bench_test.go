package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/actors"
	"taskreporter/incident"
	"taskreporter/loadtest/cpu"
	"taskreporter/loadtest/postgres"
	"taskreporter/storage/storagetest"
)

const (
	acksRounds = 3
	acksTime   = 4 * time.Second
)

// BenchmarkDurableAcks has senders post to the engine, each waiting for its ack, over
// the actors and the committer into PostgreSQL, and pgbench commit single rows there, by
// turns: acks and rows a second and the ratios of their medians, and the processor time of
// a message in µs, the database's and this process's. Run it once: -benchtime 1x. What
// sockets and JSON add to it is measured by `make bench`.
func BenchmarkDurableAcks(b *testing.B) {
	for range b.N {
		benchmarkAcks(b)
	}
}

func benchmarkAcks(b *testing.B) {
	collectSeldom(slog.New(slog.DiscardHandler)) // as a server does
	cfg := storagetest.Postgres(b)
	cfg.Connections = 16 // as a server has
	rooms := storagetest.ManyRooms(b, cfg, 64, 2)
	db := storagetest.Open(b, cfg)
	e, err := actors.Start(b.Context(), actors.Config{
		Records: db.Records(), Frames: silentFrames{}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Limits: actors.Limits{UploadsPerUser: 1, UploadsPerRoom: 1, RoomIdle: time.Hour},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := e.Stop(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	}()
	by := make([]incident.Principal, len(rooms))
	for i := range rooms {
		by[i], _ = ownerOf(b, db, rooms[i])
	}
	server, err := postgres.Open(b.Context(), os.Getenv(storagetest.PostgresURL))
	if err != nil {
		b.Fatal(err)
	}
	single, err := server.OpenPgbench(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := single.Close(); err != nil {
			b.Error(err)
		}
	}()

	cases := []struct {
		name           string
		senders, rooms int
		against        int // clients of pgbench
	}{{"1-in-1", 1, 1, 1}, {"64-in-1", 64, 1, 64}, {"64-in-64", 64, 64, 64}, {"512-in-64", 512, 64, 64}}
	rows := map[int][]float64{}
	ours := map[string][]acked{}
	for range acksRounds {
		for _, clients := range []int{1, 64} {
			inserts, err := single.Run(b.Context(), clients, "simple", acksTime)
			if err != nil {
				b.Fatal(err)
			}
			rows[clients] = append(rows[clients], inserts.Rate)
		}
		for _, c := range cases {
			database, own := server.CPU(), cpu.Own()
			one := postFor(b, e, by, rooms[:c.rooms], c.senders)
			one.database, one.own = (server.CPU()-database)/one.n, (cpu.Own()-own)/one.n
			ours[c.name] = append(ours[c.name], one)
		}
	}
	for _, clients := range []int{1, 64} {
		b.ReportMetric(middle(rows[clients]), fmt.Sprintf("rows/s-pgbench-%d", clients))
	}
	for _, c := range cases {
		rate := middle(perTurn(ours[c.name], func(a acked) float64 { return a.rate }))
		b.ReportMetric(rate, "acks/s-"+c.name)
		b.ReportMetric(rate/middle(rows[c.against]), "x-"+c.name)
		b.ReportMetric(middle(perTurn(ours[c.name], func(a acked) float64 { return micros(a.database) })), "us-database-"+c.name)
		b.ReportMetric(middle(perTurn(ours[c.name], func(a acked) float64 { return micros(a.own) })), "us-own-"+c.name)
	}
}

// acked is what one turn of the senders did.
type acked struct {
	n             time.Duration // messages
	rate          float64       // messages per second
	database, own time.Duration // processor time of a message
}

// postFor lets senders post for a while.
func postFor(b *testing.B, e *actors.Engine, by []incident.Principal, rooms []incident.RoomID, senders int) acked {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), acksTime)
	defer cancel()
	var n atomic.Int64
	var posting sync.WaitGroup
	began := time.Now()
	for s := range senders {
		posting.Go(func() {
			at := s % len(rooms)
			for i := 0; ctx.Err() == nil; i++ {
				_, err := e.Post(b.Context(), by[at], rooms[at], incident.Draft{
					ClientMsgID: incident.ClientMsgID(fmt.Sprintf("%d-%d-%d", began.UnixNano(), s, i)),
					Text:        postgres.Said,
				})
				if err != nil {
					b.Error(err)
					return
				}
				n.Add(1)
			}
		})
	}
	posting.Wait()
	if n.Load() == 0 {
		b.Fatal("nothing was acknowledged")
	}
	return acked{n: time.Duration(n.Load()), rate: float64(n.Load()) / time.Since(began).Seconds()}
}

func perTurn(turns []acked, figure func(acked) float64) []float64 {
	values := make([]float64, len(turns))
	for i, t := range turns {
		values[i] = figure(t)
	}
	return values
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func middle(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
