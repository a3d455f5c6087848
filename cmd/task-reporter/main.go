// Command task-reporter is the whole product in one binary: the server, its
// migrations, and what an administrator does from a shell. It is the only place
// where all packages meet and the only one that reads the environment.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a bare machine has no time zones

	"github.com/alecthomas/kong"

	"taskreporter/incident"
)

// program is the command line.
type program struct {
	ConfigFile ConfigFile `placeholder:"FILE" help:"YAML file of settings. The environment overrides it, flags override both."`
	Config     `embed:""` // kong calls its Validate

	Serve     ServeCmd    `cmd:"" help:"Run the server."`
	Migrate   MigrateCmd  `cmd:"" help:"Change the database's schema."`
	Backup    BackupCmd   `cmd:"" help:"Write database and files as they are now to a directory, while servers run."`
	Restore   RestoreCmd  `cmd:"" help:"Put a backup into an empty installation."`
	Admin     AdminCmd    `cmd:"" help:"What an administrator does from a shell."`
	ConfigCmd ConfigCmd   `cmd:"" name:"config" help:"Print the settings in effect, secrets masked."`
	Doctor    DoctorCmd   `cmd:"" help:"Check this installation and say what to do."`
	Loadtest  LoadtestCmd `cmd:"" help:"Drive servers hard and judge them."`
	Version   VersionCmd  `cmd:"" help:"Print what this binary is."`
}

// console is where commands read and write.
type console struct {
	In       io.Reader
	Out, Err io.Writer
}

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], processEnvironment(os.Environ()), console{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit status.
func run(ctx context.Context, args []string, env environment, c console) int {
	var p program
	app, err := newApp(&p, env, c)
	if err != nil {
		panic(err) // the command line is badly declared: no test would have passed
	}
	exited, code := false, 0
	app.Exit = func(status int) { exited, code = true, status } // after --help
	kctx, err := app.Parse(args)
	if exited {
		return code
	}
	if err != nil {
		fmt.Fprintln(c.Err, "task-reporter:", err)
		return exitUsage
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	if err := kctx.Run(); err != nil {
		fmt.Fprintln(c.Err, "task-reporter:", explain(err))
		return exitFailed
	}
	return 0
}

func newApp(p *program, env environment, c console) (*kong.Kong, error) {
	return kong.New(p,
		kong.Name("task-reporter"),
		kong.Description("Incident rooms for a factory's production lines.\n\n"+
			"Each setting is also a variable of the environment: --data-dir is TASK_REPORTER_DATA_DIR, --minio-endpoint is MINIO_ENDPOINT."),
		kong.Writers(c.Out, c.Err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		defaults(),
		kong.Bind(env, c, &p.Config),
	)
}

// explain leaves the cause out where an error's own text says what to do.
func explain(err error) string {
	switch incident.KindOf(err) {
	case incident.Internal, incident.Unavailable:
		return err.Error()
	default:
		return incident.DetailOf(err)
	}
}
