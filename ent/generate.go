// Package ent is the code that reads and writes the tables. It is generated from
// ent/schema, and only storage imports it.
package ent

//go:generate go run generator.go
