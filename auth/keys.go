package auth

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// How the files of a running node are followed.
const (
	keysReadEvery = 10 * time.Second
	// keySettles is how long a key that came while this node ran only verifies: until
	// then every other node has read it too.
	keySettles = time.Minute
)

// Keys sign and verify access tokens, and are what other secrets of the installation are
// made from. The newest signs, all verify. A node follows the files while it runs: to
// change keys, put a new file beside the old one on every node within a minute, and
// remove the old one when what it signed has expired. It is safe for concurrent use.
type Keys struct {
	dir  string
	ring atomic.Pointer[ring]
	seen map[string]time.Time // by kid: since when a later read has found it; only Reload uses it
}

// ring is the keys as they were read once.
type ring struct {
	keys    []ed25519.PrivateKey // the one that signs first, then from the newest on
	kid     string               // of the first
	verify  map[string]ed25519.PublicKey
	derived sync.Map // purpose → [][]byte
}

// LoadKeys reads every *.pem file of a directory: Ed25519 private keys in PKCS#8.
// The last by file name is the newest. A directory without any gets one when
// generate is set, readable by its owner only; of several nodes that find it empty
// at once one makes the key, and all use that.
func LoadKeys(dir string, generate bool) (*Keys, error) {
	keys, err := readKeys(dir)
	if err == nil && len(keys) == 0 && generate {
		if err := generateKey(dir); err != nil {
			return nil, fmt.Errorf("signing keys: %w", err)
		}
		keys, err = readKeys(dir)
	}
	if err == nil && len(keys) == 0 {
		err = fmt.Errorf("signing keys: no *.pem file in %s", dir)
	}
	if err != nil {
		return nil, err
	}
	k := &Keys{dir: dir, seen: map[string]time.Time{}}
	k.use(keys)
	return k, nil
}

// readKeys returns the keys of a directory, the newest first.
func readKeys(dir string) ([]ed25519.PrivateKey, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.pem")) // sorted
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	keys := make([]ed25519.PrivateKey, len(files))
	for i, file := range files {
		if keys[len(files)-1-i], err = readKey(file); err != nil {
			return nil, fmt.Errorf("signing key %s: %w", file, err)
		}
	}
	return keys, nil
}

// use puts keys, of which the first signs, in place of those before.
func (k *Keys) use(keys []ed25519.PrivateKey) {
	r := &ring{keys: keys, verify: make(map[string]ed25519.PublicKey, len(keys))}
	for _, key := range keys {
		r.verify[kidOf(key)] = publicOf(key)
	}
	r.kid = kidOf(keys[0])
	k.ring.Store(r)
}

// Run follows the files until ctx ends. Files that cannot be used leave the keys as they
// are, with an error in the log.
func (k *Keys) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(keysReadEvery)
	defer tick.Stop()
	var told string
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			changed, err := k.reload(now)
			switch {
			case err == nil:
				told = ""
			case err.Error() != told:
				told = err.Error()
				log.Error("signing keys not read again; the old ones stay in use", "err", err)
			}
			if r := k.ring.Load(); changed {
				log.Info("signing keys changed", "keys", len(r.keys), "signs", r.kid)
			}
		}
	}
}

// reload reads the files again. A key that was not there before signs when it has
// settled, unless no other is left.
func (k *Keys) reload(now time.Time) (changed bool, err error) {
	keys, err := readKeys(k.dir)
	if err == nil && len(keys) == 0 {
		err = fmt.Errorf("signing keys: no *.pem file in %s", k.dir)
	}
	if err != nil {
		return false, err
	}
	was := k.ring.Load()
	seen := make(map[string]time.Time, len(keys))
	settled := func(key ed25519.PrivateKey) bool {
		since, late := seen[kidOf(key)]
		return !late || now.Sub(since) >= keySettles
	}
	for _, key := range keys {
		kid := kidOf(key)
		if since, late := k.seen[kid]; late {
			seen[kid] = since
		} else if was.verify[kid] == nil {
			seen[kid] = now
		}
	}
	k.seen = seen
	if i := slices.IndexFunc(keys, settled); i > 0 {
		signer := keys[i]
		keys = slices.Insert(slices.Delete(keys, i, i+1), 0, signer)
	}
	if slices.EqualFunc(keys, was.keys, func(a, b ed25519.PrivateKey) bool { return a.Equal(b) }) {
		return false, nil
	}
	k.use(keys)
	return true, nil
}

// Derive returns secrets of 32 bytes for another purpose, such as signing download
// links, the same on every node with the same keys: the first is for making, all are for
// checking. Ask each time: they change with the keys.
func (k *Keys) Derive(purpose string) func() [][]byte {
	return func() [][]byte {
		r := k.ring.Load()
		if list, ok := r.derived.Load(purpose); ok {
			return list.([][]byte)
		}
		list := make([][]byte, len(r.keys))
		for i, key := range r.keys {
			list[i], _ = hkdf.Key(sha256.New, key.Seed(), nil, "task-reporter "+purpose, 32) // fails for lengths only
		}
		r.derived.Store(purpose, list)
		return list
	}
}

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func kidOf(key ed25519.PrivateKey) string { return thumbprint(publicOf(key)) }

// thumbprint names a public key by its contents (RFC 7638, RFC 8037).
func thumbprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":"Ed25519","kty":"OKP","x":"%s"}`, base64.RawURLEncoding.EncodeToString(key)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func readKey(file string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		return nil, errors.New("everybody on this machine may read it; chmod 0600 it, and replace it if others had access")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("not a PKCS#8 private key in PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("not an Ed25519 key")
	}
	return key, nil
}

// firstKey is the file that is made where there is none. Later ones are named by
// their date, and sort after it.
const firstKey = "00000000T000000Z.pem"

func generateKey(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(crypto.PrivateKey(key))
	if err != nil {
		return err
	}
	// A temporary file is 0600 from its creation; the link makes it whole or absent,
	// and fails when another node was first.
	tmp, err := os.CreateTemp(dir, "key-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = errors.Join(pem.Encode(tmp, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), filepath.Join(dir, firstKey)); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
