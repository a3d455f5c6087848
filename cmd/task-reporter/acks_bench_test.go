package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/actors"
	"taskreporter/incident"
	"taskreporter/storage/storagetest"
)

// pgbenchRow commits one row of a table like the log, with the log's keys.
const (
	pgbenchTable = `create table if not exists bench_log (room_id varchar(36) collate "C" not null, seq bigint not null, epoch bigint not null,
		type varchar(20) not null, author_id varchar(36) collate "C" not null, author_name text not null, client_msg_id varchar(64) collate "C",
		at timestamptz not null, body text not null, primary key (room_id, seq));
	create unique index if not exists bench_log_sent on bench_log (room_id, author_id, client_msg_id);
	create sequence if not exists bench_seq cache 1000`
	pgbenchRow = `\set room random(10, 73)
insert into bench_log values ('01a20831-4773-7aef-8f88-adc8a59840' || :room, nextval('bench_seq'), 1, 'message',
	'01a20830-80d6-7993-aa3d-8fec686e1dbd', 'Operator 1', 'c-' || :client_id || '-' || currval('bench_seq'), now(), repeat('x', 320));
`
	acksRounds = 3
	acksTime   = 4 * time.Second
)

// BenchmarkDurableAcks has senders post to the engine, each waiting for its ack, over
// the actors and the committer into PostgreSQL, and pgbench commit single rows there, by
// turns. The ratios are of the medians. It needs TEST_POSTGRES_BIN; run it once:
// -benchtime 1x. What sockets and JSON add to it is measured by `make bench`.
func BenchmarkDurableAcks(b *testing.B) {
	bin := os.Getenv("TEST_POSTGRES_BIN")
	if bin == "" {
		b.Skip("TEST_POSTGRES_BIN is not set: scripts/services start faults, and its env")
	}
	for range b.N {
		benchmarkAcks(b, filepath.Join(bin, "pgbench"))
	}
}

func benchmarkAcks(b *testing.B, pgbench string) {
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
	script := filepath.Join(b.TempDir(), "row.sql")
	if err := os.WriteFile(script, []byte(pgbenchRow), 0o600); err != nil {
		b.Fatal(err)
	}
	storagetest.Exec(b, cfg, pgbenchTable)

	cases := []struct {
		name           string
		senders, rooms int
		against        int // clients of pgbench
	}{{"1-in-1", 1, 1, 1}, {"64-in-1", 64, 1, 64}, {"64-in-64", 64, 64, 64}, {"512-in-64", 512, 64, 64}}
	ours, rows := map[string][]float64{}, map[int][]float64{}
	for range acksRounds {
		for _, clients := range []int{1, 64} {
			rows[clients] = append(rows[clients], runPgbench(b, pgbench, cfg.URL, script, clients))
		}
		for _, c := range cases {
			ours[c.name] = append(ours[c.name], postFor(b, e, by, rooms[:c.rooms], c.senders))
		}
	}
	for _, clients := range []int{1, 64} {
		b.ReportMetric(middle(rows[clients]), fmt.Sprintf("rows/s-pgbench-%d", clients))
	}
	for _, c := range cases {
		b.ReportMetric(middle(ours[c.name]), "acks/s-"+c.name)
		b.ReportMetric(middle(ours[c.name])/middle(rows[c.against]), "x-"+c.name)
	}
}

// postFor returns how many messages a second were acknowledged.
func postFor(b *testing.B, e *actors.Engine, by []incident.Principal, rooms []incident.RoomID, senders int) float64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), acksTime)
	defer cancel()
	var acked atomic.Int64
	var posting sync.WaitGroup
	began := time.Now()
	for s := range senders {
		posting.Go(func() {
			at := s % len(rooms)
			for n := 0; ctx.Err() == nil; n++ {
				_, err := e.Post(b.Context(), by[at], rooms[at], incident.Draft{
					ClientMsgID: incident.ClientMsgID(fmt.Sprintf("%d-%d-%d", began.UnixNano(), s, n)),
					Text:        "Station 3 stands still: the gripper has lost a part, vision says 12.",
				})
				if err != nil {
					b.Error(err)
					return
				}
				acked.Add(1)
			}
		})
	}
	posting.Wait()
	return float64(acked.Load()) / time.Since(began).Seconds()
}

// forLibpq is the address as C programs want it.
func forLibpq(b *testing.B, address string) string {
	b.Helper()
	u, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	old := u.Query()
	u.RawQuery = url.Values{"options": {"-csearch_path=" + old.Get("search_path")}, "sslmode": {old.Get("sslmode")}}.Encode()
	return strings.ReplaceAll(u.String(), "+", "%20")
}

var tps = regexp.MustCompile(`tps = ([\d.]+)`)

func runPgbench(b *testing.B, program, database, script string, clients int) float64 {
	b.Helper()
	out, err := exec.Command(program, "--no-vacuum", "--protocol=simple", fmt.Sprint("--client=", clients), fmt.Sprint("--jobs=", min(clients, 2)),
		fmt.Sprint("--time=", acksTime.Seconds()), "--file="+script, forLibpq(b, database)).CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	rate := tps.FindSubmatch(out)
	if rate == nil {
		b.Fatalf("pgbench said:\n%s", out)
	}
	v, err := strconv.ParseFloat(string(rate[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return v
}

func middle(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
