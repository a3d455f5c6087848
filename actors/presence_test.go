package actors

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/google/go-cmp/cmp"

	"taskreporter/incident"
)

func relayOf(node string) *actor.PID { return actor.NewPID(node, relayName) }

func names(m *present) []string {
	var list []string
	for _, p := range m.People {
		list = append(list, p.Name)
	}
	return list
}

// F-MB-06: who is here is put together over all nodes, each person once, and the
// people of a node go with it.
func TestPresenceIsTheUnionOfAllNodes(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	one, two := relayOf("node-1"), relayOf("node-2")
	one.Id, two.Id = "relay-1", "relay-2"
	r.ask(&watch{Room: testRoom, Relay: one, Here: []incident.Person{lee.Person}}, asker("a"))
	r.ask(&watch{Room: testRoom, Relay: two}, asker("b"))
	r.setHere(two, []incident.Person{lee.Person, wang.Person})
	if w.announces != 1 {
		t.Errorf("%d announcements are due, want 1 for many changes", w.announces)
	}
	r.announce()
	for _, relay := range []string{"relay-1", "relay-2"} {
		m := w.presence[relay]
		if m == nil || m.Count != 2 {
			t.Fatalf("%s was told %+v, want two people", relay, m)
		}
		if diff := cmp.Diff([]string{"lee", "wang"}, names(m)); diff != "" {
			t.Errorf("%s was told (-want +got):\n%s", relay, diff)
		}
	}

	r.setHere(two, []incident.Person{lee.Person, wang.Person})
	if w.announces != 1 {
		t.Error("nothing changed, and that is announced")
	}
	r.unwatch(two) // its node died
	r.announce()
	if diff := cmp.Diff([]string{"lee"}, names(w.presence["relay-1"])); diff != "" {
		t.Errorf("after the death (-want +got):\n%s", diff)
	}
	r.setHere(two, []incident.Person{wang.Person})
	r.announce()
	if n := w.presence["relay-1"].Count; n != 1 {
		t.Errorf("a relay that does not watch counts: %d people", n)
	}
}

func TestPresenceNamesOnlySoMany(t *testing.T) {
	t.Parallel()
	w := newScript()
	r := openRoom(w)
	var people []incident.Person
	for range maxPresent + 20 {
		people = append(people, incident.Person{ID: incident.UserID(w.newID()), Name: "x"})
	}
	r.ask(&watch{Room: testRoom, Relay: asker("relay"), Here: people}, asker("a"))
	r.announce()
	if m := w.presence["relay"]; m.Count != maxPresent+20 || len(m.People) != maxPresent {
		t.Errorf("%d named of %d", len(m.People), m.Count)
	}
}
