// Package directory asks a plant's own directory, Active Directory or OpenLDAP,
// who people are (F-AU-01). It owns the connections to the directory's servers and
// is the only package that speaks LDAP.
//
// Invariants:
//   - A password leaves this package only over TLS, unless the configuration says
//     otherwise aloud, and an empty one never does: Active Directory may take it
//     for success.
//   - The person who typed the name is the person whose password was checked: the
//     entry is found first, exactly one, and then bound to by its own DN.
//   - A user's bind has a connection of its own that is closed after it. Only the
//     service account's connections are kept.
//   - A directory that does not answer is Unavailable, never a bad password
//     (F-AU-08). Everything that it refuses is one BadCredentials with one text;
//     the [Reason] is in the chain, for the audit (F-AU-07).
//   - No value becomes part of a filter unescaped (F-AU-11).
//
// It keeps no sessions, counts no failures of an account and stores nobody: who was
// found is handed back as an [Entry].
package directory
