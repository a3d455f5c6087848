package directory_test

import (
	"testing"

	"taskreporter/auth/directory/directorytest"
)

// F-OP-07: an operator sees which server answers although nobody signs in, also
// when the service account's password is wrong, which a ping does not try.
func TestHealthTellsWhichServersAnswer(t *testing.T) {
	t.Parallel()
	slapd := directorytest.New(t)
	c := slapd.Config()
	c.BindPassword = "not the password"
	c.URLs = append(c.URLs, "ldaps://"+dead(t))
	d := open(t, c)
	if h := d.Health(); len(h) != 2 || !h[0].Up || !h[0].Answered.IsZero() {
		t.Fatalf("before the first question: %+v", h)
	}
	d.Ping(t.Context())
	if h := d.Health(); !h[0].Up || h[0].Answered.IsZero() || h[1].Up || !h[1].Answered.IsZero() {
		t.Errorf("one of two is there: %+v", h)
	}
	slapd.Kill()
	d.Ping(t.Context())
	if h := d.Health(); h[0].Up || h[0].Answered.IsZero() {
		t.Errorf("none is there: %+v", h)
	}
	slapd.Start()
	d.Ping(t.Context())
	if h := d.Health(); !h[0].Up {
		t.Errorf("one is back: %+v", h)
	}
}
