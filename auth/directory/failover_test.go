package directory_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taskreporter/auth/directory"
	"taskreporter/auth/directory/directorytest"
	"taskreporter/incident"
)

// silent is a server that takes connections and says nothing. It counts them.
func silent(t *testing.T) (address string, taken *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken = new(atomic.Int64)
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			taken.Add(1)
			served.Go(func() {
				_, _ = io.Copy(io.Discard, conn) // until the client closes it
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		served.Wait()
	})
	return l.Addr().String(), taken
}

// dead is an address where nobody listens.
func dead(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// F-AU-01: the first server is dead, the second hangs, in its TLS or before it; the
// third answers, and it is asked first from then on.
func TestADeadAndAHangingServerDoNotKeepPeopleOut(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	for _, scheme := range []string{"ldaps://", "ldap://"} {
		c := s.Config()
		hanging, taken := silent(t)
		c.URLs = []string{scheme + dead(t), scheme + hanging, s.URL()}
		c.StartTLS = true
		c.Timeout = 4 * time.Second // also what the third has, on a busy machine
		d := open(t, c)
		if _, err := d.Login(t.Context(), "alice", directorytest.Password("alice")); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
		if taken.Load() != 1 {
			t.Errorf("%s: the hanging server was asked %d times", scheme, taken.Load())
		}
		for range 3 {
			if _, err := d.Login(t.Context(), "bob", directorytest.Password("bob")); err != nil {
				t.Errorf("%s: %v", scheme, err)
			}
		}
		_, err := d.Login(t.Context(), "bob", "wrong")
		want(t, err, incident.BadCredentials, directory.WrongPassword)
		if taken.Load() != 1 {
			t.Errorf("%s: the hanging server was asked again: %d times", scheme, taken.Load())
		}
	}
}

// F-AU-08: a directory that does not answer is no bad password, and says so.
func TestADirectoryOutOfReachIsNoBadPassword(t *testing.T) {
	t.Parallel()
	hanging, _ := silent(t)
	c := directory.Config{
		URLs: []string{"ldaps://" + dead(t), "ldaps://" + hanging}, Timeout: 50 * time.Millisecond,
		Preset: directory.OpenLDAP, Bases: []string{directorytest.Base}, BindDN: directorytest.DN("x"), BindPassword: "x",
	}
	d := open(t, c)
	for name, call := range map[string]func(context.Context) error{
		"login":     func(ctx context.Context) error { _, err := d.Login(ctx, "alice", "x"); return err },
		"find":      func(ctx context.Context) error { _, err := d.Find(ctx, "x"); return err },
		"search":    func(ctx context.Context) error { _, err := d.Search(ctx, "x", 1); return err },
		"self-test": func(ctx context.Context) error { _, err := d.SelfTest(ctx); return err },
	} {
		err := call(t.Context())
		want(t, err, incident.Unavailable, "")
		if !strings.Contains(incident.DetailOf(err), "directory cannot be reached") {
			t.Errorf("%s: a client is told %q", name, incident.DetailOf(err))
		}
	}
	// Who went away is not waited for.
	c.Timeout = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	hanging, taken := silent(t)
	c.URLs = []string{"ldap://" + hanging}
	c.StartTLS = true
	d = open(t, c)
	go func() { _, err := d.Login(ctx, "alice", "x"); ended <- err }()
	for taken.Load() == 0 {
		<-time.After(time.Millisecond)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) || incident.KindOf(err) != incident.Unavailable {
		t.Errorf("cancelled: %v", err)
	}
}

// F-AU-08: a directory that was killed and started again is used again, over the
// connections that died with it.
func TestADirectoryThatComesBackIsUsedAgain(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	d := open(t, s.Config())
	alice, err := d.Login(t.Context(), "alice", directorytest.Password("alice"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s.Kill()
		_, err = d.Login(t.Context(), "alice", directorytest.Password("alice"))
		want(t, err, incident.Unavailable, "")
		_, err = d.Find(t.Context(), alice.Key)
		want(t, err, incident.Unavailable, "")
		s.Start()
		if e, err := d.Find(t.Context(), alice.Key); err != nil || e != alice {
			t.Errorf("find: %+v (%v)", e, err)
		}
		if e, err := d.Login(t.Context(), "alice", directorytest.Password("alice")); err != nil || e != alice {
			t.Errorf("login: %+v (%v)", e, err)
		}
	}
	s.Kill()
	s.Start() // nobody asked in between: all kept connections are dead, unnoticed
	if e, err := d.Login(t.Context(), "alice", directorytest.Password("alice")); err != nil || e != alice {
		t.Errorf("after a quick restart: %+v (%v)", e, err)
	}
}

// F-AU-08: a firewall that forgot a kept connection costs nobody a login.
func TestAKeptConnectionThatBreaksWhenItIsUsedIsReplaced(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	c := s.Config()
	address, cut := forgetful(t, strings.TrimPrefix(s.URL(), "ldaps://"))
	c.URLs = []string{"ldaps://" + address}
	d := open(t, c)
	for range 3 {
		if _, err := d.Login(t.Context(), "alice", directorytest.Password("alice")); err != nil {
			t.Error(err)
		}
		cut()
	}
}

// forgetful passes connections on to a server; after cut those that are open break
// when the client says something more.
func forgetful(t *testing.T, server string) (address string, cut func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var cuts atomic.Int64
	var served sync.WaitGroup
	pass := func(from net.Conn) {
		defer func() { _ = from.Close() }()
		opened := cuts.Load()
		to, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		served.Go(func() { _, _ = io.Copy(from, to) })
		defer func() { _ = to.Close() }()
		said := make([]byte, 32<<10)
		for {
			n, err := from.Read(said)
			if err != nil || cuts.Load() != opened {
				return
			}
			_, _ = to.Write(said[:n])
		}
	}
	served.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() { pass(from) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		served.Wait()
	})
	return l.Addr().String(), func() { cuts.Add(1) }
}

// F-AU-01: passwords go to servers with a certificate of our CA for this name only.
func TestPasswordsTravelEncryptedToTheRightServerOnly(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	foreign, _ := directorytest.Certificate(t)
	for name, c := range map[string]struct {
		change func(*directory.Config)
		open   bool
	}{
		"LDAPS":             {func(*directory.Config) {}, true},
		"LDAPS, wrong CA":   {func(c *directory.Config) { c.CAFile = foreign }, false},
		"LDAPS, no CA":      {func(c *directory.Config) { c.CAFile = "" }, false},
		"StartTLS":          {func(c *directory.Config) { c.URLs = []string{s.StartTLSURL()} }, true},
		"StartTLS wrong CA": {func(c *directory.Config) { c.URLs = []string{s.StartTLSURL()}; c.CAFile = foreign }, false},
		"StartTLS, named": {func(c *directory.Config) {
			c.URLs = []string{strings.Replace(s.StartTLSURL(), "127.0.0.1", "localhost", 1)}
		}, true},
		"another name": {func(c *directory.Config) {
			c.URLs = []string{strings.Replace(s.URL(), "127.0.0.1", "127.0.0.2", 1)}
		}, false},
	} {
		config := s.Config()
		config.StartTLS = true
		c.change(&config)
		_, err := open(t, config).Login(t.Context(), "alice", directorytest.Password("alice"))
		if kind := incident.KindOf(err); c.open && err != nil || !c.open && kind != incident.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}

	c := s.Config()
	c.URLs = []string{s.StartTLSURL()}
	if _, err := directory.Open(c, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("plain text was taken without being asked for")
	}
	c.Plaintext = true
	var log bytes.Buffer
	d, err := directory.Open(c, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Login(t.Context(), "alice", directorytest.Password("alice")); err != nil {
		t.Errorf("plain text, asked for: %v", err)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "WITHOUT ENCRYPTION") {
		t.Errorf("plain text is not loud: %q", log.String())
	}
}

// F-AU-07: a service account that is refused is not tried into its lock-out, and is
// no bad password of a user.
func TestARefusedServiceAccountRests(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	c := s.Config()
	c.BindPassword = "not it"
	c.URLs = []string{s.URL(), s.StartTLSURL()}
	c.StartTLS = true
	d := open(t, c)
	for range 30 {
		_, err := d.Login(t.Context(), "alice", directorytest.Password("alice"))
		want(t, err, incident.Unavailable, "")
	}
	if _, err := open(t, s.Config()).Login(t.Context(), "alice", directorytest.Password("alice")); err != nil {
		t.Errorf("the service account is locked now: %v", err)
	}
}

// F-AU-01: a shift that begins does not flood the directory.
func TestTooManyLoginsAtOnceWaitThenAreToldToComeBack(t *testing.T) {
	t.Parallel()
	hanging, taken := silent(t)
	d := open(t, directory.Config{
		URLs: []string{"ldaps://" + hanging}, Timeout: time.Minute, MaxBinds: 2, QueueTime: time.Millisecond,
		Preset: directory.OpenLDAP, Bases: []string{directorytest.Base}, BindDN: directorytest.DN("x"), BindPassword: "x",
	})
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for range 2 {
		waiting.Go(func() {
			_, err := d.Login(ctx, "alice", "x")
			want(t, err, incident.Unavailable, "")
		})
	}
	for taken.Load() < 2 {
		<-time.After(time.Millisecond)
	}
	_, err := d.Login(t.Context(), "alice", "x")
	want(t, err, incident.Busy, "")
	var after interface{ RetryAfter() time.Duration }
	if !errors.As(err, &after) || after.RetryAfter() <= 0 {
		t.Errorf("nobody says when to come back: %v", err)
	}
	cancel()
	waiting.Wait()
	if taken.Load() != 2 {
		t.Errorf("%d connections, want 2", taken.Load())
	}
}
