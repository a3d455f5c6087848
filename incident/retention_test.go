package incident

import (
	"testing"
	"time"
)

// F-FU-02: nothing is purged unless somebody said so, and nothing sooner than they said.
func TestAPolicyTakesOnlyWhatItSays(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	if len(RetentionPolicy{}.Cutoffs(now)) != 0 {
		t.Error("the zero policy makes something due")
	}
	p := RetentionPolicy{Days: map[Severity]int{Critical: 3650, Low: 30}}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	if _, ever := p.DueAt(High, now); ever {
		t.Error("a severity without days is due one day")
	}
	cuts := p.Cutoffs(now)
	if len(cuts) != 2 || cuts[0].Severity != Low || cuts[1].Severity != Critical {
		t.Fatalf("cut-offs %v", cuts)
	}
	for _, c := range cuts {
		due, ever := p.DueAt(c.Severity, c.Archived)
		if !ever || due.After(now) {
			t.Errorf("%s archived %s is due %s, not by %s", c.Severity, c.Archived, due, now)
		}
		if late, _ := p.DueAt(c.Severity, c.Archived.Add(time.Microsecond)); !late.After(now) {
			t.Errorf("%s archived a moment later is due %s already", c.Severity, late)
		}
	}
	for _, days := range []int{-1, 0, MinRetentionDays - 1, MaxRetentionDays + 1} {
		if err := (RetentionPolicy{Days: map[Severity]int{Low: days}}).Check(); KindOf(err) != Invalid {
			t.Errorf("%d days: %v", days, err)
		}
	}
	if err := (RetentionPolicy{Days: map[Severity]int{"WORST": 90}}).Check(); KindOf(err) != Invalid {
		t.Errorf("an unknown severity: %v", err)
	}
}

// F-FU-02: what cannot be undone has a reason.
func TestAPurgeNeedsAReason(t *testing.T) {
	t.Parallel()
	for _, empty := range []string{"", " \n\t"} {
		if _, err := NormalizeReason("purge", empty); KindOf(err) != Invalid {
			t.Errorf("%q: %v", empty, err)
		}
	}
	if got, err := NormalizeReason("purge", " 客戶要求 "); err != nil || got != "客戶要求" {
		t.Errorf("%q, %v", got, err)
	}
}
