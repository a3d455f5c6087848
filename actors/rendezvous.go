package actors

import "taskreporter/incident"

// prefer returns the node that a room without an owner goes to: the one with the
// highest weight for it (rendezvous hashing). All nodes that know the same nodes
// agree, rooms spread evenly, and a node that comes or goes moves only its own
// share. It returns "" when there are none.
func prefer(room incident.RoomID, nodes []incident.NodeID) incident.NodeID {
	var best incident.NodeID
	var most uint64
	for _, n := range nodes {
		w := weight(room, n)
		if best == "" || w > most || w == most && n < best {
			best, most = n, w
		}
	}
	return best
}

// weight is FNV-1a of both ids with a finaliser, without which ids that differ in
// their last characters only would weigh nearly the same.
func weight(room incident.RoomID, node incident.NodeID) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range len(room) {
		h = (h ^ uint64(room[i])) * prime
	}
	h = (h ^ '/') * prime
	for i := range len(node) {
		h = (h ^ uint64(node[i])) * prime
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
