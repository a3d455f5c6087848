package actors

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"taskreporter/incident"
)

// A plant larger than any that is known, for docs/scale.md: 100 nodes, a million
// rooms. The tests walk fewer rooms, so that they stay cheap under the race
// detector; the benchmarks print the figures of the whole.
const (
	manyNodes  = 100
	someRooms  = 20_000
	manyRooms  = 1_000_000
	deviations = 5 // of a binomial: with one seed, chance does not reach further
)

// newIDs makes UUIDs of version 7 like those of a busy day: the first half, the
// time, is nearly the same in all of them.
func newIDs[T ~string](n int, seed uint64) []T {
	random := rand.New(rand.NewPCG(seed, 7))
	ids := make([]T, n)
	for i := range ids {
		at := 0x01a203ab0000 + uint64(i)*3 // milliseconds
		ids[i] = T(fmt.Sprintf("%08x-%04x-7%03x-%04x-%012x", at>>16, at&0xffff,
			random.Uint64()&0xfff, 0x8000|random.Uint64()&0x3fff, random.Uint64()&0xffffffffffff))
	}
	return ids
}

// homes is where each room goes.
func homes(rooms []incident.RoomID, nodes []incident.NodeID) []incident.NodeID {
	at := make([]incident.NodeID, len(rooms))
	for i, r := range rooms {
		at[i] = prefer(r, nodes)
	}
	return at
}

func count(at []incident.NodeID) map[incident.NodeID]int {
	rooms := make(map[incident.NodeID]int)
	for _, n := range at {
		rooms[n]++
	}
	return rooms
}

// wantChance fails unless got is what n throws with probability p give.
func wantChance(t *testing.T, what string, got, n int, p float64) {
	t.Helper()
	mean := float64(n) * p
	if off := math.Abs(float64(got) - mean); off > deviations*math.Sqrt(mean*(1-p)) {
		t.Errorf("%s: %d, want about %.0f: it is %.0f off", what, got, mean, off)
	}
}

// F-OP-08: no node carries more rooms than chance gives it, also when ids were
// made in one moment and differ in their last characters only.
func TestRoomsSpreadOverNodesAsChanceDoes(t *testing.T) {
	t.Parallel()
	rooms, nodes := newIDs[incident.RoomID](someRooms, 1), newIDs[incident.NodeID](manyNodes, 2)
	per := count(homes(rooms, nodes))
	square := 0.0
	for _, n := range nodes {
		wantChance(t, "rooms of "+string(n), per[n], len(rooms), 1.0/manyNodes)
		square += math.Pow(float64(per[n])-someRooms/manyNodes, 2) / (someRooms / manyNodes)
	}
	// The sum is distributed as χ² with 99 degrees of freedom: mean 99, variance 198.
	if high := 99 + deviations*math.Sqrt(198); square > high {
		t.Errorf("χ² is %.0f, want less than %.0f", square, high)
	}
}

// F-OP-08: a node that joins gets its share of the rooms that nobody owns, and no
// room changes between the others. In whatever order a node knows the others, it
// comes to the same answer.
func TestNodeThatJoinsTakesOnlyItsOwnShare(t *testing.T) {
	t.Parallel()
	rooms, nodes := newIDs[incident.RoomID](someRooms, 3), newIDs[incident.NodeID](manyNodes+1, 4)
	joined := nodes[manyNodes]
	before := homes(rooms, nodes[:manyNodes])
	rand.New(rand.NewPCG(5, 7)).Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	moved := 0
	for i, after := range homes(rooms, nodes) {
		switch after {
		case before[i]:
		case joined:
			moved++
		default:
			t.Fatalf("room %s went from %s to %s, neither of which joined", rooms[i], before[i], after)
		}
	}
	wantChance(t, "rooms that moved", moved, len(rooms), 1.0/(manyNodes+1))
}

// F-OP-08: the rooms of a node that is gone go to all the others alike, and no
// other room moves.
func TestNodeThatLeavesGivesItsShareToAllOthers(t *testing.T) {
	t.Parallel()
	const few = 8 // nodes, so that each heir gets enough rooms to be judged
	rooms, nodes := newIDs[incident.RoomID](someRooms, 6), newIDs[incident.NodeID](few, 7)
	left := nodes[3]
	rest := append(append([]incident.NodeID{}, nodes[:3]...), nodes[4:]...)
	before := homes(rooms, nodes)
	heirs, inherited := map[incident.NodeID]int{}, 0
	for i, after := range homes(rooms, rest) {
		if before[i] == left {
			heirs[after]++
			inherited++
		} else if after != before[i] {
			t.Fatalf("room %s went from %s to %s, and %s left", rooms[i], before[i], after, left)
		}
	}
	wantChance(t, "rooms that moved", inherited, len(rooms), 1.0/few)
	for _, n := range rest {
		wantChance(t, "rooms inherited by "+string(n), heirs[n], inherited, 1.0/(few-1))
	}
}

// An audience is how a room's watchers are spread over the nodes.
type audience struct {
	name string
	// sites is among how many equal groups the nodes are divided; each room's
	// watchers are on the nodes of one.
	sites int
	// apart says that each site is a cluster of its own, so that its rooms live
	// there too.
	apart bool
}

var audiences = []audience{{"anywhere", 1, false}, {"by_site", 10, false}, {"site_apart", 10, true}}

// fanOut walks the rooms and returns how many remote messages one event of each
// costs in the mean, and the same for the node that sends most of them in the
// mean of all nodes.
func (a audience) fanOut(rooms []incident.RoomID, nodes []incident.NodeID, watchers int, random *rand.Rand) (mean, busiest float64) {
	sent := make(map[incident.NodeID]int)
	total := 0
	size := len(nodes) / a.sites
	seen := make(map[incident.NodeID]bool, watchers)
	for i, r := range rooms {
		site := nodes[i%a.sites*size:][:size]
		home := prefer(r, nodes)
		if a.apart {
			home = prefer(r, site)
		}
		clear(seen)
		for range watchers {
			seen[site[random.IntN(size)]] = true
		}
		delete(seen, home) // its own relay is told without the network
		sent[home] += len(seen)
		total += len(seen)
	}
	most := 0
	for _, n := range sent {
		most = max(most, n)
	}
	return float64(total) / float64(len(rooms)), float64(most) / (float64(total) / float64(len(nodes)))
}

// expected is the mean that follows when homes and watchers are independent: a
// node of the site has watchers with probability 1−(1−1/size)^watchers, and is
// another than the home.
func (a audience) expected(nodes, watchers int) float64 {
	size := float64(nodes / a.sites)
	elsewhere := 1 - 1/float64(nodes)
	if a.apart {
		elsewhere = 1 - 1/size
	}
	return size * elsewhere * (1 - math.Pow(1-1/size, float64(watchers)))
}

// F-RT-05: an event crosses once to each node with watchers. What that costs
// depends on where people's sockets are, and no node becomes the sender for all.
func TestFanOutCostsAMessagePerNodeWithWatchers(t *testing.T) {
	t.Parallel()
	rooms, nodes := newIDs[incident.RoomID](someRooms/4, 8), newIDs[incident.NodeID](manyNodes, 9)
	for _, a := range audiences {
		for _, watchers := range []int{1, 20} {
			mean, busiest := a.fanOut(rooms, nodes, watchers, rand.New(rand.NewPCG(10, uint64(watchers))))
			if want := a.expected(len(nodes), watchers); math.Abs(mean-want) > 0.02*want {
				t.Errorf("%s, %d watchers: %.3f messages an event, want %.3f", a.name, watchers, mean, want)
			}
			// A node is the home of 50 ± 7 rooms here; the worst of 100 may have 86.
			if busiest > 1+deviations*math.Sqrt(manyNodes/float64(len(rooms))) {
				t.Errorf("%s, %d watchers: one node sends %.2f times its share", a.name, watchers, busiest)
			}
		}
	}
}

// The figures of docs/scale.md.
func BenchmarkPlacementOfAMillionRooms(b *testing.B) {
	rooms, nodes := newIDs[incident.RoomID](manyRooms, 11), newIDs[incident.NodeID](manyNodes+1, 12)
	for b.Loop() {
		before, after := homes(rooms, nodes[:manyNodes]), homes(rooms, nodes)
		most, least := 0, manyRooms
		for _, n := range count(before) {
			most, least = max(most, n), min(least, n)
		}
		moved, astray := 0, 0
		for i := range rooms {
			if before[i] == after[i] {
				continue
			}
			moved++
			if after[i] != nodes[manyNodes] {
				astray++
			}
		}
		b.ReportMetric(float64(most)/(manyRooms/manyNodes), "max/mean")
		b.ReportMetric(float64(least)/(manyRooms/manyNodes), "min/mean")
		b.ReportMetric(100*float64(moved)/manyRooms, "%moved")
		b.ReportMetric(float64(astray), "astray")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2/manyRooms, "ns/room")
}

// What one event costs between nodes, and how uneven that is when 1,000 rooms of
// the million are busy.
func BenchmarkFanOut(b *testing.B) {
	rooms, nodes := newIDs[incident.RoomID](manyRooms, 13), newIDs[incident.NodeID](manyNodes, 14)
	busy := rooms[:1000]
	for _, a := range audiences {
		for _, watchers := range []int{5, 20, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", a.name, watchers), func(b *testing.B) {
				for b.Loop() {
					mean, busiest := a.fanOut(busy, nodes, watchers, rand.New(rand.NewPCG(15, uint64(watchers))))
					b.ReportMetric(mean, "messages/event")
					b.ReportMetric(busiest, "busiest/mean")
				}
			})
		}
	}
}
