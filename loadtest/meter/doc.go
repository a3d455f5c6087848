// Package meter counts and times what the loads of a run do, and what the server needs
// for it meanwhile.
//
// Meters may be used from any goroutine. A latency is kept in shards, so that sockets
// rarely wait for each other, and merged when it is read. Nothing here decides what is
// good: see packages plan and report.
package meter
