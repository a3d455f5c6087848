// Package actors is the realtime engine: one actor per incident room, one per
// WebSocket connection, one relay per node, on a Proto.Actor cluster.
//
// Invariants:
//   - Stored before told: an event is committed, then acked, then broadcast.
//   - A room appends under the epoch that the database gave it. A batch that the
//     database refuses stops the room, which answers "moved" and tells nothing.
//   - What decides who may do what (members, roles, fields, status) is committed
//     before anything that came after it is decided.
//   - A relay offers a room's events to its watchers once each, by rising seq,
//     without a gap; it never waits for a reader.
//   - State is touched only in Receive. Nothing blocks there; the outcomes of I/O
//     come back as messages. A [Sink] and a subscription are the two places that
//     other goroutines share, and both say so.
//
// It does not know HTTP, frames' bytes, SQL or files' bytes, and no PID leaves it.
package actors
