// Package httpapi is the door of the server: it owns the REST routes, the socket,
// the page and the documentation, and speaks for the packages behind it.
//
// Invariants:
//   - openapi.yaml is the contract; api.gen.go and client are made from it.
//   - Every operation needs a bearer token unless the contract says `security: []`;
//     a route that the contract does not know is refused (F-AU-05).
//   - Every route of a room asks [incident.Can] with the asker's role first. What is
//     refused leaves an audit row, and a room that does not exist is refused
//     exactly as one that the asker may not enter (F-SE-01, F-SE-02).
//   - Every error is problem+json with a stable code out of one table; a cause is
//     logged under the request id and never sent.
//   - A file's bytes stream between the connection and the store; no handler
//     holds a file (F-UP-24).
//
// It decides no rule of the field (package incident does), orders nothing (rooms
// do, behind [Rooms]) and knows no database.
package httpapi

//go:generate go tool -modfile=../scripts/tools/go.mod oapi-codegen -config oapi-server.yaml openapi.yaml
//go:generate go tool -modfile=../scripts/tools/go.mod oapi-codegen -config oapi-client.yaml openapi.yaml
