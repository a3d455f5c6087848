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
	if err != nil || again.ring.Load().kid != first.ring.Load().kid || len(again.ring.Load().verify) != 1 {
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

// A key is changed while the nodes run: a new one verifies at once and signs when every
// node has had time to read it; one that is taken away verifies nothing more. What was
// derived follows.
func TestKeysAreChangedWhileTheNodeRuns(t *testing.T) { // F-AU-04
	t.Parallel()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	writeKey(t, path("20260101.pem"), newEd25519(t), 0o600)
	load := func() *Keys {
		k, err := LoadKeys(dir, false)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	node := load()
	links := node.Derive("links")
	before := links()
	sign := func(k *Keys) string {
		token, err := k.sign(incident.Session{ID: "s", User: "u"}, now, now.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	reload := func(want bool) {
		t.Helper()
		if changed, err := node.reload(now); err != nil || changed != want {
			t.Fatalf("changed %v, %v; want %v", changed, err, want)
		}
	}
	old := sign(node)
	reload(false)

	writeKey(t, path("20260601.pem"), newEd25519(t), 0o600)
	other := load() // a node that starts with the new key signs with it
	reload(true)
	if _, err := node.open(sign(other), now); err != nil {
		t.Errorf("what another node signs with the new key is refused: %v", err)
	}
	if kid := node.ring.Load().kid; kid == other.ring.Load().kid {
		t.Error("a new key signs before every node can have read it")
	}
	if got := links(); len(got) != 2 || string(got[0]) != string(before[0]) {
		t.Error("a new key makes links before every node can have read it, or checks none")
	}
	now = now.Add(keySettles - time.Second)
	reload(false)
	now = now.Add(time.Second)
	reload(true)
	if node.ring.Load().kid != other.ring.Load().kid {
		t.Error("the newest key does not sign when it has settled")
	}
	if got := links(); len(got) != 2 || string(got[1]) != string(before[0]) {
		t.Error("links of the old key are not accepted any more")
	}
	if _, err := node.open(old, now); err != nil {
		t.Errorf("the old key does not verify any more: %v", err)
	}

	writeFile(t, path("20260701.pem"), []byte("half a fi"), 0o600)
	if changed, err := node.reload(now); err == nil || changed {
		t.Errorf("a damaged file: changed %v, %v", changed, err)
	}
	if _, err := node.open(old, now); err != nil {
		t.Errorf("a damaged file took the keys away: %v", err)
	}
	for _, gone := range []string{"20260701.pem", "20260101.pem"} {
		if err := os.Remove(path(gone)); err != nil {
			t.Fatal(err)
		}
	}
	reload(true)
	if _, err := node.open(old, now); err == nil {
		t.Error("a key that was taken away still verifies")
	}
	// All keys replaced at once, as after a theft: the new one signs without delay.
	writeKey(t, path("20270101.pem"), newEd25519(t), 0o600)
	if err := os.Remove(path("20260601.pem")); err != nil {
		t.Fatal(err)
	}
	reload(true)
	if node.ring.Load().kid != load().ring.Load().kid {
		t.Error("the only key does not sign")
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
		keys := k.Derive(purpose)()
		if len(keys) != len(k.ring.Load().keys) || len(keys[0]) != 32 {
			t.Fatalf("%d keys, the first of %d bytes", len(keys), len(keys[0]))
		}
		return string(keys[0])
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
			derived[i] = string(k.Derive("test")()[0])
		})
	}
	all.Wait()
	for i, d := range derived {
		if d != derived[0] {
			t.Errorf("node %d has another key than node 0", i)
		}
	}
}
