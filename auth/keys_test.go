package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"taskreporter/incident"
)

func writeKey(t *testing.T, file string, key any, mode os.FileMode) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), mode)
}

func writeFile(t *testing.T, file string, text []byte, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, text, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
}

func newEd25519(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestFirstKeyIsMadeOnceForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := LoadKeys(dir, false); err == nil {
		t.Error("no key, none to be made, and no error")
	}
	first, err := LoadKeys(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadKeys(dir, true)
	if err != nil || again.kid != first.kid || len(again.verify) != 1 {
		t.Errorf("the second start has other keys: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the directory holds %v, %v", entries, err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestNewestKeySignsAndAllVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Now()
	sign := func() (string, *Keys) {
		k, err := LoadKeys(dir, false)
		if err != nil {
			t.Fatal(err)
		}
		token, err := k.sign(incident.Session{ID: "s", User: "u"}, now, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return token, k
	}
	writeKey(t, filepath.Join(dir, "20260101.pem"), newEd25519(t), 0o600)
	old, _ := sign()
	writeKey(t, filepath.Join(dir, "20260601.pem"), newEd25519(t), 0o640)
	fresh, both := sign()
	for _, token := range []string{old, fresh} {
		if _, err := both.open(token, now); err != nil {
			t.Error(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "20260101.pem")); err != nil {
		t.Fatal(err)
	}
	_, rest := sign()
	if _, err := rest.open(old, now); err == nil {
		t.Error("a removed key still verifies")
	}
	if _, err := rest.open(fresh, now); err != nil {
		t.Errorf("the newest key did not sign: %v", err)
	}
}

func TestKeysThatAreNoneStopTheStart(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*testing.T, string){
		"another kind": func(t *testing.T, f string) { writeKey(t, f, p256, 0o600) },
		"no PEM":       func(t *testing.T, f string) { writeFile(t, f, []byte("secret"), 0o600) },
		"empty":        func(t *testing.T, f string) { writeFile(t, f, nil, 0o600) },
		"damaged": func(t *testing.T, f string) {
			writeFile(t, f, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), 0o600)
		},
		"readable by anybody": func(t *testing.T, f string) { writeKey(t, f, newEd25519(t), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "1.pem"))
			if _, err := LoadKeys(dir, true); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestDerivedKeysDependOnKeyAndPurpose(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	derive := func(purpose string) string {
		t.Helper()
		k, err := LoadKeys(dir, true)
		if err != nil {
			t.Fatal(err)
		}
		key, err := k.Derive(purpose)
		if err != nil || len(key) != 32 {
			t.Fatalf("%d bytes, %v", len(key), err)
		}
		return string(key)
	}
	links := derive("links")
	if derive("links") != links {
		t.Error("the same key and purpose derive another key")
	}
	if derive("other") == links {
		t.Error("another purpose derives the same key")
	}
	writeKey(t, filepath.Join(dir, "99990101.pem"), newEd25519(t), 0o600)
	if derive("links") == links {
		t.Error("another newest key derives the same key")
	}
}

// The example of RFC 8037, appendix A.3.
func TestKeyIsNamedByItsThumbprint(t *testing.T) {
	t.Parallel()
	key, err := secret64.DecodeString("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if err != nil {
		t.Fatal(err)
	}
	if got := thumbprint(key); got != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" {
		t.Errorf("thumbprint %s", got)
	}
}

// Nodes of a new cluster that start at once agree on one key.
func TestNodesThatStartAtOnceShareTheirFirstKey(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	derived := make([]string, 8)
	var all sync.WaitGroup
	for i := range derived {
		all.Go(func() {
			k, err := LoadKeys(dir, true)
			if err != nil {
				t.Error(err)
				return
			}
			b, err := k.Derive("test")
			if err != nil {
				t.Error(err)
			}
			derived[i] = string(b)
		})
	}
	all.Wait()
	for i, d := range derived {
		if d != derived[0] {
			t.Errorf("node %d has another key than node 0", i)
		}
	}
}
