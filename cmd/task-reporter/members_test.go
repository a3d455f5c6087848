package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"taskreporter/httpapi/client"
)

const (
	pairs       = 500 // of requests that contradict each other
	pairsAtOnce = 16  // that are under way
)

// share is how much of such a load a database gets: SQLite writes one after the
// other anyway, and a fifth shows it.
func (b backend) share(n int) int {
	if b.name == "SQLite" {
		return n / 5
	}
	return n
}

// race does one thing for each of many pairs, a bounded number of them at once.
func race(n int, do func(i int)) {
	slots := make(chan struct{}, pairsAtOnce)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	all.Wait()
}

// busy is an installation that answers its people as fast as it can.
func busy(t *testing.T, db backend) *installation {
	t.Helper()
	in := newInstallation(t, append(db.env(t), "TASK_REPORTER_LIMIT_REQUESTS_PER_SECOND=100000", "TASK_REPORTER_LIMIT_REQUEST_BURST=100000")...)
	in.start()
	return in
}

// F-MB-04: two owners who take each other's role at the same moment, or hand theirs
// to each other, never leave a room without an owner.
func TestARoomKeepsAnOwnerWhateverTwoOwnersDo(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			in, pairs := busy(t, db), db.share(pairs)
			boss, chief := in.join("boss", "廠長", "ADMIN"), in.join("chief", "副廠長", "ADMIN")
			wang, lee := in.join("wang", "王小明", "USER"), in.join("lee", "李工", "USER")
			setRole := func(by *someone, room string, of *someone) int {
				res, err := by.SetRoleWithResponse(context.Background(), room, of.id, client.SetRoleJSONRequestBody{Role: client.EDITOR})
				if err != nil {
					t.Error(err)
					return 0
				}
				return res.StatusCode()
			}
			transfer := func(by *someone, room string, to *someone) int {
				res, err := by.TransferOwnershipWithResponse(context.Background(), room, client.TransferOwnershipJSONRequestBody{UserId: to.id})
				if err != nil {
					t.Error(err)
					return 0
				}
				return res.StatusCode()
			}
			for _, c := range []struct {
				name     string
				one, two *someone
				do       func(by *someone, room string, other *someone) int
				fits     func(statuses []int) bool // sorted
				owners   func(n int) bool          // that there are then
			}{
				{"ADMINs lower each other", boss, chief, setRole, oneOf(http.StatusOK, http.StatusConflict), func(n int) bool { return n == 1 }},
				{"owners lower each other", wang, lee, setRole, both(http.StatusConflict), func(n int) bool { return n == 2 }},
				{"owners hand on to each other", wang, lee, transfer, func(statuses []int) bool {
					// The second may find that its owner became EDITOR, or was OWNER again.
					return slices.Contains(statuses, http.StatusNoContent)
				}, func(n int) bool { return n >= 1 }},
			} {
				lost, odd := 0, map[string]int{}
				var mu sync.Mutex
				race(pairs, func(int) {
					room := c.one.declare("三線停機").RoomId
					c.one.bring(room, c.two, client.OWNER)
					statuses := make([]int, 2)
					var pair sync.WaitGroup
					pair.Go(func() { statuses[0] = c.do(c.one, room, c.two) })
					pair.Go(func() { statuses[1] = c.do(c.two, room, c.one) })
					pair.Wait()
					owners := 0
					for _, m := range getJSON[struct{ Members []client.Member }](t, boss, "/api/rooms/"+room+"/members").Members {
						if m.Role == client.OWNER {
							owners++
						}
					}
					mu.Lock()
					defer mu.Unlock()
					if !c.owners(owners) {
						lost++
					}
					slices.Sort(statuses)
					if !c.fits(statuses) {
						odd[fmt.Sprint(statuses)]++
					}
				})
				if lost > 0 || len(odd) > 0 {
					t.Errorf("%s, %d pairs: %d rooms with another number of owners, answers %v", c.name, pairs, lost, odd)
				}
			}
		})
	}
}

func oneOf(a, b int) func([]int) bool {
	return func(statuses []int) bool { return slices.Equal(statuses, []int{a, b}) }
}

func both(a int) func([]int) bool { return oneOf(a, a) }

// F-RM-08: rooms that are declared at the same moment are numbered without a gap and
// without a number twice.
func TestRoomsDeclaredAtOnceAreNumberedWithoutGaps(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			in, rooms := busy(t, db), db.share(1000)
			people := []*someone{in.join("wang", "王小明", "USER"), in.join("lee", "李工", "USER"), in.join("chen", "陳工", "USER")}
			numbers := make([]string, rooms)
			race(rooms, func(i int) { numbers[i] = people[i%len(people)].declare("三線停機").Number })
			slices.Sort(numbers)
			year, _, _ := strings.Cut(strings.TrimPrefix(numbers[0], "INC-"), "-")
			for i, number := range numbers {
				if want := fmt.Sprintf("INC-%s-%05d", year, i+1); number != want {
					t.Fatalf("room %d has the number %s, want %s", i+1, number, want)
				}
			}
		})
	}
}
