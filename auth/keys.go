package auth

import (
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
	"os"
	"path/filepath"
	"runtime"
)

// Keys sign and verify access tokens. The newest signs, all verify: to change
// keys, put a new file beside the old one, restart every node, and remove the old
// one when the longest access token has expired.
type Keys struct {
	signer ed25519.PrivateKey
	kid    string
	verify map[string]ed25519.PublicKey
}

// LoadKeys reads every *.pem file of a directory: Ed25519 private keys in PKCS#8.
// The last by file name is the newest. A directory without any gets one when
// generate is set, readable by its owner only; of several nodes that find it empty
// at once one makes the key, and all use that.
func LoadKeys(dir string, generate bool) (*Keys, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.pem")) // sorted
	if err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	if len(files) == 0 {
		if !generate {
			return nil, fmt.Errorf("signing keys: no *.pem file in %s", dir)
		}
		if err := generateKey(dir); err != nil {
			return nil, fmt.Errorf("signing keys: %w", err)
		}
		files = []string{filepath.Join(dir, firstKey)}
	}
	k := &Keys{verify: make(map[string]ed25519.PublicKey, len(files))}
	for _, file := range files {
		key, err := readKey(file)
		if err != nil {
			return nil, fmt.Errorf("signing key %s: %w", file, err)
		}
		k.add(key)
	}
	return k, nil
}

// add makes key the newest.
func (k *Keys) add(key ed25519.PrivateKey) {
	public := key.Public().(ed25519.PublicKey)
	k.signer, k.kid = key, thumbprint(public)
	k.verify[k.kid] = public
}

// Derive returns a key of 32 bytes for another purpose, such as signing download
// links, the same on every node with the same newest key.
func (k *Keys) Derive(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, k.signer.Seed(), nil, "task-reporter "+purpose, 32)
}

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
