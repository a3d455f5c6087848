// Package incident holds the words of the field and the rules between them:
// rooms, members and their roles, messages, files, events, and who may do what.
//
// Invariants:
//   - Every lasting change of a room is one [Event]; Seq counts them from 1
//     without gaps, and nothing else orders a room.
//   - [Can] is the only place that decides whether a role allows an act. What an act
//     needs beside a role is decided by [Members], [Room.Move], [Room.Update] and
//     [Message.MayEdit], on the state that they are given.
//   - Every time is UTC, cut to microseconds (see [Now]), so that a value is
//     the same before and after either database.
//
// It imports the standard library only and performs no I/O.
package incident
