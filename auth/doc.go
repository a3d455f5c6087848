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
//   - Every refused login is the same error, whatever the reason, and is answered at
//     the end of a step of time (F-AU-07). The reason is in the error's chain, for the
//     audit trail ([ReasonOf]).
//   - An API token is a session with scopes: what ends sessions ends it too.
//   - Failed logins are counted in the store, for all nodes together.
//   - There is no well-known password (F-AU-02).
//
// It does not decide what a principal may do (package incident does), sets no
// cookie, audits no login and signs no download link (package httpapi does).
package auth
