package ent

//go:generate go run generator.go
