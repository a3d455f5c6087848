// Package incident holds the words of the field and the rules between them:
// rooms, members and their roles, messages, files, events, and who may do what.
//
// Invariants:
//   - Every lasting change of a room is one [Event]; Seq counts them from 1
//     without gaps, and nothing else orders a room.
//   - [Can] is the only place that decides whether an act is allowed.
//   - Every time is UTC, cut to microseconds (see [Now]), so that a value is
//     the same before and after either database.
//
// It imports the standard library only and performs no I/O.
package incident
