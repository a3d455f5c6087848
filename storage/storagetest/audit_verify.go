package storagetest

import (
	"context"
	"testing"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

// tampering is what somebody with the database's password may do behind our back.
var tampering = []struct {
	name       string
	statements []string // with the triggers gone
	reseals    bool     // and then all is sealed anew
	want       []string
	noted      []string // what the seal that was noted elsewhere shows besides
}{
	{name: "ARowIsChanged", statements: []string{"update audit set outcome = 'refused' where audit_id = " + ofSeal3}, want: []string{"row_changed 3"}},
	{name: "ARowsTimeIsChanged", statements: []string{"update audit set at = (select at from audit where audit_id = '" + odd + "') where audit_id = " + ofSeal3}, want: []string{"row_changed 3"}},
	{name: "TwoRowsAreChanged", statements: []string{"update audit set user_name = '' where audit_id in (select audit_id from audit_seals where seq in (2, 5))"}, want: []string{"row_changed 2", "row_changed 5"}},
	{name: "ARowIsRemoved", statements: []string{"delete from audit where audit_id = " + ofSeal3}, want: []string{"row_missing 3"}},
	{name: "ASealIsRemoved", statements: []string{"delete from audit_seals where seq = 3"}, want: []string{"seal_missing 3", "row_slipped 0"}},
	{name: "ARowIsRemovedWithItsSeal", statements: []string{"delete from audit where audit_id = " + ofSeal3, "delete from audit_seals where seq = 3"}, want: []string{"seal_missing 3"}},
	{
		name: "TheGapIsClosed",
		statements: []string{
			"delete from audit where audit_id = " + ofSeal3, "delete from audit_seals where seq = 3",
			"update audit_seals set seq = -seq where seq > 3", "update audit_seals set seq = -seq - 1 where seq < 0",
		},
		want: []string{"row_changed 3"}, noted: []string{"head_missing 7"},
	},
	{name: "ASealIsChanged", statements: []string{"update audit_seals set hash = (select hash from audit_seals where seq = 1) where seq = 3"}, want: []string{"row_changed 3", "row_changed 4"}},
	{name: "ASealIsNoHash", statements: []string{"update audit_seals set hash = 'x' where seq = 3"}, want: []string{"row_changed 3"}},
	{name: "ARowSlipsIn", statements: []string{"insert into audit select '" + unknown + "', at, user_id, user_name, act, target, from_addr, outcome, request_id from audit where audit_id = " + ofSeal3}, want: []string{"row_slipped 0"}},
	{name: "ARowIsKeptFromItsSeal", statements: []string{"delete from audit_unsealed"}, want: []string{"row_slipped 0"}},
	{name: "ARowIsRemovedBeforeItsSeal", statements: []string{"delete from audit where audit_id = '" + waits + "'"}, want: []string{"row_missing 0"}},
	{
		name:       "TheTailIsCut",
		statements: []string{"delete from audit where audit_id in (select audit_id from audit_seals where seq > 4)", "delete from audit_seals where seq > 4"},
		noted:      []string{"head_missing 7"},
	},
	{
		name: "TheChainIsMadeAnew",
		statements: []string{
			"update audit set outcome = 'refused' where audit_id = " + ofSeal3,
			"delete from audit_seals", "delete from audit_unsealed", "insert into audit_unsealed select audit_id from audit",
		},
		reseals: true, noted: []string{"head_changed 7"},
	},
}

const (
	ofSeal3 = "(select audit_id from audit_seals where seq = 3)"
	odd     = "00000000-0000-7000-8000-00000000000a" // sealed first: its id is the lowest
	waits   = "ffffffff-0000-7000-8000-00000000000b"
	unknown = "00000000-0000-7000-8000-00000000000c"
)

func testAuditVerify(t *testing.T, fresh Fresh) {
	for _, c := range tampering { // F-SE-05
		promise(t, "ItShowsWhen"+c.name, fresh, func(t *testing.T, cfg storage.Config) {
			audit, table := Open(t, cfg).Audit(), raw(t, cfg)
			exec(t, table, `insert into audit (audit_id, at, user_id, user_name, act, target, from_addr, outcome, request_id)
				values ($1, $2, '', '', 'login', '', '', 'ok', '')`, odd, now().Add(-time.Hour))
			recordSome(t, audit, 6, "x")
			seal(t, audit, 7)
			insertRow(t, table, waits)
			noted, err := audit.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if sum := verify(t, audit, &noted); sum.Waiting != 1 || sum.Sealed != 7 {
				t.Fatalf("before: %+v", sum)
			}
			unguard(t, table, cfg)
			for _, s := range c.statements {
				exec(t, table, s)
			}
			if c.reseals {
				seal(t, audit, 8)
			}
			verify(t, audit, nil, c.want...)
			at := len(c.want) // findings of the chain come before those of rows
			for at > 0 && c.want[at-1][len(c.want[at-1])-1] == '0' {
				at--
			}
			verify(t, audit, &noted, append(append(append([]string{}, c.want[:at]...), c.noted...), c.want[at:]...)...)
		})
	}

	promise(t, "ARowThatNobodySealsIsReportedInTime", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		recordSome(t, Open(t, cfg).Audit(), 1, "x")
		verify(t, Open(t, cfg).Audit(), nil)
		cfg.Now = func() time.Time { return time.Now().Add(10 * time.Minute) }
		later := Open(t, cfg).Audit()
		verify(t, later, nil, "row_waits 0")
		seal(t, later, 1)
		verify(t, later, nil)
	})

	promise(t, "ManyPagesAreSealedAndVerified", fresh, func(t *testing.T, cfg storage.Config) { // F-SE-05
		const rows = 2500
		audit, table := Open(t, cfg).Audit(), raw(t, cfg)
		manyRows(t, table, cfg, rows)
		seal(t, audit, rows)
		if sum := verify(t, audit, nil); sum.Rows != rows || sum.Sealed != rows {
			t.Errorf("%+v", sum)
		}
		unguard(t, table, cfg)
		exec(t, table, "delete from audit_seals where seq between 900 and 2200")
		kinds := map[storage.AuditFault]int{}
		var gap storage.AuditFinding
		_, err := audit.Verify(t.Context(), nil, func(f storage.AuditFinding) error {
			if kinds[f.Kind]++; f.Kind == storage.SealMissing {
				gap = f
			}
			return nil
		})
		if err != nil || gap.Seq != 900 || gap.Last != 2200 || kinds[storage.SealMissing] != 1 || kinds[storage.RowSlipped] != 1301 || len(kinds) != 2 {
			t.Errorf("%v, gap %+v, %v", kinds, gap, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := audit.Verify(ctx, &incident.AuditSeal{}, nil); err == nil {
			t.Error("verified without a database")
		}
	})
}
