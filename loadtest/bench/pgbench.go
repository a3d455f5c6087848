package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// logTable is a table like the server's log, with the same keys, which pgbench fills.
const logTable = `create table bench_log (
	room_id varchar(36) collate "C" not null, seq bigint not null, epoch bigint not null, type varchar(20) not null,
	author_id varchar(36) collate "C" not null, author_name text not null, client_msg_id varchar(64) collate "C",
	at timestamptz not null, body text not null, primary key (room_id, seq));
create unique index on bench_log (room_id, author_id, client_msg_id) where client_msg_id is not null;
create sequence bench_seq cache 1000`

// logRow is one row of it, as long as that of a message that says the same.
const logRow = `\set room random(10, 73)
insert into bench_log values ('01a20831-4773-7aef-8f88-adc8a59840' || :room, nextval('bench_seq'), 1, 'message',
	'01a20830-80d6-7993-aa3d-8fec686e1dbd', '操作員 1', 'c-' || :client_id || '-' || currval('bench_seq'), now(),
	'{"message":{"message_id":"01a20831-4773-7aef-8f88-adc8a5984f52","author":{"user_id":"01a20830-80d6-7993-aa3d-8fec686e1dbd","name":"操作員 1"},"message_type":"text","text":"` + said + `","client_msg_id":"c-12-345678","at":"2026-11-23T08:00:00.123456Z"}}');
`

// pgbench inserts rows one at a time, each durable before the next is sent.
type pgbench struct {
	site *site
	file string
}

func openPgbench(ctx context.Context, s *site) (*pgbench, error) {
	p := &pgbench{site: s, file: filepath.Join(s.dir, "log.sql")}
	if err := os.WriteFile(p.file, []byte(logRow), 0o600); err != nil {
		return nil, err
	}
	p.close()
	return p, s.psql(ctx, logTable)
}

func (p *pgbench) close() {
	if err := p.site.psql(context.Background(), "drop table if exists bench_log; drop sequence if exists bench_seq"); err != nil {
		p.site.say("%v", err)
	}
}

// shift is what one side did while it was watched.
type shift struct {
	rate                        float64       // acknowledged per second
	server, database, generator time.Duration // of processor time for each
}

func (t shift) all() float64 { return micros(t.server + t.database + t.generator) }

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

var (
	pgbenchCount = regexp.MustCompile(`actually processed: (\d+)`)
	pgbenchRate  = regexp.MustCompile(`tps = ([\d.]+)`)
)

// run has so many clients at it. mode is how they ask: simple or prepared.
func (p *pgbench) run(ctx context.Context, clients int, mode string, of time.Duration) (shift, error) {
	cmd := exec.CommandContext(ctx, tool("pgbench"), "--no-vacuum", "--protocol="+mode, //nolint:gosec // our own command
		fmt.Sprintf("--client=%d", clients), fmt.Sprintf("--jobs=%d", min(clients, 2)),
		fmt.Sprintf("--time=%d", max(2, int(of.Seconds()))), "--file="+p.file)
	cmd.Env = p.site.postgresEnv()
	before := p.site.databaseCPU()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return shift{}, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	database := p.site.databaseCPU() - before
	count, rate := pgbenchCount.FindSubmatch(out), pgbenchRate.FindSubmatch(out)
	if count == nil || rate == nil {
		return shift{}, fmt.Errorf("pgbench said: %s", out)
	}
	rows, err := strconv.ParseInt(string(count[1]), 10, 64)
	if err != nil || rows == 0 {
		return shift{}, fmt.Errorf("pgbench inserted %d rows: %w", rows, err)
	}
	t := shift{database: database / time.Duration(rows)}
	t.generator = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()) / time.Duration(rows)
	t.rate, err = strconv.ParseFloat(string(rate[1]), 64)
	return t, err
}
