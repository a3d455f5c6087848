package incident

import "time"

// Node is one process of a cluster, as the table of nodes tells. Times are the
// database's.
type Node struct {
	ID        NodeID
	Address   string // host:port where the other nodes reach it; empty for one that runs alone, without a lease
	Version   string // of the program
	Zone      string // room, building or rack; for people only
	StartedAt time.Time
	RenewedAt time.Time
	LeaseLeft time.Duration // until the lease ends; negative once it has
	Draining  bool          // takes no new rooms
	// Unreachable are the nodes that this one has not heard of for a while.
	Unreachable []NodeID
	Figures     Figures
}

// Expired reports whether the node's lease has ended.
func (n Node) Expired() bool { return n.LeaseLeft <= 0 }

// Figures are what a node's engine tells of itself. The totals count since its
// start.
type Figures struct {
	Rooms       int64 `json:"rooms"`       // active here
	Connections int64 `json:"connections"` // authenticated sockets
	Waiting     int64 `json:"waiting"`     // batches that wait for a transaction

	Activations int64 `json:"activations"` // claims that succeeded
	Takeovers   int64 `json:"takeovers"`   // of them, of rooms that another node left behind
	Commits     int64 `json:"commits"`     // transactions
	Events      int64 `json:"events"`      // made durable
	Fenced      int64 `json:"fenced"`      // batches refused because another activation owns the room
	Unknown     int64 `json:"unknown"`     // batches whose outcome nobody knows
	Refused     int64 `json:"refused"`     // batches not written for another reason
}

// Burial is why a node is taken off the list of nodes. The database checks it.
type Burial string

// The burials.
const (
	LeaseExpired Burial = "lease_expired" // it has not renewed in time
	ProcessDead  Burial = "process_dead"  // its database connection, which holds a lock, is gone
	CutOff       Burial = "cut_off"       // most of the other nodes cannot reach it
)

// Claimed is the outcome of a claim: what an activation starts from, or why
// there is none.
type Claimed struct {
	State RoomState
	// TakenOver says that another node owned the room and is gone.
	TakenOver bool
	// Err is NotFound for a room that does not exist, and Moved for one that
	// another live node owns.
	Err error
}

// Hold is a room and the epoch under which a node owns it.
type Hold struct {
	Room  RoomID
	Epoch Epoch
}
