// Package auth decides who is asking: it owns accounts, sessions, tokens and
// tickets, and turns each proof into an [incident.Principal].
//
// Invariants:
//   - A session lives in the store. Every proof is checked against it, and
//     against the account, each time it is shown: what ends there is refused from
//     the next request on, on every node.
//   - Passwords, refresh tokens and tickets leave this package only towards the
//     person they belong to, a password also towards the directory that keeps it; the
//     store sees hashes.
//   - Every refused login is the same error after the same work, whatever the
//     reason (F-AU-07); beside a directory, the work is that of who keeps the account.
//     The reason is in the error's chain, for the audit trail ([ReasonOf]).
//   - There is no well-known password (F-AU-02).
//
// It does not decide what a principal may do (package incident does), sets no
// cookie, writes no audit row and signs no download link (package httpapi does).
package auth
