package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"taskreporter/auth"
)

// result is what one command line did.
type result struct {
	code     int
	out, err string
}

func execute(t *testing.T, env environment, in string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, env, console{strings.NewReader(in), &out, &errs})
	return result{code, out.String(), errs.String()}
}

// parse returns the settings of a command line that is right.
func parse(t *testing.T, env environment, args ...string) *Config {
	t.Helper()
	var p program
	app, err := newApp(&p, env, console{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Parse(append(args, "config")); err != nil {
		t.Fatal(err)
	}
	return &p.Config
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "task-reporter.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsNeedNoOtherService(t *testing.T) { // F-OP-02, F-ST-15
	t.Parallel()
	c := parse(t, nil)
	if c.Listen != "localhost:8080" || c.AdminListen != "" || c.DatabaseURL() != "sqlite://data/task-reporter.db" ||
		c.UsesMinIO() || c.ObjectDir() != filepath.Join("data", "objects") || c.KeyDir() != filepath.Join("data", "keys") ||
		c.LinkTTL != time.Hour || c.PlantTimezone.String() != "Asia/Taipei" {
		t.Errorf("defaults %+v", c)
	}
	if c.AuthConfig() != auth.DefaultConfig {
		t.Errorf("signing in %+v, want package auth's defaults", c.AuthConfig())
	}
}

func TestFlagsOverrideEnvironmentOverridesFileOverridesDefaults(t *testing.T) {
	t.Parallel()
	path := file(t, "listen: file:1\ndata_dir: file\nlimit_request_burst: 1\n")
	env := environment{
		"TASK_REPORTER_CONFIG_FILE": path,
		"TASK_REPORTER_LISTEN":      "env:2",
		"TASK_REPORTER_DATA_DIR":    "env",
	}
	c := parse(t, env, "--listen=flag:3")
	if c.Listen != "flag:3" || c.DataDir != "env" || c.Limit.RequestBurst != 1 || c.Limit.SocketsPerUser != 20 {
		t.Errorf("settings %+v", c)
	}
	if c := parse(t, env, "--config-file="+file(t, "limit_request_burst: 2")); c.Limit.RequestBurst != 2 {
		t.Error("the environment's file won over the flag's")
	}
}

func TestEmptyVariablesCountAsUnset(t *testing.T) {
	t.Parallel()
	c := parse(t, environment{"TASK_REPORTER_LISTEN": "", "TASK_REPORTER_LINK_TTL": "", "MINIO_SECURE": ""})
	if c.Listen != "localhost:8080" || c.LinkTTL != time.Hour {
		t.Errorf("settings %+v", c)
	}
}

func TestFileTakesEveryKindOfValue(t *testing.T) {
	t.Parallel()
	c := parse(t, nil, "--config-file="+file(t, `
# a comment
origins: [ "https://a.example", 'https://b.example:8443' ]
trusted_proxies:
  - 10.0.0.0/8
minio_secure: yes
link_ttl: 90s
limit_requests_per_second: 2.5
limit_request_burst: 7
plant_timezone: Europe/Berlin
admin_listen:
`))
	if !reflect.DeepEqual(c.Origins, []string{"https://a.example", "https://b.example:8443"}) ||
		len(c.TrustedProxies) != 1 || c.TrustedProxies[0].String() != "10.0.0.0/8" || !c.MinIO.Secure ||
		c.LinkTTL != 90*time.Second || c.Limit.RequestsPerSecond != 2.5 || c.Limit.RequestBurst != 7 ||
		c.PlantTimezone.String() != "Europe/Berlin" || c.AdminListen != "" {
		t.Errorf("settings %+v", c)
	}
}

func TestObjectStoreHasTheNamesOfTheOriginal(t *testing.T) { // F-ST-08, F-ST-10, F-ST-11, F-ST-13
	t.Parallel()
	c := parse(t, environment{
		"MINIO_ENDPOINT": "minio:9000", "MINIO_ACCESS_KEY": "key", "MINIO_SECRET_KEY": "geheim",
		"MINIO_SECURE": "true", "MINIO_PUBLIC_ENDPOINT": "https://files.plant.example", "MINIO_REGION": "tw",
	})
	want := MinIOConfig{
		Endpoint: "minio:9000", AccessKey: "key", SecretKey: "geheim", Bucket: "task-reporter-files",
		Secure: true, PublicEndpoint: "https://files.plant.example", Region: "tw",
	}
	if c.MinIO != want || !c.UsesMinIO() {
		t.Errorf("object store %+v", c.MinIO)
	}
	if c := parse(t, environment{"MINIO_ACCESS_KEY": "key", "MINIO_SECRET_KEY": "geheim"}); !c.UsesMinIO() || c.objectStore().Endpoint != "localhost:9000" {
		t.Errorf("with keys only: %q", c.objectStore().Endpoint)
	}
}

func TestSettingsThatCannotWorkAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  environment
		file string
		want string // in the message
	}{
		"address without port":   {env: environment{"TASK_REPORTER_LISTEN": "localhost"}, want: "--listen"},
		"port too high":          {env: environment{"TASK_REPORTER_LISTEN": ":65536"}, want: "--listen"},
		"admin on the same":      {env: environment{"TASK_REPORTER_ADMIN_LISTEN": "localhost:8080"}, want: "--admin-listen"},
		"origin with a path":     {env: environment{"TASK_REPORTER_ORIGINS": "https://a.example/rooms"}, want: "--origins"},
		"origin without scheme":  {env: environment{"TASK_REPORTER_ORIGINS": "a.example"}, want: "--origins"},
		"any origin":             {env: environment{"TASK_REPORTER_ORIGINS": "*"}, want: "--origins"},
		"certificate alone":      {env: environment{"TASK_REPORTER_TLS_CERT": "a.pem"}, want: "--tls-key"},
		"key alone":              {env: environment{"TASK_REPORTER_TLS_KEY": "a-key.pem"}, want: "--tls-key"},
		"network without a mask": {env: environment{"TASK_REPORTER_UPLOAD_NETWORKS": "10.0.0.1"}, want: "--upload-networks"},
		"proxy without a mask":   {env: environment{"TASK_REPORTER_TRUSTED_PROXIES": "10.0.0.1"}, want: "--trusted-proxies"},
		"traces to a port":       {env: environment{"TASK_REPORTER_TRACES_ENDPOINT": "localhost:4318"}, want: "--traces-endpoint"},
		"traces with a password": {env: environment{"TASK_REPORTER_TRACES_ENDPOINT": "https://a:b@c.example"}, want: "--traces-endpoint"},
		"more than all traces":   {env: environment{"TASK_REPORTER_TRACES_SHARE": "1.5"}, want: "--traces-share"},
		"link for a month":       {env: environment{"TASK_REPORTER_LINK_TTL": "720h"}, want: "--link-ttl"},
		"link without unit":      {env: environment{"TASK_REPORTER_LINK_TTL": "3600"}, want: "--link-ttl"},
		"unknown time zone":      {env: environment{"TASK_REPORTER_PLANT_TIMEZONE": "Asia/Nowhere"}, want: "--plant-timezone"},
		"other database":         {env: environment{"TASK_REPORTER_DATABASE_URL": "mysql://u:geheim@h/n"}, want: "--database-url"},
		"no database":            {env: environment{"TASK_REPORTER_DATABASE_URL": "sqlite://"}, want: "--database-url"},
		"one connection":         {env: environment{"TASK_REPORTER_DATABASE_CONNECTIONS": "1"}, want: "--database-connections"},
		"endpoint without keys":  {env: environment{"MINIO_ENDPOINT": "minio:9000"}, want: "minio: access key and secret key"},
		"endpoint with a path":   {env: environment{"MINIO_ENDPOINT": "minio:9000/x", "MINIO_ACCESS_KEY": "a", "MINIO_SECRET_KEY": "geheim"}, want: "minio: endpoint"},
		"bucket in capitals":     {env: environment{"MINIO_BUCKET": "Files", "MINIO_ACCESS_KEY": "a", "MINIO_SECRET_KEY": "geheim"}, want: "minio: bucket"},
		"secret without the key": {env: environment{"MINIO_SECRET_KEY": "geheim"}, want: "--minio-endpoint"},
		"endless access token":   {env: environment{"TASK_REPORTER_AUTH_ACCESS_TTL": "24h"}, want: "auth: access token"},
		"no sockets":             {env: environment{"TASK_REPORTER_LIMIT_SOCKETS_PER_USER": "0"}, want: "--limit-sockets-per-user"},
		"room under user":        {env: environment{"TASK_REPORTER_LIMIT_UPLOADS_PER_ROOM": "31"}, want: "--limit-uploads-per-room"},
		"unknown level":          {env: environment{"TASK_REPORTER_LOG_LEVEL": "loud"}, want: "--log-level"},
		"unknown format":         {env: environment{"TASK_REPORTER_LOG_FORMAT": "xml"}, want: "--log-format"},
		"unknown in the file":    {file: "listne: localhost:8080", want: "no setting listne"},
		"flag form in the file":  {file: "data-dir: x", want: "no setting data-dir"},
		"section in the file":    {file: "auth:\n  failures: 3", want: "no setting auth"},
		"list for one value":     {file: "listen: [a, b]", want: "listen takes no such value"},
		"list of lists":          {file: "origins: [[a]]", want: "origins takes no such value"},
		"twice in the file":      {file: "listen: a:1\nlisten: b:2", want: "already defined"},
		"file is no mapping":     {file: "- listen", want: "cannot unmarshal"},
		"file is absent":         {env: environment{"TASK_REPORTER_CONFIG_FILE": "/nonexistent/x.yaml"}, want: "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"config"}
			if c.file != "" {
				args = append(args, "--config-file="+file(t, c.file))
			}
			r := execute(t, c.env, "", args...)
			if r.code != exitUsage || r.out != "" || !strings.Contains(r.err, c.want) {
				t.Errorf("status %d, %q, %q", r.code, r.out, r.err)
			}
			if strings.Contains(r.err, "geheim") {
				t.Errorf("a secret is in %q", r.err)
			}
		})
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	r := execute(t, environment{"TASK_REPORTER_LISTEN": "x", "TASK_REPORTER_LINK_TTL": "1s", "MINIO_ENDPOINT": "x"}, "", "config")
	for _, want := range []string{"--listen", "--link-ttl", "minio: access key"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("%s is not in %q", want, r.err)
		}
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	env := environment{
		"TASK_REPORTER_DATABASE_URL": "postgres://rooms:geheim@db:5432/rooms?sslmode=disable&sslpassword=geheim",
		"MINIO_ACCESS_KEY":           "key", "MINIO_SECRET_KEY": "geheim",
	}
	r := execute(t, env, "", "config")
	c := parse(t, env)
	var logged bytes.Buffer
	for _, format := range []string{"text", "json"} {
		c.Log.Format = format
		c.Logger(&logged).Info("start", "config", c, "url", c.Database.URL, "key", c.MinIO.SecretKey)
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"config": r.out + r.err,
		"log":    logged.String(),
		"JSON":   string(asJSON),
		"fmt":    fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c.MinIO.SecretKey, c.Database.URL),
	} {
		if strings.Contains(text, "geheim") {
			t.Errorf("%s shows a secret: %s", name, text)
		}
		if !strings.Contains(text, mask) {
			t.Errorf("%s hides that there is a secret: %s", name, text)
		}
	}
	if !strings.Contains(r.out, "postgres://rooms:********@db:5432/rooms?sslmode=disable&sslpassword=********\n") {
		t.Errorf("the database's address is not recognizable: %s", r.out)
	}
	if c.DatabaseURL() != env["TASK_REPORTER_DATABASE_URL"] {
		t.Errorf("the database gets %q", c.DatabaseURL())
	}
	if got := DatabaseURL("postgres://rooms:gehe im@db/%zz").String(); strings.Contains(got, "gehe") {
		t.Errorf("an address that cannot be read is printed: %q", got)
	}
}

func TestPrintedConfigIsAConfigFile(t *testing.T) {
	t.Parallel()
	env := environment{
		"TASK_REPORTER_ORIGINS": "https://a.example,https://b.example", "TASK_REPORTER_TRUSTED_PROXIES": "10.0.0.0/8,::1/128",
		"TASK_REPORTER_DATA_DIR": "/資料/no: comment # here", "TASK_REPORTER_LOG_LEVEL": "debug", "TASK_REPORTER_LINK_TTL": "90s",
	}
	r := execute(t, env, "", "config")
	if r.code != 0 {
		t.Fatal(r.err)
	}
	if got, want := parse(t, nil, "--config-file="+file(t, r.out)), parse(t, env); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("read back as\n%v, want\n%v", got, want)
	}
}

// .env.example explains every setting, shows its default, and names no other.
func TestEnvExampleIsComplete(t *testing.T) { // F-ST-13
	t.Parallel()
	var p program
	app, err := newApp(&p, nil, console{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, flag := range configFlags(app.Model) {
		want[variable(flag.Name)] = flag.Default
	}
	if want["MINIO_SECURE"] == "" {
		want["MINIO_SECURE"] = "false"
	}
	f, err := os.Open("../../.env.example")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, is := strings.Cut(strings.TrimPrefix(lines.Text(), "#"), "=")
		if !is || strings.ContainsAny(name, " \t") {
			continue
		}
		if def, known := want[name]; !known || def != value {
			t.Errorf("it says %s=%s; known: %v, default: %q", name, value, known, def)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("it does not explain %s", name)
	}
}

func TestLogHasTheChosenLevelAndForm(t *testing.T) { // F-OP-07
	t.Parallel()
	var out bytes.Buffer
	log := parse(t, nil, "--log-format=json", "--log-level=warn").Logger(&out)
	log.Info("too quiet")
	log.Warn("heard", slog.String("room_id", "1"))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line["msg"] != "heard" || line["room_id"] != "1" {
		t.Errorf("logged %q, %v", out.String(), err)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args      []string
		code      int
		out, errs string // what each contains
	}{
		"help":         {[]string{"--help"}, 0, "Usage: task-reporter", ""},
		"version":      {[]string{"version"}, 0, "task-reporter dev (commit", ""},
		"no command":   {nil, exitUsage, "", "expected one of"},
		"mistyped":     {[]string{"confg"}, exitUsage, "", "config"},
		"unknown flag": {[]string{"config", "--nonsense"}, exitUsage, "", "--nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := execute(t, nil, "", c.args...)
			if r.code != c.code || !strings.Contains(r.out, c.out) || !strings.Contains(r.err, c.errs) || (c.errs == "") != (r.err == "") {
				t.Errorf("status %d, %q, %q", r.code, r.out, r.err)
			}
		})
	}
}
