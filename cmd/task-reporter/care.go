package main

import (
	"time"

	"taskreporter/httpapi"
	"taskreporter/storage/care"
	"taskreporter/storage/scan"
)

// ScanConfig says what scans files for viruses, the same on every node.
type ScanConfig struct {
	Address  string        `help:"clamd, as tcp://host:port or unix:///path; empty for none."`
	WhenDown string        `default:"block" enum:"block,allow" help:"While it does not answer: block keeps files closed until it does, allow opens them unscanned after a few tries."`
	Timeout  time.Duration `default:"1m0s" help:"How long one scan may take."`
}

// scanner is the configured one, nil for none.
func (c ScanConfig) scanner() (*scan.Clamd, error) {
	if c.Address == "" {
		return nil, nil
	}
	return scan.NewClamd(c.Address, c.Timeout)
}

// lookAfterFiles makes what scans files and makes previews. It returns what tells of
// the scanner's health.
func (h *house) lookAfterFiles(cfg *Config, now func() time.Time) ([]httpapi.Check, error) {
	clamd, err := cfg.Scan.scanner()
	if err != nil {
		return nil, err
	}
	c := care.Config{
		Allow: cfg.Scan.WhenDown == "allow", Evidence: h.evidence, Rooms: h.engine, Files: h.db.Library(),
		Now: now, Log: h.log,
	}
	var checks []httpapi.Check
	if clamd != nil {
		c.Scanner = clamd
		h.evidence.ExpectScan()
		checks = []httpapi.Check{{Name: "virus_scanner", Ask: clamd.Ping}}
	}
	h.care = care.New(c)
	return checks, nil
}
