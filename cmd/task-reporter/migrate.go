package main

import (
	"context"
	"fmt"
	"io"

	"taskreporter/storage"
	"taskreporter/storage/migration"
)

// MigrateCmd carries the database from one version of its schema to another.
// serve does Up by itself.
type MigrateCmd struct {
	Up     MigrateUpCmd     `cmd:"" help:"Apply every step that the database lacks."`
	Down   MigrateDownCmd   `cmd:"" help:"Take the newest step back, with what it kept. Make a backup first."`
	Status MigrateStatusCmd `cmd:"" help:"List the steps and which are applied."`
}

// MigrateUpCmd is migrate up.
type MigrateUpCmd struct{}

// Run prints the steps that it applied.
func (MigrateUpCmd) Run(ctx context.Context, cfg *Config, c console) error {
	steps, err := storage.MigrateUp(ctx, cfg.storage(c.Err))
	return printSteps(c.Out, steps, err)
}

// MigrateDownCmd is migrate down.
type MigrateDownCmd struct{}

// Run prints the step that it took back.
func (MigrateDownCmd) Run(ctx context.Context, cfg *Config, c console) error {
	steps, err := storage.MigrateDown(ctx, cfg.storage(c.Err))
	return printSteps(c.Out, steps, err)
}

// MigrateStatusCmd is migrate status.
type MigrateStatusCmd struct{}

// Run prints all steps.
func (MigrateStatusCmd) Run(ctx context.Context, cfg *Config, c console) error {
	steps, err := storage.MigrationStatus(ctx, cfg.storage(c.Err))
	return printSteps(c.Out, steps, err)
}

// printSteps writes one line for each step: "applied" or "pending", and its name.
func printSteps(w io.Writer, steps []migration.Step, err error) error {
	if err != nil {
		return err
	}
	for _, s := range steps {
		state := "pending"
		if s.Applied {
			state = "applied"
		}
		if _, err := fmt.Fprintln(w, state, s.Name); err != nil {
			return err
		}
	}
	return nil
}

// storage is the database, in package storage's words.
func (c *Config) storage(log io.Writer) storage.Config {
	return storage.Config{
		URL:         c.DatabaseURL(),
		Connections: c.Database.Connections,
		Zone:        c.PlantTimezone.Location,
		Log:         c.Logger(log),
	}
}
