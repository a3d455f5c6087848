package drive

import (
	"net/url"
	"testing"
)

func TestAnEventIsJudgedByItsNumber(t *testing.T) {
	t.Parallel()
	o := order{last: 3}
	for _, c := range []struct {
		seq  int64
		want arrival
	}{
		{4, inOrder},
		{5, inOrder},
		{5, again},
		{3, again},
		{8, inOrder},
		{7, late},
		{7, again},
		{9, inOrder},
		{6, late},
		{6, again},
		{10, inOrder},
	} {
		if got := o.take(c.seq); got != c.want {
			t.Errorf("%d after %d: %v, want %v", c.seq, o.last, got, c.want)
		}
	}
	if len(o.missing) != 0 {
		t.Errorf("%v are missing", o.missing)
	}
}

// Only what is this machine by its own text is driven without being asked twice.
func TestAnotherMachineIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"http://localhost:8080": true, "http://127.0.0.1:8080": true, "https://[::1]": true, "http://127.8.9.1": true,
		"http://[::ffff:127.0.0.1]:80": true,
		"http://rooms.plant.example":   false, "http://10.1.2.3:8080": false, "http://localhost.plant.example": false,
		"http://0.0.0.0:8080": false, "http://127.0.0.1.plant.example": false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := Loopback(u); got != want {
			t.Errorf("%s: %v", text, got)
		}
		if _, err := target(text, false); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := target(text, true); err != nil {
			t.Errorf("%s, which is ours: %v", text, err)
		}
	}
	for _, text := range []string{"", "localhost:8080", "ftp://localhost", "http://user:secret@localhost", "http://localhost?x=1"} {
		if _, err := target(text, true); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
