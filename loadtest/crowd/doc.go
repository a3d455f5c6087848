// Package crowd is people at work: it signs them in, opens rooms, keeps sockets
// open as the page does, sends at a fixed rate whatever the servers do, and records
// all of it for package check.
//
// A socket connects to one of the nodes and moves to the next when its own refuses
// or drops it, after the time that `bye` names or a short random one. What was not
// acked is sent again under its id, in order; each room is resumed after the last
// seq that was seen. One of the people is a guest, who only watches and can be
// expelled. A crowd asks for nothing that the product's contract does not
// promise.
package crowd
