package incident

import (
	"strings"
	"testing"
	"time"
)

func auditEntry() AuditEntry {
	return AuditEntry{
		ID: "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a10", At: time.Date(2026, 3, 5, 8, 0, 0, 120_000_000, time.UTC),
		Who: Person{ID: "u1", Name: "王小明"}, Act: "login", Target: "POST /api/auth/login",
		From: "10.0.0.7", Outcome: "ok", Request: "r1",
	}
}

// F-SE-05: stored chains depend on every byte of this. The sum was made by
// a program in another language.
func TestTheHashOfARowNeverChanges(t *testing.T) {
	t.Parallel()
	const first = "c5a923c4945ac64a1f1bd763bffda1f244948dd036588723eaa2df375b423833"
	s := AuditSeal{}.Next(auditEntry())
	if s.Seq != 1 || s.Hash.String() != first {
		t.Errorf("sealed as %s", s)
	}
}

// F-SE-05: no field can change, and none can run into its neighbour.
func TestEveryFieldIsSealed(t *testing.T) {
	t.Parallel()
	before := AuditSeal{Seq: 7}
	seen := map[AuditHash]string{before.Next(auditEntry()).Hash: "the row itself"}
	for name, change := range map[string]func(*AuditEntry){
		"id":       func(e *AuditEntry) { e.ID = "0192f0c1-2b7a-7c3e-9a51-6f2f5f3c1a11" },
		"time":     func(e *AuditEntry) { e.At = e.At.Add(time.Microsecond) },
		"who":      func(e *AuditEntry) { e.Who.ID = "u2" },
		"name":     func(e *AuditEntry) { e.Who.Name = "王大明" },
		"act":      func(e *AuditEntry) { e.Act = "logout" },
		"target":   func(e *AuditEntry) { e.Target += "/" },
		"from":     func(e *AuditEntry) { e.From = "10.0.0.8" },
		"outcome":  func(e *AuditEntry) { e.Outcome = "refused" },
		"request":  func(e *AuditEntry) { e.Request = "" },
		"shifted":  func(e *AuditEntry) { e.Act, e.Target = "loginP", "OST /api/auth/login" },
		"swapped":  func(e *AuditEntry) { e.From, e.Outcome = e.Outcome, e.From },
		"joined":   func(e *AuditEntry) { e.From, e.Outcome = "10.0.0.7ok", "" },
		"NUL ends": func(e *AuditEntry) { e.Request = "r1\x00" },
	} {
		e := auditEntry()
		change(&e)
		hash := before.Next(e).Hash
		if other, ok := seen[hash]; ok {
			t.Errorf("%s has the hash of %s", name, other)
		}
		seen[hash] = name
	}
	other := AuditSeal{Seq: 7, Hash: AuditHash{1}}
	if _, ok := seen[other.Next(auditEntry()).Hash]; ok {
		t.Error("what came before is not in the hash")
	}
	abroad := auditEntry()
	abroad.At = abroad.At.In(time.FixedZone("Taipei", 8*3600))
	if before.Next(abroad).Hash != before.Next(auditEntry()).Hash {
		t.Error("the hash depends on the zone in which a time is told")
	}
}

func TestSealsAreReadAsWritten(t *testing.T) { // F-SE-05
	t.Parallel()
	want := AuditSeal{}.Next(auditEntry())
	if got, err := ParseAuditSeal(want.String()); err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	hash := strings.Repeat("0", 64)
	for _, bad := range []string{"", ":", "1", "1:", "0:" + hash, "-1:" + hash, "x:" + hash, "1:" + hash[1:], "1:" + hash + "0", "1:" + hash[1:] + "g"} {
		if s, err := ParseAuditSeal(bad); KindOf(err) != Invalid {
			t.Errorf("%q is read as %s, %v", bad, s, err)
		}
	}
}
