// Package wire is what crosses nodes. Package actors fills and opens it.
package wire

//go:generate go run -modfile=../../scripts/tools/go.mod -tags generate ./generate
