// Package chaos runs nodes of the product on this machine, each in a network
// namespace of its own, with a private PostgreSQL and MinIO beside them; lets a
// crowd work; breaks something in the middle and heals it; and has package check
// judge what was promised.
//
// All addresses are private to this machine. It ends only processes that it
// started, and removes what it made, also when it fails or is interrupted: its
// processes die with it, and namespaces that a killed run left behind are removed
// by the next. One run at a time on a machine. It needs root, for the namespaces.
package chaos
