// Package drive does what a plan says to a server, from outside: over the generated client
// and the socket's protocol, in the name of the people whose API tokens it was given.
//
// Messages are an open loop: each has a moment at which it should be sent, and every
// latency is counted from that moment, so a server that stands still is not spared.
// Uploads are a closed loop of so many at once. Each socket keeps its place in its room
// across connections, so what is lost, comes twice or comes late is seen by the one whom
// it happens to.
//
// Rooms are declared by the first of the people, titled "loadtest …", and cancelled when
// the run ends, however it ends. A run has at most two goroutines for each socket and one
// for each upload under way. The package judges nothing: see report.
package drive
