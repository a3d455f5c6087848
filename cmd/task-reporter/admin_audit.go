package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"taskreporter/incident"
	"taskreporter/storage"
)

// AuditCmd groups what is done with the audit trail.
type AuditCmd struct {
	List   AuditListCmd   `cmd:"" help:"Print rows, newest first."`
	Verify AuditVerifyCmd `cmd:"" help:"Look for audit rows that were changed, removed or slipped in."`
}

// AuditListCmd prints a page of the trail.
type AuditListCmd struct {
	Act      string    `help:"What was done, as login_failed."`
	Username string    `help:"User name of who did it."`
	Target   string    `help:"How the target begins, as 'room 0192…'."`
	Outcome  string    `help:"ok or refused." enum:"ok,refused," default:""`
	Address  string    `help:"Client address."`
	Since    time.Time `help:"At or after, as 2027-01-01T00:00:00Z."`
	Until    time.Time `help:"Before."`
	Before   string    `placeholder:"ID" help:"Continue a list after its last row."`
	Limit    int       `default:"50" help:"At most so many rows."`
}

// Run prints id, time, outcome, act, who, from where and to what of each row.
func (l *AuditListCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		q := incident.AuditQuery{
			Act: l.Act, Target: l.Target, Outcome: l.Outcome, From: l.Address,
			Since: l.Since, Until: l.Until, Before: l.Before, Limit: l.Limit,
		}
		if l.Username != "" {
			u, err := named(ctx, db, l.Username)
			if err != nil {
				return err
			}
			q.Who = u.ID
		}
		rows, err := db.Audit().Entries(ctx, q)
		if err != nil {
			return err
		}
		return table(c.Out, rows, func(e incident.AuditEntry) []any {
			return []any{e.ID, e.At.Format(time.RFC3339), e.Outcome, e.Act, fmt.Sprintf("%q", e.Who.Name), e.From, fmt.Sprintf("%q", e.Target)}
		})
	})
}

// AuditVerifyCmd compares the trail with its chain of seals (F-SE-05).
type AuditVerifyCmd struct {
	Head sealFlag `placeholder:"SEQ:HASH" help:"A head that was noted earlier: whatever came up to it must be as it was. Without one, a trail that was cut at its end or made anew as a whole looks right."`
	JSON bool     `help:"Print a line of JSON for each finding and one for the summary."`
}

// sealFlag is a seal on the command line.
type sealFlag struct{ *incident.AuditSeal }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (f *sealFlag) UnmarshalText(text []byte) error {
	seal, err := incident.ParseAuditSeal(string(text))
	if err != nil {
		return fmt.Errorf("%s", incident.DetailOf(err))
	}
	f.AuditSeal = &seal
	return nil
}

// Run prints findings as it finds them, then a summary with the head for somebody to
// note elsewhere. It fails when there are findings. It changes nothing.
func (v *AuditVerifyCmd) Run(ctx context.Context, cfg *Config, c console) error {
	return withDatabase(ctx, cfg, c, func(db *storage.DB) error {
		tell, sumUp := writeFault, writeVerified
		if v.JSON {
			tell, sumUp = encodeFault, encodeVerified
		}
		sum, err := db.Audit().Verify(ctx, v.Head.AuditSeal, func(f storage.AuditFinding) error { return tell(c.Out, f) })
		if err != nil {
			return err
		}
		if err := sumUp(c.Out, sum); err != nil {
			return err
		}
		if sum.Findings > 0 {
			return fmt.Errorf("%d findings: the audit trail is not what it was", sum.Findings)
		}
		return nil
	})
}

// faults are what people read for each kind of fault.
var faults = map[storage.AuditFault]string{
	storage.RowChanged:  "the row, or its seal, was changed after it was sealed",
	storage.RowMissing:  "the row is gone",
	storage.RowSlipped:  "the row has no seal and waits for none: it was slipped in, or its seal was removed",
	storage.RowWaits:    "the row waits for its seal for minutes: does a server run, and does it log why it does not seal?",
	storage.SealMissing: "seals are gone",
	storage.HeadMissing: "the chain ends before this noted head: its end was cut, or a backup was restored",
	storage.HeadChanged: "the noted head is not in the chain: rows up to it were changed and sealed anew",
}

func writeFault(w io.Writer, f storage.AuditFinding) error {
	text := fmt.Sprintf("%-12s", f.Kind)
	switch {
	case f.Last > f.Seq:
		text += fmt.Sprintf(" seq %d to %d", f.Seq, f.Last)
	case f.Seq > 0:
		text += fmt.Sprintf(" seq %d", f.Seq)
	}
	if f.ID != "" {
		text += " row " + f.ID
	}
	text += "\n             " + faults[f.Kind] + "\n"
	if e := f.Entry; e != nil {
		text += fmt.Sprintf("             now it says: %s, %q (%s) from %s, %s, %s, %q, request %s\n",
			e.At.Format(time.RFC3339Nano), e.Who.Name, e.Who.ID, e.From, e.Act, e.Outcome, e.Target, e.Request)
	}
	_, err := io.WriteString(w, text)
	return err
}

func writeVerified(w io.Writer, sum storage.AuditSummary) error {
	text := fmt.Sprintf("rows %d, sealed %d, waiting for their seal %d\n", sum.Rows, sum.Sealed, sum.Waiting)
	if sum.Findings == 0 {
		text += "all is well\n"
	}
	if sum.Head.Seq > 0 {
		text += fmt.Sprintf("head %s\n", sum.Head)
	}
	_, err := io.WriteString(w, text)
	return err
}

func encodeFault(w io.Writer, f storage.AuditFinding) error { return json.NewEncoder(w).Encode(f) }

func encodeVerified(w io.Writer, sum storage.AuditSummary) error {
	return json.NewEncoder(w).Encode(map[string]any{"summary": map[string]any{
		"rows": sum.Rows, "sealed": sum.Sealed, "waiting": sum.Waiting, "findings": sum.Findings,
		"seq": sum.Head.Seq, "hash": sum.Head.Hash.String(),
	}})
}
