package main

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"taskreporter/auth/directory/directorytest"
	"taskreporter/incident"
	"taskreporter/storage"
	"taskreporter/storage/object/objecttest"
	"taskreporter/storage/scan/scantest"
	"taskreporter/storage/storagetest"
)

// patient is an installation as the doctor meets it.
type patient struct {
	env    []string
	change func(*doctor)
}

// diagnosed returns what is not ok, as "check state", with all that was said.
// Connections of a database that other tests use too are nobody's promise.
func diagnosed(t *testing.T, p patient) (bad []string, all []diagnosis) {
	t.Helper()
	d := newDoctor(parse(t, processEnvironment(p.env)))
	d.space = func(string) (room, error) { return room{80 << 30, 100 << 30, 900, 1000}, nil }
	d.files = func() (uint64, error) { return 1 << 20, nil }
	if p.change != nil {
		p.change(d)
	}
	for _, found := range d.examine(t.Context()) {
		if found.Check == "" || found.Found == "" || (found.State != stateOK) == (found.Advice == "") {
			t.Errorf("a line without what it looked at, or without advice: %+v", found)
		}
		if found.Check == "database_connections" {
			continue
		}
		all = append(all, found)
		if found.State != stateOK {
			bad = append(bad, found.Check+" "+string(found.State))
		}
	}
	return bad, all
}

// TestDoctorFindsAHealthyInstallationWell: nothing to complain about, and everything
// was looked at (F-OP-03).
func TestDoctorFindsAHealthyInstallationWell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env    func(*testing.T) []string
		checks string
	}{
		"alone": {
			func(*testing.T) []string { return nil },
			"settings data_directory disk_space temporary_files signing_keys open_files database database_schema audit_trail database_file object_store server",
		},
		"with services": {func(t *testing.T) []string {
			return append(append(databases[1].env(t), stores[1].env(t)...), withDirectory(directorytest.Start(t))...)
		}, "settings data_directory disk_space temporary_files signing_keys open_files database database_durability database_clock database_schema audit_trail object_store directory server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t, c.env(t)...)
			in.start()
			in.addUser("wang", "王小明", "USER")
			bad, all := diagnosed(t, patient{env: in.env})
			var names []string
			for _, d := range all {
				names = append(names, d.Check)
			}
			if got := strings.Join(names, " "); len(bad) > 0 || got != c.checks {
				t.Errorf("%q among %+v", bad, all)
			}
			if r := execute(t, processEnvironment(in.env), "", "doctor"); r.code != 0 || !strings.Contains(r.out, "ok       server               ready on "+in.addr) {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestDoctorLooksAtANodeOfACluster: its certificate, and the other nodes.
func TestDoctorLooksAtANodeOfACluster(t *testing.T) {
	t.Parallel()
	rig := newCluster(t, 2)
	rig.start()
	in := rig.nodes[0]
	if bad, all := diagnosed(t, patient{env: in.env}); len(bad) > 0 || !said(all, "cluster_nodes", "2 of the cluster's nodes are alive") {
		t.Errorf("%q among %+v", bad, all)
	}
	env := append(slices.Clone(in.env), "TASK_REPORTER_CLUSTER_ADVERTISE=node9.plant.example:7400")
	if bad, all := diagnosed(t, patient{env: env}); fmt.Sprint(bad) != "[cluster_certificate failed]" || !said(all, "cluster_certificate", "node9.plant.example") {
		t.Errorf("%q among %+v", bad, all)
	}
	env = append(slices.Clone(in.env), "TASK_REPORTER_AUTH_KEY_DIR="+t.TempDir())
	if bad, _ := diagnosed(t, patient{env: env}); fmt.Sprint(bad) != "[signing_keys failed]" {
		t.Errorf("a node without keys: %q", bad)
	}
}

func TestDoctorJudgesNodesByWhatTheySay(t *testing.T) {
	t.Parallel()
	good := incident.Node{ID: "a", Address: "a:1", Version: version, LeaseLeft: time.Second}
	for want, change := range map[string]func(*incident.Node){
		"ended 5s ago":    func(n *incident.Node) { n.LeaseLeft = -5 * time.Second },
		"version 0.0.1":   func(n *incident.Node) { n.Version = "0.0.1" },
		"does not hear":   func(n *incident.Node) { n.Unreachable = []incident.NodeID{"b"} },
		"a:1 is draining": func(n *incident.Node) { n.Draining = true },
	} {
		n := good
		change(&n)
		list := judgeNodes([]incident.Node{good, n})
		if len(list) != 1 || list[0].State != stateWarning || !strings.Contains(list[0].Found, want) {
			t.Errorf("%s: %+v", want, list)
		}
	}
}

func said(all []diagnosis, check, text string) bool {
	return slices.ContainsFunc(all, func(d diagnosis) bool {
		return d.Check == check && strings.Contains(d.Found+"\n"+d.Advice, text)
	})
}

// TestDoctorFindsExactlyWhatIsBroken breaks one thing after the other on an
// installation of everything: its line fails, no other does, and no secret is told
// (F-OP-03, F-SE-05).
func TestDoctorFindsExactlyWhatIsBroken(t *testing.T) {
	t.Parallel()
	secrets := canaries{}
	slapd := directorytest.Start(t)
	bucket := objecttest.Server(t)
	database := storagetest.Postgres(t)
	secrets["the bind password"], secrets["the store's key"] = slapd.Config().BindPassword, bucket.SecretKey
	if _, password, ok := strings.Cut(strings.Split(database.URL, "@")[0], "://"); ok {
		_, secrets["the database password"], _ = strings.Cut(password, ":")
	}
	if secrets["the database password"] == "" {
		delete(secrets, "the database password") // a server that asks for none
	}
	in := newInstallation(t, append(withDirectory(slapd), "TASK_REPORTER_DATABASE_URL="+database.URL,
		"MINIO_ENDPOINT="+bucket.Endpoint, "MINIO_ACCESS_KEY="+bucket.AccessKey, "MINIO_SECRET_KEY="+bucket.SecretKey, "MINIO_BUCKET="+bucket.Bucket)...)
	in.start()
	for name, c := range map[string]struct {
		env    func(*testing.T) []string
		change func(*doctor)
		want   string // what is not ok
		advice string // is in that line
	}{
		"key readable by all": {
			env:  func(t *testing.T) []string { return []string{"TASK_REPORTER_AUTH_KEY_DIR=" + openKey(t, in)} },
			want: "signing_keys failed", advice: "chmod 600",
		},
		"data directory open to all": {
			env: func(t *testing.T) []string {
				return []string{"TASK_REPORTER_DATA_DIR=" + openDirectory(t), "TASK_REPORTER_AUTH_KEY_DIR=" + filepath.Join(in.dir, "data", "keys")}
			},
			want: "data_directory warning", advice: "chmod 700",
		},
		"full disk":    {change: spaceOf(room{0, 100 << 30, 900, 1000}), want: "disk_space failed", advice: "Free some"},
		"little space": {change: spaceOf(room{1 << 30, 4 << 30, 900, 1000}), want: "disk_space warning", advice: "1.0 GiB free, 25 %"},
		"few inodes":   {change: spaceOf(room{80 << 30, 100 << 30, 9, 1000}), want: "disk_space warning", advice: "inodes"},
		"nowhere for temporary files": {
			change: func(d *doctor) { d.temporary = filepath.Join(in.dir, "none") },
			want:   "temporary_files failed", advice: "TMPDIR",
		},
		"few files": {
			change: func(d *doctor) { d.files = func() (uint64, error) { return 1024, nil } },
			want:   "open_files warning", advice: "LimitNOFILE",
		},
		"expired certificate":  {env: withCertificate(-time.Minute), want: "tls_certificate failed", advice: "Replace it, the key first"},
		"certificate near end": {env: withCertificate(10 * 24 * time.Hour), want: "tls_certificate warning", advice: "rooms.plant.example"},
		"certificate without key": {
			env: func(t *testing.T) []string {
				return append(withCertificate(time.Hour)(t), "TASK_REPORTER_TLS_KEY="+filepath.Join(t.TempDir(), "none.pem"))
			},
			want: "tls_certificate failed", advice: "none.pem",
		},
		"database away": {
			env: func(t *testing.T) []string {
				return []string{"TASK_REPORTER_DATABASE_URL=postgres://rooms:" + secrets.add("a password for a database that is away") + "@" + freeAddress(t) + "/rooms"}
			},
			want: "database failed", advice: "Is it running?",
		},
		"unsafe commits": {
			env: func(*testing.T) []string {
				return []string{"TASK_REPORTER_DATABASE_URL=" + database.URL + "&synchronous_commit=off"}
			},
			want: "database_durability failed", advice: "synchronous_commit = on",
		},
		"pending migration": {
			env: func(t *testing.T) []string {
				behind := storagetest.Postgres(t)
				if _, err := storage.MigrateDown(t.Context(), behind); err != nil {
					t.Fatal(err)
				}
				return []string{"TASK_REPORTER_DATABASE_URL=" + behind.URL}
			},
			want: "database_schema failed", advice: "migrate up",
		},
		"clock slow": {change: clockOff(-5 * time.Second), want: "database_clock warning object_store warning", advice: "chrony"},
		"clock wrong": {
			change: clockOff(time.Minute), want: "database_clock failed object_store failed", advice: "behind this machine's",
		},
		"changed audit trail": {
			env:  func(t *testing.T) []string { return []string{"TASK_REPORTER_DATABASE_URL=" + forgedTrail(t)} },
			want: "audit_trail failed", advice: "audit verify",
		},
		"wrong credentials of the store": {
			env:  func(*testing.T) []string { return []string{"MINIO_SECRET_KEY=" + secrets.add("a wrong key")} },
			want: "object_store failed", advice: "MINIO_SECRET_KEY",
		},
		"another bucket": {
			env:  func(*testing.T) []string { return []string{"MINIO_BUCKET=" + bucket.Bucket + "x"} },
			want: "object_store warning", advice: "MINIO_BUCKET names another",
		},
		"store away": {
			env:  func(t *testing.T) []string { return []string{"MINIO_ENDPOINT=" + freeAddress(t)} },
			want: "object_store failed", advice: "Uploads wait",
		},
		"directory away": {
			env: func(t *testing.T) []string {
				return []string{"TASK_REPORTER_DIRECTORY_URLS=ldaps://" + freeAddress(t), "TASK_REPORTER_DIRECTORY_TIMEOUT=2s"}
			},
			want: "directory failed", advice: "Is it running?",
		},
		"wrong bind password": {
			env: func(*testing.T) []string {
				return []string{"TASK_REPORTER_DIRECTORY_BIND_PASSWORD=" + secrets.add("a wrong bind password")}
			},
			want: "directory failed", advice: "password right?",
		},
		"group that is gone": {
			env: func(*testing.T) []string {
				return []string{"TASK_REPORTER_DIRECTORY_ADMIN_GROUPS=cn=gone,ou=groups," + directorytest.Base}
			},
			want: "directory warning", advice: "does not exist",
		},
		"virus scanner away": {
			env:  func(t *testing.T) []string { return []string{"TASK_REPORTER_SCAN_ADDRESS=tcp://" + freeAddress(t)} },
			want: "virus_scanner failed", advice: "Is clamd running?",
		},
		"virus scanner for small files": {
			env: func(t *testing.T) []string {
				return []string{"TASK_REPORTER_SCAN_ADDRESS=" + scantest.New(t, "StreamMaxLength 1M").Start().Address()}
			},
			want: "virus_scanner failed", advice: "StreamMaxLength 25M",
		},
		"virus scanner": {env: func(t *testing.T) []string { return []string{"TASK_REPORTER_SCAN_ADDRESS=" + scantest.Address(t)} }},
		"plain HTTP for all": {
			env: func(t *testing.T) []string {
				_, port, _ := net.SplitHostPort(freeAddress(t))
				return []string{"TASK_REPORTER_LISTEN=:" + port}
			},
			want: "settings warning", advice: "TASK_REPORTER_TLS_CERT",
		},
		"another program's port": {
			env: func(t *testing.T) []string {
				return []string{"TASK_REPORTER_LISTEN=" + strings.TrimPrefix(bucket.Endpoint, "http://")}
			},
			want: "server failed", advice: "another port",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := patient{env: slices.Clone(in.env), change: c.change}
			if c.env != nil {
				p.env = append(p.env, c.env(t)...)
			}
			bad, all := diagnosed(t, p)
			if got := strings.Join(bad, " "); got != c.want {
				t.Errorf("%q, want %q: %+v", got, c.want, all)
			}
			if !slices.ContainsFunc(all, func(d diagnosis) bool {
				return (d.State != stateOK || c.want == "") && strings.Contains(d.Found+"\n"+d.Advice, c.advice)
			}) {
				t.Errorf("%q is nowhere: %+v", c.advice, all)
			}
			if c.change != nil {
				return
			}
			told := ""
			for _, args := range [][]string{{"doctor"}, {"doctor", "--json"}} {
				r := execute(t, processEnvironment(p.env), "", args...)
				if failed := strings.Contains(c.want, "failed"); failed != (r.code == exitFailed) || !failed && r.code != 0 {
					t.Errorf("%s: status %d, %s", args, r.code, r.err)
				}
				told += r.out + r.err
			}
			if found := secrets.in(told); len(found) > 0 {
				t.Errorf("it tells %q", found)
			}
		})
	}
	if left := objecttest.Objects(t, bucket); len(left) > 0 {
		t.Errorf("left in the bucket: %q", left)
	}
}

func spaceOf(r room) func(*doctor) {
	return func(d *doctor) { d.space = func(string) (room, error) { return r, nil } }
}

func clockOff(by time.Duration) func(*doctor) {
	return func(d *doctor) { d.now = func() time.Time { return time.Now().Add(by) } }
}

// openKey is a directory with a copy of the installation's key that everybody may read.
func openKey(t *testing.T, in *installation) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(in.dir, "data", "keys"))); err != nil {
		t.Fatal(err)
	}
	keys, _ := filepath.Glob(filepath.Join(dir, "*.pem"))
	if len(keys) != 1 {
		t.Fatalf("keys: %q", keys)
	}
	if err := os.Chmod(keys[0], 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openDirectory(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// withCertificate lets the server speak TLS, at an address where none runs.
func withCertificate(life time.Duration) func(*testing.T) []string {
	return func(t *testing.T) []string {
		t.Helper()
		base := filepath.Join(t.TempDir(), "site")
		template := &x509.Certificate{Subject: pkix.Name{CommonName: "rooms"}, DNSNames: []string{"rooms.plant.example"}}
		if _, _, err := issue(base, template, life, nil, nil); err != nil {
			t.Fatal(err)
		}
		return []string{"TASK_REPORTER_LISTEN=" + freeAddress(t), "TASK_REPORTER_TLS_CERT=" + base + ".pem", "TASK_REPORTER_TLS_KEY=" + base + "-key.pem"}
	}
}

// forgedTrail is a database with a row of the audit trail that was changed after it
// was sealed.
func forgedTrail(t *testing.T) string {
	t.Helper()
	cfg := storagetest.Postgres(t)
	db := storagetest.Open(t, cfg)
	for range 3 {
		err := db.Audit().Record(t.Context(), incident.AuditEntry{Who: incident.House, Act: "login_failed", From: "127.0.0.1", Outcome: "refused"})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, _, err := db.Audit().Seal(t.Context()); n != 3 || err != nil {
		t.Fatalf("sealed %d (%v)", n, err)
	}
	raw, err := sql.Open("postgres", cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	for _, s := range []string{"alter table audit disable trigger user", "update audit set outcome = 'ok' where audit_id = (select max(audit_id) from audit)"} {
		if _, err := raw.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return cfg.URL
}

// TestDoctorPrintsALineOfJSONForEachFinding, also before the first start, which it
// leaves to the server: nothing is made.
func TestDoctorPrintsALineOfJSONForEachFinding(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	r := execute(t, processEnvironment(in.env), "", "doctor", "--json")
	if r.code != 0 || r.err != "" {
		t.Errorf("%+v", r)
	}
	seen := map[string]state{}
	for line := range strings.Lines(r.out) {
		var d diagnosis
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		seen[d.Check] = d.State
	}
	if len(seen) < 7 || seen["database"] != stateWarning || seen["data_directory"] != stateWarning || seen["settings"] != stateOK {
		t.Errorf("%v", seen)
	}
	if left, err := os.ReadDir(in.dir); err != nil || len(left) > 0 {
		t.Errorf("it made %v (%v)", left, err)
	}
}

func TestDoctorSaysWhatToDoWithASpoiledFile(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	data := filepath.Join(in.dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "task-reporter.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	bad, all := diagnosed(t, patient{env: in.env})
	if !slices.Contains(bad, "database failed") || !said(all, "database", "not a database") || !said(all, "database", "restore the last backup") {
		t.Errorf("%q among %+v", bad, all)
	}
}

// TestDoctorLeavesACheckBehindThatHangs: the others are told all the same.
func TestDoctorLeavesACheckBehindThatHangs(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // it takes connections and never says a word
	in := newInstallation(t, "TASK_REPORTER_DATABASE_URL=postgres://rooms@"+l.Addr().String()+"/rooms?sslmode=disable&connect_timeout=600")
	bad, all := diagnosed(t, patient{env: in.env})
	if !slices.Contains(bad, "database failed") || !said(all, "settings", "valid") || !said(all, "server", "none runs here") {
		t.Errorf("%q among %+v", bad, all)
	}
}
