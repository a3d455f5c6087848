// Package reconcile compares what the database knows of files with what the object
// store holds (F-UP-32): one pass over both, in the order of their keys.
//
// Invariants:
//   - Only an object that belongs to nothing in the database is ever removed, only
//     when asked to, and never one that was put within [Grace].
//   - What would be a finding is looked at once more before it is one, because
//     uploads go on meanwhile.
//   - Memory does not grow with the number of rooms or objects, only with the
//     number of files in one room.
//
// It makes no row and no object: what is lost, only people can bring back.
package reconcile
