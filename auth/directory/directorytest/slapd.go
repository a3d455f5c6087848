// Package directorytest runs the real slapd for tests, with a small plant in it.
package directorytest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"taskreporter/auth/directory"
)

// patience bounds the wait for a slapd to start; it is no measurement.
const patience = time.Minute

const (
	rootDN      = "cn=root," + Base
	rootSecret  = "the root of the plant's directory"
	serviceDN   = "cn=task-reporter,ou=services," + Base
	servicePass = "the service account's password"
)

// Slapd is a directory server of one test's own, which it may kill and start again.
type Slapd struct {
	t     testing.TB
	dir   string
	plain string // ldap:// with StartTLS
	tls   string // ldaps://
	cmd   *exec.Cmd
}

// Start returns a running directory with the plant of [Base] in it.
func Start(t testing.TB) *Slapd {
	t.Helper()
	s := New(t)
	s.fill()
	return s
}

// New returns a running directory that holds only its base and the service account.
func New(t testing.TB) *Slapd {
	t.Helper()
	dir := t.TempDir()
	s := &Slapd{t: t, dir: dir, plain: fmt.Sprintf("127.0.0.1:%d", freePort(t)), tls: fmt.Sprintf("127.0.0.1:%d", freePort(t))}
	writeCertificates(t, dir)
	if err := os.Mkdir(filepath.Join(dir, "db"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("slapd.conf"), []byte(s.conf()), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	s.Start()
	s.Add(Base, "objectClass: dcObject", "objectClass: organization", "dc: plant", "o: Plant")
	for _, ou := range []string{"people", "contractors", "groups", "policies", "services"} {
		s.Add("ou="+ou+","+Base, "objectClass: organizationalUnit")
	}
	s.Add(serviceDN, "objectClass: applicationProcess", "objectClass: simpleSecurityObject", "userPassword: "+servicePass)
	s.Add("cn=default,ou=policies,"+Base, "objectClass: device", "objectClass: pwdPolicy", "pwdAttribute: userPassword",
		"pwdLockout: TRUE", "pwdMaxFailure: 10", "pwdMustChange: TRUE")
	return s
}

func (s *Slapd) path(name string) string { return filepath.Join(s.dir, name) }

func (s *Slapd) conf() string {
	schemas := existing(s.t, "/etc/ldap/schema", "/etc/openldap/schema")
	modules := existing(s.t, "/usr/lib/ldap", "/usr/lib64/openldap", "/usr/lib/openldap")
	lines := []string{
		"include " + schemas + "/core.schema", "include " + schemas + "/cosine.schema",
		"include " + schemas + "/nis.schema", "include " + schemas + "/inetorgperson.schema",
		"modulepath " + modules, "moduleload back_mdb", "moduleload memberof", "moduleload ppolicy",
		"pidfile " + s.path("pid"),
		"TLSCACertificateFile " + s.CAFile(), "TLSCertificateFile " + s.path("server.pem"), "TLSCertificateKeyFile " + s.path("server.key"),
		"threads 4",
		"database mdb", "suffix " + quote(Base), "rootdn " + quote(rootDN), "rootpw " + quote(rootSecret),
		"directory " + s.path("db"), "maxsize 16777216", "dbnosync",
		"index objectClass,uid,member,uniqueMember,entryUUID eq",
		"access to attrs=userPassword by anonymous auth by * none",
		"access to * by dn.exact=" + quote(serviceDN) + " read by * none",
		"overlay memberof",
		"overlay ppolicy", "ppolicy_default " + quote("cn=default,ou=policies,"+Base), "ppolicy_use_lockout",
	}
	return strings.Join(lines, "\n") + "\n"
}

func quote(s string) string { return `"` + s + `"` }

func existing(t testing.TB, dirs ...string) string {
	t.Helper()
	for _, dir := range dirs {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	t.Fatalf("slapd is here, but none of %v", dirs)
	return ""
}

// ports counts those that this process took.
var ports atomic.Int64

// freePort returns a port below the range that the kernel hands out, so that it is
// still free when a killed server is started again. No two tests get the same.
func freePort(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := 20_000 + (os.Getpid()*101+int(ports.Add(1)))%12_000
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// Start starts it again after [Slapd.Kill] and returns when it takes connections.
func (s *Slapd) Start() {
	s.t.Helper()
	program := os.Getenv("TEST_SLAPD_PATH")
	if program == "" {
		s.t.Fatal("TEST_SLAPD_PATH is not set: run `make test`, or `scripts/services start slapd` and take `scripts/services env slapd`")
	}
	s.cmd = exec.Command(program, "-d", "0", "-f", s.path("slapd.conf"), "-h", "ldap://"+s.plain+"/ ldaps://"+s.tls+"/")
	log, err := os.OpenFile(s.path("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", s.tls); err == nil {
			_ = conn.Close()
			return
		}
	}
	said, _ := os.ReadFile(s.path("log"))
	s.t.Fatalf("slapd does not listen: %s", said)
}

// Kill ends it as a power cut does. A second call does nothing.
func (s *Slapd) Kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// CAFile has the certificate that signed the server's.
func (s *Slapd) CAFile() string { return s.path("ca.pem") }

// URL is where it listens with TLS from the first byte, also while it does not run.
func (s *Slapd) URL() string { return "ldaps://" + s.tls }

// StartTLSURL is where it listens in plain text and for StartTLS.
func (s *Slapd) StartTLSURL() string { return "ldap://" + s.plain }

// Config asks this directory, with groups that decide nothing.
func (s *Slapd) Config() directory.Config {
	return directory.Config{
		URLs:         []string{s.URL()},
		CAFile:       s.CAFile(),
		BindDN:       serviceDN,
		BindPassword: servicePass,
		Bases:        []string{Base},
		Preset:       directory.OpenLDAP,
		Timeout:      30 * time.Second, // the machine may be busy
		QueueTime:    30 * time.Second,
	}
}

// Add adds an entry; each line is "attribute: value". What only the directory itself
// may write, it may write too.
func (s *Slapd) Add(dn string, lines ...string) {
	s.t.Helper()
	relax := ldap.NewControlString("1.3.6.1.4.1.4203.666.5.12", true, "")
	request := ldap.NewAddRequest(dn, []ldap.Control{relax})
	values := map[string][]string{}
	for _, line := range lines {
		attribute, value, _ := strings.Cut(line, ": ")
		values[attribute] = append(values[attribute], value)
	}
	for attribute, v := range values {
		request.Attribute(attribute, v)
	}
	s.asRoot(func(c *ldap.Conn) error { return c.Add(request) })
}

// Set replaces the values of an attribute; without any it is removed.
func (s *Slapd) Set(dn, attribute string, values ...string) {
	s.t.Helper()
	request := ldap.NewModifyRequest(dn, nil)
	request.Replace(attribute, values)
	s.asRoot(func(c *ldap.Conn) error { return c.Modify(request) })
}

// Get returns the values of an attribute, also of one that the directory itself keeps.
func (s *Slapd) Get(dn, attribute string) (values []string) {
	s.t.Helper()
	request := ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{attribute}, nil)
	s.asRoot(func(c *ldap.Conn) error {
		res, err := c.Search(request)
		if err == nil {
			values = res.Entries[0].GetAttributeValues(attribute)
		}
		return err
	})
	return values
}

// Delete removes an entry.
func (s *Slapd) Delete(dn string) {
	s.t.Helper()
	s.asRoot(func(c *ldap.Conn) error { return c.Del(ldap.NewDelRequest(dn, nil)) })
}

func (s *Slapd) asRoot(f func(*ldap.Conn) error) {
	s.t.Helper()
	c, err := ldap.DialURL(s.StartTLSURL())
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Bind(rootDN, rootSecret); err != nil {
		s.t.Fatal(err)
	}
	if err := f(c); err != nil {
		s.t.Fatal(err)
	}
}

// Key is the entryUUID of one of the plant's people.
func (s *Slapd) Key(username string) string {
	s.t.Helper()
	var key string
	s.asRoot(func(c *ldap.Conn) error {
		found, err := c.Search(ldap.NewSearchRequest(DN(username), ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", []string{"entryUUID"}, nil))
		if err == nil {
			key = found.Entries[0].GetAttributeValue("entryUUID")
		}
		return err
	})
	return key
}
