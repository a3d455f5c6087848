package chaos

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

const (
	postgresPort = "5432"
	postgresUser = "task_reporter"
	// connections are enough for three nodes' pools.
	connections = "200"
)

// postgres is a private database server at the bridge's address.
type postgres struct {
	bin, dir, password string
	as                 *syscall.Credential
	process            *process
}

func startPostgres(ctx context.Context, bin, dir string) (*postgres, error) {
	// PostgreSQL refuses to run as root.
	owner, err := user.Lookup("postgres")
	if err != nil {
		return nil, errors.New("there is no account postgres to run PostgreSQL as: install the package postgresql")
	}
	uid, _ := strconv.ParseUint(owner.Uid, 10, 32)
	gid, _ := strconv.ParseUint(owner.Gid, 10, 32)
	p := &postgres{bin: bin, dir: dir, password: rand.Text(), as: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	if err := p.init(ctx); err != nil {
		return nil, fmt.Errorf("set PostgreSQL up: %w", err)
	}
	return p, p.start(ctx)
}

func (p *postgres) init(ctx context.Context) error {
	passwords := filepath.Join(p.dir, "password")
	if err := errors.Join(
		os.Mkdir(p.dir, 0o700),
		os.WriteFile(passwords, []byte(p.password+"\n"), 0o600),
		os.Chown(p.dir, int(p.as.Uid), int(p.as.Gid)),
		os.Chown(passwords, int(p.as.Uid), int(p.as.Gid)),
	); err != nil {
		return err
	}
	data := filepath.Join(p.dir, "data")
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, "initdb"), "--pgdata="+data, "--username="+postgresUser, //nolint:gosec // our own command
		"--pwfile="+passwords, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8")
	cmd.Dir, cmd.SysProcAttr = p.dir, &syscall.SysProcAttr{Credential: p.as}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	hba, err := os.OpenFile(filepath.Join(data, "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(hba, "host all all %s scram-sha-256\n", subnet)
	return errors.Join(err, hba.Close())
}

// start is also how it comes back after a crash.
func (p *postgres) start(ctx context.Context) error {
	var err error
	p.process, err = spawn(p.as, p.dir, filepath.Join(p.dir, "log"), nil, filepath.Join(p.bin, "postgres"),
		"-D", filepath.Join(p.dir, "data"), "-p", postgresPort, "-c", "listen_addresses="+gateway,
		"-c", "unix_socket_directories=", "-c", "max_connections="+connections)
	if err != nil {
		return err
	}
	return serving(ctx, "PostgreSQL", p.process, func(ctx context.Context) error {
		return tool(ctx, "", filepath.Join(p.bin, "pg_isready"), "--quiet", "--host="+gateway, "--port="+postgresPort)
	})
}

// crash ends all of its processes at once, without a checkpoint.
func (p *postgres) crash() { p.process.stop(syscall.SIGQUIT) }

// copy makes a database like another, and flushes it: a crash shall not have to
// write more than the round did. from may be empty.
func (p *postgres) copy(ctx context.Context, name, from string) error {
	var args []string
	if from != "" {
		args = append(args, "--template="+from)
	}
	if err := p.client(ctx, "createdb", append(args, name)...); err != nil {
		return err
	}
	return p.execute(ctx, name, "checkpoint")
}

// execute runs one statement.
func (p *postgres) execute(ctx context.Context, database, statement string) error {
	return p.client(ctx, "psql", "--quiet", "--command="+statement, database)
}

func (p *postgres) drop(ctx context.Context, name string) error {
	return p.client(ctx, "dropdb", "--force", name)
}

// client runs one of the server's client programs.
func (p *postgres) client(ctx context.Context, program string, args ...string) error {
	args = append([]string{"--host=" + gateway, "--port=" + postgresPort, "--username=" + postgresUser}, args...)
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, program), args...) //nolint:gosec // our own command
	cmd.Env = append(cmd.Environ(), "PGPASSWORD="+p.password)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out)
	}
	return nil
}

func (p *postgres) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(postgresUser, p.password), Host: gateway + ":" + postgresPort, Path: database, RawQuery: "sslmode=disable"}
	return u.String()
}
