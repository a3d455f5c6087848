package auth

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/incident"
)

func ticketFor(t *testing.T, r *rig) (string, incident.Principal) {
	t.Helper()
	p, err := r.Verify(t.Context(), r.login(t).AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := r.Ticket(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return ticket, p
}

func TestTicketOpensOneSocket(t *testing.T) { // F-AU-06
	t.Parallel()
	r := newRig(t)
	ticket, want := ticketFor(t, r)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			p, err := r.Redeem(t.Context(), ticket)
			if err == nil && p == want {
				won.Add(1)
				return
			}
			wantKind(t, err, incident.Unauthenticated)
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("the ticket worked %d times", won.Load())
	}
}

func TestTicketExpires(t *testing.T) { // F-AU-06
	t.Parallel()
	r := newRig(t)
	early, _ := ticketFor(t, r)
	r.clock.pass(TicketTTL - time.Microsecond)
	if _, err := r.Redeem(t.Context(), early); err != nil {
		t.Errorf("within its time: %v", err)
	}
	late, _ := ticketFor(t, r)
	r.clock.pass(TicketTTL)
	_, err := r.Redeem(t.Context(), late)
	wantKind(t, err, incident.Unauthenticated)
}

func TestTicketIsNoOtherProof(t *testing.T) { // F-AU-06
	t.Parallel()
	r := newRig(t)
	ticket, _ := ticketFor(t, r)
	g := r.login(t)
	_, err := r.Verify(t.Context(), ticket)
	wantKind(t, err, incident.Unauthenticated)
	_, err = r.Refresh(t.Context(), ticket)
	wantKind(t, err, incident.Unauthenticated)
	for _, other := range []string{g.RefreshToken, g.AccessToken, ""} {
		_, err = r.Redeem(t.Context(), other)
		wantKind(t, err, incident.Unauthenticated)
	}
}
