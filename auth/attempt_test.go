package auth

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/incident"
)

// However long the work of a refusal took, it is answered at the end of a step, so that
// an unknown name, a wrong password and a disabled account cannot be told apart by time,
// nor the directory's people from local accounts.
func TestRefusedLoginsAreAnsweredAtTheEndOfAStep(t *testing.T) { // F-AU-07
	t.Parallel()
	r := newRig(t)
	for _, work := range []time.Duration{0, time.Millisecond, failureStep - time.Microsecond, failureStep, 3*failureStep + 17*time.Millisecond} {
		r.UseDirectory(slowPeople{rig: r, work: work})
		r.paused = nil
		_, err := r.Login(t.Context(), "someone", "wrong", "10.0.0.7", "")
		wantKind(t, err, incident.BadCredentials)
		if len(r.paused) != 1 || (work+r.paused[0])%failureStep != 0 || r.paused[0] <= 0 || r.paused[0] > failureStep {
			t.Errorf("after %s of work the answer waits %v", work, r.paused)
		}
		r.store.attempts = nil
	}
	r.UseDirectory(nil)
	r.paused = nil
	r.login(t)
	if len(r.paused) != 0 {
		t.Errorf("the right password waits %v", r.paused)
	}
}

func TestAPauseEndsWithItsTimeOrItsClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		pause(t.Context(), time.Second)
		if took := time.Since(begun); took != time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// Who hangs up before the answer has still guessed.
func TestAGuessCountsThoughItsClientHangsUp(t *testing.T) { // F-AU-07
	t.Parallel()
	r := newRig(t)
	for range DefaultConfig.Failures {
		ctx, hangUp := context.WithCancel(t.Context())
		r.UseDirectory(leavingPeople{hangUp})
		if _, err := r.Login(ctx, "someone", "wrong", "10.0.0.7", ""); incident.KindOf(err) != incident.Unavailable {
			t.Fatal(err)
		}
	}
	_, err := r.Login(t.Context(), "someone", "wrong", "10.0.0.7", "")
	wantKind(t, err, incident.RateLimited)
}

// slowPeople refuses everybody after some work.
type slowPeople struct {
	People
	rig  *rig
	work time.Duration
}

func (p slowPeople) Login(context.Context, string, string) (directory.Entry, error) {
	p.rig.clock.pass(p.work)
	return directory.Entry{}, refused("test", errWrongPassword)
}

func (p slowPeople) Account(username string) string { return username }

// leavingPeople sees the client hang up while it asks the directory.
type leavingPeople struct{ hangUp func() }

func (p leavingPeople) Login(ctx context.Context, _, _ string) (directory.Entry, error) {
	p.hangUp()
	return directory.Entry{}, incident.Wrap(incident.Unavailable, "test", ctx.Err(), "The directory did not answer.")
}

func (p leavingPeople) Account(username string) string { return username }

func (p leavingPeople) Find(context.Context, string) (directory.Entry, error) {
	return directory.Entry{}, nil
}

func TestAddressKeyIsWhatAClientCannotChange(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"10.0.0.7":                "10.0.0.7",
		"::ffff:10.0.0.7":         "10.0.0.7",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1:2::/64",
		"2001:db8:1:2::1":         "2001:db8:1:2::/64",
		"fe80::1%eth0":            "fe80::/64",
		"unix":                    "unix",
		"":                        "",
		"2001:db8:1:3:ffff::ffff": "2001:db8:1:3::/64",
	} {
		if got := addressKey(from); got != want {
			t.Errorf("%q is limited as %q, want %q", from, got, want)
		}
	}
}
