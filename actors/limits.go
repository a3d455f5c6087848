package actors

import "time"

// What the engine promises and bounds.
const (
	// commitTimeout ends an append whose database does not answer.
	commitTimeout = 10 * time.Second
	// claimTimeout ends an activation whose database does not answer.
	claimTimeout = 10 * time.Second
	// askTimeout is how long a REST caller waits for a room, retries included. It
	// exceeds what a commit may take with a database that hangs, so that the room's
	// own answer arrives first.
	askTimeout = 25 * time.Second
	// movePatience is how long a "moved" answer is followed from place to place. It
	// exceeds the lease of a node that died silently.
	movePatience = 12 * time.Second
	// retryPause is the first pause between such attempts; it doubles up to
	// maxRetryPause.
	retryPause    = 10 * time.Millisecond
	maxRetryPause = 160 * time.Millisecond
	// remoteTimeout is how long a request to another node may take before the room
	// is looked for again and asked again.
	remoteTimeout = 2 * time.Second
	// findTimeout is how long a room's place may be looked for.
	findTimeout = 2 * time.Second
	// maxClaims is how many rooms one statement claims, releases or looks up.
	maxClaims = 512

	// committers is how many transactions may be under way at once: while one
	// waits for the disk, the next is being filled.
	committers = 2
	// companyWait is how long a batch waits at most, while another transaction is
	// under way, for others to share one with: that one may stand still.
	companyWait = 25 * time.Millisecond
	// maxCommitEvents bounds one transaction.
	maxCommitEvents = 4000
	// maxBatchEvents bounds one room's share of it.
	maxBatchEvents = 1000
	// maxPending is how many entries a room holds for its next batches before it
	// answers busy.
	maxPending = 4096
	// maxStash is how many requests wait for a room that is being activated.
	maxStash = 4096
	// recentSends is how many client_msg_ids a room remembers, so that a retry
	// rarely reaches the database, where it would refuse its whole batch.
	recentSends = 256

	// quietAfter is how long nobody must have acted in a room before it may move to
	// another node under its watchers.
	quietAfter = 2 * time.Minute

	// uploadExpiry is how long an admitted upload may take before its place is free again.
	uploadExpiry = time.Hour

	// maxCatchUp is how many missed events are sent one by one; a client further
	// behind gets a reset and the newest resetEvents.
	maxCatchUp  = 10_000
	resetEvents = 200
	// pageEvents is how many events those who come back are sent at a time; a page that
	// was read is kept for pageTime, all of them together in at most maxPages bytes.
	pageEvents = 128
	pageTime   = 5 * time.Second
	maxPages   = 32 << 20
	// catchUpPage is how many events a relay reads at a time to fill a gap.
	catchUpPage = 500
	// catchUps is how many connections of a node may read the log at once.
	catchUps = 32
	// maxHeld bounds the live events that wait for one subscription's catch-up.
	maxHeld = 1024
	// maxBundle is how many bytes of events a relay hands to a socket in one piece, about:
	// as much as a socket's outbox writes at once.
	maxBundle = 48 << 10
	// maxBehind bounds the live events that wait while a relay reads what it missed.
	maxBehind = 8192

	// announcePause is how long a room waits before it tells who is there, since
	// people come and go together; maxPresent is how many it names.
	announcePause = 250 * time.Millisecond
	// herePause is how long a relay waits before it tells a room who came and went here.
	herePause  = 50 * time.Millisecond
	maxPresent = 100

	// pulsePause is how long a room gathers read pointers and what lists show before
	// it tells them; typingPause is how often it tells that one person writes. A
	// client asks every 3 s; less here, so that a timer's tremble loses none.
	pulsePause  = time.Second
	typingPause = 2500 * time.Millisecond

	// relayTick is how often a relay compares its positions with the rooms'.
	relayTick = 5 * time.Second
	// rewatchPause is how long a relay waits before it looks again for a lost room.
	rewatchPause = 100 * time.Millisecond

	// closeGap is the pause between two sockets of a draining node that are sent
	// away, so that they do not all come back elsewhere at once; closeTime bounds it
	// for all of them together.
	closeGap  = 2 * time.Millisecond
	closeTime = 8 * time.Second
	// suspendedLeases is how many leases a node may be without one before it sends
	// its sockets away.
	suspendedLeases = 5

	// maxUnacked is how many sends of one connection may wait for their ack.
	maxUnacked = 256
	// maxHints is how many typing and read frames of one connection may be on their
	// way; what is above is dropped.
	maxHints = 16
	// maxSubscriptions is how many rooms one connection may watch.
	maxSubscriptions = 500
)

// Limits are the bounds that an installation may choose.
type Limits struct {
	UploadsPerUser int // at once in one room
	UploadsPerRoom int // at once
	// RoomIdle is how long nobody must have used a room before it is passivated; it
	// looks five times as often.
	RoomIdle time.Duration
}

// DefaultLimits suit one production site.
var DefaultLimits = Limits{UploadsPerUser: 32, UploadsPerRoom: 128, RoomIdle: 5 * time.Minute}
