package postgres

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

const (
	dropTable = "drop table if exists bench_log; drop sequence if exists bench_seq;"

	// logTable is a table like the server's log, with the same keys.
	logTable = `create table bench_log (
	room_id varchar(36) collate "C" not null, seq bigint not null, epoch bigint not null, type varchar(20) not null,
	author_id varchar(36) collate "C" not null, author_name text not null, client_msg_id varchar(64) collate "C",
	at timestamptz not null, body text not null, primary key (room_id, seq));
create unique index on bench_log (room_id, author_id, client_msg_id) where client_msg_id is not null;
create sequence bench_seq cache 1000`

	// logRow is one row of it, as long as that of a message that says Said.
	logRow = `\set room random(10, 73)
insert into bench_log values ('01a20831-4773-7aef-8f88-adc8a59840' || :room, nextval('bench_seq'), 1, 'message',
	'01a20830-80d6-7993-aa3d-8fec686e1dbd', '操作員 1', 'c-' || :client_id || '-' || currval('bench_seq'), now(),
	'{"message":{"message_id":"01a20831-4773-7aef-8f88-adc8a5984f52","author":{"user_id":"01a20830-80d6-7993-aa3d-8fec686e1dbd","name":"操作員 1"},"message_type":"text","text":"` + Said + `","client_msg_id":"c-12-345678","at":"2026-11-23T08:00:00.123456Z"}}');
`
	// Said is what each message of a comparison says.
	Said = "Station 3 stands still: the gripper has lost a part, vision says 12."
)

// Pgbench inserts rows like those of the log one at a time, each durable before the next is
// sent: what an installation without group commit does.
type Pgbench struct {
	server *Server
	file   string
}

// Inserts is what a run of Pgbench did.
type Inserts struct {
	Rate                float64       // rows per second
	Database, Generator time.Duration // processor time of a row: PostgreSQL's, pgbench's
}

// OpenPgbench makes the table. dir is for its script.
func (s *Server) OpenPgbench(ctx context.Context, dir string) (*Pgbench, error) {
	p := &Pgbench{server: s, file: filepath.Join(dir, "log.sql")}
	if err := os.WriteFile(p.file, []byte(logRow), 0o600); err != nil {
		return nil, err
	}
	return p, s.Exec(ctx, "", dropTable+logTable)
}

// Close drops the table.
func (p *Pgbench) Close() error { return p.server.Exec(context.Background(), "", dropTable) }

var (
	pgbenchCount = regexp.MustCompile(`actually processed: (\d+)`)
	pgbenchRate  = regexp.MustCompile(`tps = ([\d.]+)`)
)

// Run has so many clients at it, for at least two seconds. mode is how they ask: simple or
// prepared.
func (p *Pgbench) Run(ctx context.Context, clients int, mode string, of time.Duration) (Inserts, error) {
	cmd := p.server.command(ctx, "pgbench", "--no-vacuum", "--protocol="+mode,
		fmt.Sprintf("--client=%d", clients), fmt.Sprintf("--jobs=%d", min(clients, 2)),
		fmt.Sprintf("--time=%d", max(2, int(of.Seconds()))), "--file="+p.file)
	before := p.server.CPU()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return Inserts{}, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	database := p.server.CPU() - before
	count, rate := pgbenchCount.FindSubmatch(out), pgbenchRate.FindSubmatch(out)
	if count == nil || rate == nil {
		return Inserts{}, fmt.Errorf("pgbench said: %s", out)
	}
	rows, err := strconv.ParseInt(string(count[1]), 10, 64)
	if err != nil || rows == 0 {
		return Inserts{}, fmt.Errorf("pgbench inserted %d rows: %w", rows, err)
	}
	r := Inserts{Database: database / time.Duration(rows)}
	r.Generator = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()) / time.Duration(rows)
	r.Rate, err = strconv.ParseFloat(string(rate[1]), 64)
	return r, err
}
