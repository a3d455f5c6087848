// Package check judges a history: what clients sent, were told and saw, against
// the rooms' stored logs. It is pure: it opens nothing and waits for nothing.
//
// A history breaks no promise when
//   - every acked message is stored, at the seq that the ack named, as it was sent;
//   - no message is stored twice, none that nobody sent, none that was refused for good;
//   - a room's log has every seq from 1 to its head once, and its epochs never run backwards;
//   - a message sent after another was acked has the higher seq;
//   - what each subscriber saw is the log: no gap, no duplicate, no other order or content,
//     to the head once all has healed, and nothing after its removal was committed.
package check
