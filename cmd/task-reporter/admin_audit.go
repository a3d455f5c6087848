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
	Verify AuditVerifyCmd `cmd:"" help:"Look for audit rows that were changed, removed or slipped in."`
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
