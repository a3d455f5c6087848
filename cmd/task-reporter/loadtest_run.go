package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"taskreporter/loadtest/drive"
	"taskreporter/loadtest/plan"
	"taskreporter/loadtest/report"
)

// LoadCmd drives a server as a plan says.
type LoadCmd struct {
	Plan           string `arg:"" placeholder:"FILE" help:"The plan, in YAML."`
	URL            string `name:"url" default:"http://localhost:8080" help:"The server (${default})."`
	TokenFile      string `placeholder:"FILE" help:"API tokens with the scopes read and write, one a line, each of another person; without it they are in TASK_REPORTER_LOADTEST_TOKENS."`
	Metrics        string `placeholder:"URL" help:"Metrics of the server's admin listener: its memory and CPU come into the report."`
	JSON           string `name:"json" placeholder:"FILE" help:"Write the report there as JSON, too."`
	HTML           string `name:"html" placeholder:"FILE" help:"Write the report there as one page with charts, too."`
	IOwnThisTarget bool   `name:"i-own-this-target" help:"Drive a server that is not on this machine."`
}

// tokensVariable holds tokens where no file does.
const tokensVariable = "TASK_REPORTER_LOADTEST_TOKENS"

// Run prints the report; it fails when a threshold was broken or the run was interrupted.
func (l *LoadCmd) Run(ctx context.Context, env environment, c console) error {
	text, err := os.ReadFile(l.Plan)
	if err != nil {
		return err
	}
	p, err := plan.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Plan, err)
	}
	tokens := env[tokensVariable]
	if l.TokenFile != "" {
		b, err := os.ReadFile(l.TokenFile)
		if err != nil {
			return err
		}
		tokens = string(b)
	}
	r, err := drive.Run(ctx, drive.Config{
		Plan: p, URL: l.URL, Metrics: l.Metrics, Tokens: strings.Fields(tokens), Own: l.IOwnThisTarget,
		Run: strconv.FormatUint(newSeed(), 36), Progress: c.Err,
	})
	if err != nil {
		return err
	}
	err = errors.Join(r.WriteText(c.Out), toFile(l.JSON, r.WriteJSON), toFile(l.HTML, r.WriteHTML))
	if r.Failed() {
		err = errors.Join(err, errors.New("thresholds were broken: "+brokenOf(r)))
	}
	if r.Interrupted {
		err = errors.Join(err, errors.New("the run was interrupted"))
	}
	return err
}

func brokenOf(r report.Report) string {
	var names []string
	for _, v := range r.Thresholds {
		if v.Broken {
			names = append(names, v.Name)
		}
	}
	return strings.Join(names, ", ")
}

// toFile writes a file; none without a name.
func toFile(name string, write func(io.Writer) error) (err error) {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}
