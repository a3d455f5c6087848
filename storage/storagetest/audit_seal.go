package storagetest

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testAuditSeals(t *testing.T, fresh Fresh) {
	promise(t, "ManyWritersAndSealersMakeOneChain", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		const nodes, writers, each = 3, 2, 40
		var writing, sealing sync.WaitGroup
		written := make(chan struct{})
		for node := range nodes {
			audit := Open(t, cfg).Audit()
			for range writers {
				writing.Go(func() { recordSome(t, audit, each, fmt.Sprint("node ", node)) })
			}
			sealing.Go(func() {
				for done := false; !done; {
					select {
					case <-written:
						done = true
					default:
					}
					if _, _, err := audit.Seal(t.Context()); err != nil {
						t.Errorf("seal: %v", err)
					}
				}
			})
		}
		writing.Wait()
		close(written)
		sealing.Wait()
		audit := Open(t, cfg).Audit()
		if _, head, err := audit.Seal(t.Context()); err != nil || head.Seq != nodes*writers*each {
			t.Fatalf("head %s, %v", head, err)
		}
		var chain incident.AuditSeal // as anybody can make it from what is exported
		entries, err := audit.Entries(t.Context(), incident.AuditQuery{Forward: true, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(entries, func(a, b incident.AuditEntry) int { return int(a.Seal.Seq - b.Seal.Seq) })
		for _, e := range entries {
			if chain = chain.Next(e); chain != *e.Seal {
				t.Fatalf("%s stands where %s belongs", e.Seal, chain)
			}
		}
		sum := verify(t, audit, nil)
		if sum.Rows != nodes*writers*each || sum.Sealed != sum.Rows || sum.Waiting != 0 || sum.Head != chain {
			t.Errorf("%+v, want the head %s", sum, chain)
		}
	})

	promise(t, "RowsOfARoomsBatchAreSealed", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		db := Open(t, cfg)
		r := claim(t, db) // leaves a row of its own
		b := r.batch(member("李四", incident.Editor, r.owner.ID))
		b.Audit = []incident.AuditEntry{{At: now(), Act: "member_added", Outcome: "ok"}, {At: now(), Act: "room_moved", Outcome: "ok"}}
		appendAll(t, db, b)
		n := count(t, raw(t, cfg), "select count(*) from audit")
		if sealed, _, err := db.Audit().Seal(t.Context()); err != nil || n < 3 || sealed != n {
			t.Errorf("%d of %d rows sealed, %v", sealed, n, err)
		}
		verify(t, db.Audit(), nil)
	})

	promise(t, "ALateCommitIsSealedAndNotReported", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		audit := Open(t, cfg).Audit()
		late, err := raw(t, cfg).Begin()
		if err != nil {
			t.Fatal(err)
		}
		const early = "00000000-0000-7000-8000-000000000001" // of a clock that is decades behind
		if onSQLite(cfg) {                                   // no two transactions write at once
			recordSome(t, audit, 3, "early")
			seal(t, audit, 3)
			insertRow(t, late, early)
		} else {
			insertRow(t, late, early)
			recordSome(t, audit, 3, "early")
			seal(t, audit, 3)
		}
		if sum := verify(t, audit, nil); sum.Rows != 3 || sum.Waiting != 0 {
			t.Errorf("before the commit: %+v", sum)
		}
		if err := late.Commit(); err != nil {
			t.Fatal(err)
		}
		if sum := verify(t, audit, nil); sum.Rows != 4 || sum.Waiting != 1 {
			t.Errorf("after the commit: %+v", sum)
		}
		seal(t, audit, 1)
		if sum := verify(t, audit, nil); sum.Sealed != 4 || sum.Waiting != 0 {
			t.Errorf("after it was sealed: %+v", sum)
		}
	})

	promise(t, "WhatWaitsWithoutReasonStopsNobody", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		audit, table := Open(t, cfg).Audit(), raw(t, cfg)
		recordSome(t, audit, 2, "x")
		seal(t, audit, 2)
		exec(t, table, "insert into audit_unsealed select audit_id from audit_seals") // sealed already
		seal(t, audit, 0)
		manyRows(t, table, cfg, 1100)
		unguard(t, table, cfg)
		exec(t, table, "delete from audit where audit_id < '0192f0c1-2b7a-7c3e-9a51-000000000415'") // 1044 rows, more than a page
		recordSome(t, audit, 1, "y")
		exec(t, table, "insert into audit_unsealed select audit_id from audit where target = 'y'") // its trigger is gone
		seal(t, audit, 1100-1044+1)
		if n := count(t, table, "select count(*) from audit_unsealed"); n != 1044 {
			t.Errorf("%d wait, want those without a row", n)
		}
	})

	for _, commits := range []bool{false, true} {
		promise(t, map[bool]string{false: "ASealerThatDiesMidwayLeavesNothing", true: "OfTwoSealersOneGivesTheNumber"}[commits], fresh,
			func(t *testing.T, cfg storage.Config) { // F-SE-05
				audit := Open(t, cfg).Audit()
				recordSome(t, audit, 2, "x")
				rows, err := audit.Entries(t.Context(), incident.AuditQuery{Forward: true, Limit: 1})
				if err != nil {
					t.Fatal(err)
				}
				// Another one, which the lock did not keep away, is in the middle of it.
				other, err := raw(t, cfg).Begin()
				if err != nil {
					t.Fatal(err)
				}
				first := incident.AuditSeal{}.Next(rows[0])
				exec(t, other, "insert into audit_seals (seq, audit_id, hash) values (1, $1, $2)", rows[0].ID, first.Hash.String())
				exec(t, other, "delete from audit_unsealed where audit_id = $1", rows[0].ID)
				result := make(chan error, 1)
				go func() {
					_, _, err := audit.Seal(t.Context())
					result <- err
				}()
				if !onSQLite(cfg) {
					table := raw(t, cfg)
					until(t, func() bool {
						return count(t, table, `select count(*) from pg_stat_activity where wait_event_type = 'Lock'
							and query like '%audit_seals%' and datname = current_database()`) > 0
					})
				}
				end := other.Rollback
				if commits {
					end = other.Commit
				}
				if err := end(); err != nil {
					t.Fatal(err)
				}
				err = <-result
				if lost := commits && !onSQLite(cfg); lost != (incident.KindOf(err) == incident.Conflict) || !lost && err != nil {
					t.Errorf("seal: %v", err)
				}
				if _, head, err := audit.Seal(t.Context()); err != nil || head.Seq != 2 {
					t.Errorf("head %s, %v", head, err)
				}
				if sum := verify(t, audit, &first); sum.Sealed != 2 {
					t.Errorf("%+v", sum)
				}
			})
	}

	promise(t, "TheHeadIsLoggedAndMissedWhenItIsGone", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		var log bytes.Buffer
		cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
		at := time.Now()
		cfg.Now = func() time.Time { return at }
		audit := Open(t, cfg).Audit()
		sealer := audit.Sealer()
		recordSome(t, audit, 3, "x")
		sealer.Finish(t.Context())
		if head := sealer.Head(); head.Seq != 3 || strings.Count(log.String(), head.Hash.String()) != 1 {
			t.Errorf("head %s, log %s", head, &log)
		}
		sealer.Finish(t.Context()) // nothing new
		if n := strings.Count(log.String(), "\n"); n != 1 {
			t.Errorf("%d lines:\n%s", n, &log)
		}
		table := raw(t, cfg)
		unguard(t, table, cfg)
		exec(t, table, "delete from audit where audit_id in (select audit_id from audit_seals where seq > 2)")
		exec(t, table, "delete from audit_seals where seq > 2")
		sealer.Finish(t.Context())
		if !strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("the cut is not in the log:\n%s", &log)
		}
	})
}

// recordSome writes n rows.
func recordSome(t testing.TB, audit *storage.Audit, n int, target string) {
	t.Helper()
	for i := range n {
		e := incident.AuditEntry{
			Who: incident.Person{ID: "u-1", Name: "王小明"}, Act: "login", Target: target, From: "10.0.0.7", Outcome: "ok", Request: fmt.Sprint("r", i),
		}
		if err := audit.Record(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
}

// seal seals n rows.
func seal(t testing.TB, audit *storage.Audit, n int) {
	t.Helper()
	if got, head, err := audit.Seal(t.Context()); got != n || err != nil {
		t.Fatalf("sealed %d of %d up to %s: %v", got, n, head, err)
	}
}

// verify wants no more than these findings, written "kind seq".
func verify(t testing.TB, audit *storage.Audit, noted *incident.AuditSeal, want ...string) storage.AuditSummary {
	t.Helper()
	var got []string
	sum, err := audit.Verify(t.Context(), noted, func(f storage.AuditFinding) error {
		got = append(got, fmt.Sprint(f.Kind, " ", f.Seq))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "findings", got, want)
	if sum.Findings != int64(len(want)) {
		t.Errorf("%d findings are counted, want %d", sum.Findings, len(want))
	}
	return sum
}

// insertRow is what a transaction of ours does, past package storage.
func insertRow(t testing.TB, db execer, id string) {
	t.Helper()
	exec(t, db, `insert into audit (audit_id, at, user_id, user_name, act, target, from_addr, outcome, request_id)
		values ($1, $2, '', 'somebody', 'login', '', '', 'ok', '')`, id, now())
}

// unguard takes away what the database itself does against changes.
func unguard(t testing.TB, db *sql.DB, cfg storage.Config) {
	t.Helper()
	triggers := []string{"audit_append_only on audit", "audit_seals_append_only on audit_seals", "audit_await_seal on audit"}
	if onSQLite(cfg) {
		triggers = []string{"audit_no_update", "audit_no_delete", "audit_seals_no_update", "audit_seals_no_delete", "audit_await_seal"}
	}
	for _, name := range triggers {
		exec(t, db, "drop trigger "+name)
	}
}

// manyRows writes n rows in one statement.
func manyRows(t testing.TB, db *sql.DB, cfg storage.Config, n int) {
	t.Helper()
	id := "'0192f0c1-2b7a-7c3e-9a51-' || lpad(to_hex(i), 12, '0')"
	series := "generate_series(1, $1::int) i"
	if onSQLite(cfg) {
		id = "'0192f0c1-2b7a-7c3e-9a51-' || printf('%012x', i)"
		series = "(with recursive g(i) as (select 1 union all select i + 1 from g where i < $1) select i from g)"
	}
	exec(t, db, `insert into audit (audit_id, at, user_id, user_name, act, target, from_addr, outcome, request_id)
		select `+id+`, $2, 'u-1', '王小明', 'access_refused', 'room 0192f0c1 GET /api/rooms/:room_id', '10.0.0.7', 'refused', 'r'
		from `+series, n, now())
}
