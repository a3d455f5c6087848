// Command bench measures the server side by side with what could be had instead: a bare
// broadcaster, single inserts, the object store alone. `make bench` runs it with
// everything it needs; docs/performance.md says what is compared and why that is fair.
//
// Each side is a process of its own on the same machine. They take turns, ours and the
// baseline's, so that what the machine does meanwhile meets both; what is reported is the
// median of the rounds with the least and the most, and as ratio the median of the rounds'
// own. Processor time comes from the operating system's accounting of that process alone.
package main
