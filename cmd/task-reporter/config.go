package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"taskreporter/actors"
	"taskreporter/auth"
	"taskreporter/httpapi"
	"taskreporter/storage/object"
)

// Config is everything that an operator decides. Each setting has one name: the
// flag --data-dir is data_dir in the file and TASK_REPORTER_DATA_DIR in the
// environment; those of the object store are MINIO_* there (F-ST-13).
// .env.example explains them all.
type Config struct {
	Listen         string         `default:"localhost:8080" help:"Address of the page, the API and the sockets." group:"Server"`
	AdminListen    string         `help:"Address of /metrics, away from users; empty for none." group:"Server"`
	DataDir        string         `default:"data" help:"Directory of everything that is kept on this machine." group:"Server"`
	Origins        []string       `help:"Other origins whose pages may sign in, open sockets and read answers, as https://host:port." group:"Server"`
	TrustedProxies []netip.Prefix `help:"Networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed." group:"Server"`
	UploadNetworks []netip.Prefix `help:"Networks from which files may be uploaded; empty for everywhere." group:"Server"`
	LinkTTL        time.Duration  `name:"link-ttl" default:"3600s" help:"How long a download link works." group:"Server"`
	DrainDelay     time.Duration  `default:"0s" help:"How long a node that is told to stop goes on as before, while load balancers see that it is not ready." group:"Server"`
	PlantTimezone  Zone           `default:"Asia/Taipei" help:"Time zone that decides in which year an incident is numbered, and whose clock an export shows." group:"Server"`

	TLS      TLSConfig      `embed:"" prefix:"tls-" group:"Server"`
	Database DatabaseConfig `embed:"" prefix:"database-" group:"Database"`
	MinIO    MinIOConfig    `embed:"" prefix:"minio-" group:"Object store"`
	Scan     ScanConfig     `embed:"" prefix:"scan-" group:"Virus scanner"`
	Auth     AuthConfig     `embed:"" prefix:"auth-" group:"Signing in"`

	Directory DirectoryConfig `embed:"" prefix:"directory-" group:"Directory"`

	Retention RetentionConfig `embed:"" prefix:"retention-" group:"Retention"`

	Limit   LimitConfig   `embed:"" prefix:"limit-" group:"Limits"`
	Log     LogConfig     `embed:"" prefix:"log-" group:"Log"`
	Traces  TracesConfig  `embed:"" prefix:"traces-" group:"Traces"`
	Cluster ClusterConfig `embed:"" prefix:"cluster-" group:"Cluster"`
}

// DatabaseConfig says where the database is.
type DatabaseConfig struct {
	URL         DatabaseURL `name:"url" help:"postgres://user:password@host:port/name or sqlite:///path/to/file.db; empty for SQLite in the data directory."`
	Connections int         `default:"16" help:"Connections to keep open at most."`
}

// MinIOConfig says where an S3-compatible object store is. Files are kept in the
// data directory when neither the endpoint nor an access key is set (F-ST-15).
type MinIOConfig struct {
	Endpoint       string `help:"host:port of the object store as this server reaches it (localhost:9000 when only keys are set)."`
	AccessKey      string `help:"Access key."`
	SecretKey      Secret `help:"Secret key; better in the environment than on a command line."`
	Bucket         string `default:"${bucket}" help:"Bucket; made when it is absent."`
	Secure         bool   `help:"Speak TLS to the object store."`
	PublicEndpoint string `help:"Where phones reach the object store, host:port or https://host; empty when they fetch through this server."`
	Region         string `default:"${region}" help:"Region that the object store was told."`
}

// AuthConfig says how people sign in.
type AuthConfig struct {
	KeyDir          string        `help:"Directory of the signing keys, *.pem; the same on every node; empty for keys/ in the data directory."`
	AccessTTL       time.Duration `name:"access-ttl" default:"${access_ttl}" help:"How long an access token works; pages renew it by themselves."`
	SessionTTL      time.Duration `name:"session-ttl" default:"${session_ttl}" help:"When a person must sign in again."`
	SessionIdle     time.Duration `default:"${session_idle}" help:"A session that nobody used for so long ends; an open page uses its own."`
	Failures        int           `default:"${failures}" help:"Failed logins of one account in any window; keep it under a directory's own lock-out."`
	AddressFailures int           `default:"${address_failures}" help:"Failed logins of one client address in any window."`
	FailureWindow   time.Duration `default:"${failure_window}" help:"That window."`
}

// LimitConfig bounds what one user may take from the others.
type LimitConfig struct {
	RequestsPerSecond float64 `default:"${requests_per_second}" help:"Requests of one user to the API, sustained; 0 for no limit."`
	RequestBurst      int     `default:"${request_burst}" help:"Requests of one user at once."`
	SocketsPerUser    int     `default:"20" help:"Open sockets, that is tabs, of one user on one node."`
	FramesPerSecond   float64 `default:"50" help:"Frames that one socket may send, sustained."`
	UploadsPerUser    int     `default:"${uploads_per_user}" help:"Uploads of one user at once in one room."`
	UploadsPerRoom    int     `default:"${uploads_per_room}" help:"Uploads at once in one room."`

	RoomIdle time.Duration `default:"${room_idle}" help:"How long nobody must have used a room before it leaves the memory."`
}

// LogConfig says what is logged on standard error.
type LogConfig struct {
	Level  slog.Level `default:"info" help:"debug, info, warn or error."`
	Format string     `default:"text" enum:"text,json" help:"text or json."`
}

// defaults are the values that other packages give reasons for.
func defaults() kong.Vars {
	vars := kong.Vars{"bucket": object.DefaultBucket, "region": object.DefaultRegion}
	for name, value := range map[string]any{
		"access_ttl":          auth.DefaultConfig.AccessTTL,
		"session_ttl":         auth.DefaultConfig.SessionTTL,
		"session_idle":        auth.DefaultConfig.SessionIdle,
		"failures":            auth.DefaultConfig.Failures,
		"address_failures":    auth.DefaultConfig.AddressFails,
		"failure_window":      auth.DefaultConfig.FailureWindow,
		"requests_per_second": httpapi.DefaultConfig.Rate,
		"request_burst":       httpapi.DefaultConfig.Burst,
		"uploads_per_user":    actors.DefaultLimits.UploadsPerUser,
		"uploads_per_room":    actors.DefaultLimits.UploadsPerRoom,
		"room_idle":           actors.DefaultLimits.RoomIdle,
	} {
		vars[name] = fmt.Sprint(value)
	}
	return vars
}

// Validate reports everything that cannot work.
func (c *Config) Validate() error {
	var errs []error
	check := func(flag string, ok bool, want string) {
		if !ok {
			errs = append(errs, fmt.Errorf("--%s: want %s", flag, want))
		}
	}
	check("listen", isAddress(c.Listen), "host:port")
	check("admin-listen", c.AdminListen == "" || isAddress(c.AdminListen) && c.AdminListen != c.Listen, "host:port of its own")
	check("tls-key", (c.TLS.Cert == "") == (c.TLS.Key == ""), "a file beside that of --tls-cert, or neither")
	check("data-dir", c.DataDir != "", "a directory")
	for _, o := range c.Origins {
		check("origins", isOrigin(o), "https://host or https://host:port, without a path")
	}
	// Object stores do not sign for longer than a week.
	check("link-ttl", c.LinkTTL >= time.Minute && c.LinkTTL <= 7*24*time.Hour, "1m to 168h")
	check("database-url", c.Database.URL.known(), "postgres://user:password@host:port/name or sqlite:///path/to/file.db")
	check("database-connections", c.Database.Connections >= 2 && c.Database.Connections <= 1000, "2 to 1000")
	if c.UsesMinIO() {
		if err := c.objectStore().Validate(); err != nil {
			errs = append(errs, fmt.Errorf("minio: %w", err))
		}
	} else {
		check("minio-endpoint", c.MinIO.SecretKey == "" && c.MinIO.PublicEndpoint == "", "a value, as other minio settings have one")
	}
	_, err := c.Scan.scanner()
	check("scan-address", err == nil, "tcp://host:port or unix:///path")
	check("scan-timeout", c.Scan.Timeout >= time.Second && c.Scan.Timeout <= 10*time.Minute, "1s to 10m")
	if c.Cluster.Listen != "" {
		errs = append(errs, c.checkCluster())
	}
	check("drain-delay", c.DrainDelay >= 0 && c.DrainDelay <= time.Minute, "0s to 1m")
	if err := c.AuthConfig().Validate(); err != nil {
		errs = append(errs, fmt.Errorf("auth: %w", err))
	}
	errs = append(errs, c.Directory.check())
	check("retention-rooms-per-hour", c.Retention.RoomsPerHour >= 0 && c.Retention.RoomsPerHour <= 3600, "0 to 3600")
	l := c.Limit
	check("limit-requests-per-second", l.RequestsPerSecond >= 0, "0 or more")
	check("limit-request-burst", l.RequestBurst >= 1, "1 or more")
	check("limit-sockets-per-user", l.SocketsPerUser >= 1, "1 or more")
	check("limit-frames-per-second", l.FramesPerSecond > 0, "more than 0")
	check("limit-uploads-per-user", l.UploadsPerUser >= 1, "1 or more")
	check("limit-uploads-per-room", l.UploadsPerRoom >= l.UploadsPerUser, "no less than --limit-uploads-per-user")
	_, ok := c.Traces.url()
	check("traces-endpoint", c.Traces.Endpoint == "" || ok, "http://host:port or https://host:port, without user, password and query")
	check("traces-share", c.Traces.Share >= 0 && c.Traces.Share <= 1, "0 to 1")
	check("limit-room-idle", l.RoomIdle >= time.Second, "1s or more")
	return errors.Join(errs...)
}

func isAddress(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Scheme+"://"+u.Host == s
}

// DatabaseURL is the database's address, the embedded one when none is set.
func (c *Config) DatabaseURL() string {
	if c.Database.URL != "" {
		return string(c.Database.URL)
	}
	return "sqlite://" + filepath.ToSlash(filepath.Join(c.DataDir, "task-reporter.db"))
}

// ObjectDir is where files are kept without an object store.
func (c *Config) ObjectDir() string { return filepath.Join(c.DataDir, "objects") }

// UsesMinIO reports whether files are kept in an object store.
func (c *Config) UsesMinIO() bool { return c.MinIO.Endpoint != "" || c.MinIO.AccessKey != "" }

// objectStore is the object store, in package object's words (F-ST-10).
func (c *Config) objectStore() object.S3Config {
	m := c.MinIO
	return object.S3Config{
		Endpoint: cmp.Or(m.Endpoint, object.DefaultEndpoint), AccessKey: m.AccessKey, SecretKey: string(m.SecretKey), Bucket: m.Bucket,
		Region: m.Region, Secure: m.Secure, PublicEndpoint: m.PublicEndpoint,
	}
}

// storeOrigin is from where the page may load files besides here; empty for
// nowhere else.
func (c *Config) storeOrigin() string {
	if !c.UsesMinIO() || c.MinIO.PublicEndpoint == "" {
		return ""
	}
	if strings.Contains(c.MinIO.PublicEndpoint, "://") {
		return c.MinIO.PublicEndpoint
	}
	if c.MinIO.Secure {
		return "https://" + c.MinIO.PublicEndpoint
	}
	return "http://" + c.MinIO.PublicEndpoint
}

// KeyDir is where the signing keys are.
func (c *Config) KeyDir() string {
	return cmp.Or(c.Auth.KeyDir, filepath.Join(c.DataDir, "keys"))
}

// AuthConfig is how people sign in, in package auth's words.
func (c *Config) AuthConfig() auth.Config {
	return auth.Config{
		AccessTTL:     c.Auth.AccessTTL,
		SessionTTL:    c.Auth.SessionTTL,
		SessionIdle:   c.Auth.SessionIdle,
		Failures:      c.Auth.Failures,
		AddressFails:  c.Auth.AddressFailures,
		FailureWindow: c.Auth.FailureWindow,
	}
}

// Logger writes the program's log.
func (c *Config) Logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.Log.Level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// Zone is a time zone given by its name.
type Zone struct{ *time.Location }

// UnmarshalText implements encoding.TextUnmarshaler.
func (z *Zone) UnmarshalText(name []byte) (err error) {
	z.Location, err = time.LoadLocation(string(name))
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

const mask = "********"

// Secret is a text that is masked wherever it is printed.
type Secret string

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// GoString implements fmt.GoStringer.
func (s Secret) GoString() string { return s.String() }

// MarshalText implements encoding.TextMarshaler.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// DatabaseURL is a database's address, whose password is masked wherever it is
// printed.
type DatabaseURL string

func (d DatabaseURL) known() bool {
	for _, scheme := range []string{"sqlite://", "postgres://", "postgresql://"} {
		if rest, ok := strings.CutPrefix(string(d), scheme); ok {
			return rest != ""
		}
	}
	return d == ""
}

// String implements fmt.Stringer.
func (d DatabaseURL) String() string {
	u, err := url.Parse(string(d))
	if err != nil || u.Scheme == "" && d != "" {
		return mask // whatever it is, it may hold a password
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), mask)
	}
	q := u.Query()
	for name := range q {
		if strings.Contains(strings.ToLower(name), "password") {
			q.Set(name, mask)
		}
	}
	u.RawQuery = q.Encode()
	return strings.ReplaceAll(u.String(), url.QueryEscape(mask), mask)
}

// GoString implements fmt.GoStringer.
func (d DatabaseURL) GoString() string { return d.String() }

// MarshalText implements encoding.TextMarshaler.
func (d DatabaseURL) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
