package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"taskreporter/httpapi/client"
)

// newTLSInstallation is an installation that speaks TLS itself with a certificate
// for 127.0.0.1, and the files of certificate and key.
func newTLSInstallation(t testing.TB) (in *installation, cert, key string) {
	t.Helper()
	in = newInstallation(t)
	certs := filepath.Join(in.dir, "certs")
	in.run("", "admin", "cluster-cert", "--dir", certs, "--host", "127.0.0.1")
	cert, key = filepath.Join(certs, "127.0.0.1.pem"), filepath.Join(certs, "127.0.0.1-key.pem")
	in.env = append(in.env, "TASK_REPORTER_TLS_CERT="+cert, "TASK_REPORTER_TLS_KEY="+key)
	text, err := os.ReadFile(filepath.Join(certs, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	in.web = &http.Client{Transport: transport}
	return in, cert, key
}

// serial is that of the certificate that the server shows to a new connection.
func (in *installation) serial() string {
	in.t.Helper()
	conn, err := tls.Dial("tcp", in.addr, in.web.Transport.(*http.Transport).TLSClientConfig)
	if err != nil {
		in.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// F-SE-04: with a certificate the server itself speaks TLS, HTTP/2 for requests and
// HTTP/1.1 for sockets, and says so to browsers.
func TestTheServerSpeaksTLS(t *testing.T) {
	t.Parallel()
	in, _, _ := newTLSInstallation(t)
	running := in.start()
	if want := "ready on https://" + in.addr; !strings.Contains(running.said.String(), want) {
		t.Errorf("it said %q, want %q", running.said, want)
	}
	res, err := in.web.Get(in.url("/healthz"))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.ProtoMajor != 2 || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("answered by %s with %v", res.Proto, res.Header)
	}
	if conn, err := tls.Dial("tcp", in.addr, &tls.Config{
		RootCAs: in.web.Transport.(*http.Transport).TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11,
	}); err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 is spoken")
	}

	wang := in.join("wang", "王小明", "USER")
	login, err := wang.LoginWithResponse(t.Context(), client.LoginRequest{Username: "wang", Password: testPassword})
	if err != nil {
		t.Fatal(err)
	}
	if cookie := login.HTTPResponse.Header.Get("Set-Cookie"); !strings.Contains(cookie, "Secure") {
		t.Errorf("the cookie is %q", cookie)
	}
	room := wang.declare("經由 TLS").RoomId
	s := wang.connect()
	s.subscribe(room, 0)

	photo := photoOf(t, 3<<20)
	f := wang.upload(room, "照片.jpg", photo, "")
	if told := s.untilType("file_uploaded"); told.File.FileId != f.FileId {
		t.Errorf("told of %+v", told.File)
	}
	if status, _, back := in.fetch(f.DownloadUrl, nil); status != http.StatusOK || digest(back) != digest(photo) {
		t.Errorf("download: %d, %d bytes", status, len(back))
	}
	// Refused while its body is on the way; the connection serves on.
	if status, answer := wang.tryUpload(room, "tool.exe", photo); status != http.StatusBadRequest || problemOf(t, answer).Code != "file_type_refused" {
		t.Errorf("a program: %d %s", status, answer)
	}
	log := logOf(2<<20, 3)
	at := wang.begin(room, "line3.log", len(log), digest(log))
	if status, _, answer := wang.patch(at, 0, bytes.NewReader(log[:1<<20])); status != http.StatusNoContent {
		t.Fatalf("first half: %d %s", status, answer)
	}
	if n := wang.offset(at); n != 1<<20 {
		t.Fatalf("offset %d", n)
	}
	if status, _, answer := wang.patch(at, 1<<20, bytes.NewReader(log[1<<20:])); status != http.StatusNoContent {
		t.Fatalf("second half: %d %s", status, answer)
	}
}

// A certificate is replaced without a restart; a broken one is not used and said.
func TestTheServersCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	in, cert, _ := newTLSInstallation(t)
	running := in.start()
	first := in.serial()
	if err := os.WriteFile(cert, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if in.serial() != first {
		t.Error("a broken file changed the certificate")
	}
	waitFor(t, "line in the log", func() bool { return strings.Contains(running.logs.String(), "those before stay in use") })
	in.run("", "admin", "cluster-cert", "--dir", filepath.Dir(cert), "--host", "127.0.0.1")
	if in.serial() == first {
		t.Error("the new certificate is not used")
	}
}

// Without its certificate the server does not start, and says which file it wants.
func TestTheServerDoesNotStartWithoutItsCertificate(t *testing.T) {
	t.Parallel()
	in := newInstallation(t, "TASK_REPORTER_TLS_CERT=/nonexistent/site.pem", "TASK_REPORTER_TLS_KEY=/nonexistent/site-key.pem")
	cmd := exec.Command(in.program(), "serve")
	cmd.Env = in.env
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "/nonexistent/site.pem") {
		t.Errorf("%v: it wrote %q", err, out)
	}
}
