package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"

	"taskreporter/incident"
)

// secret is a random refresh token or ticket of 256 bits; the store sees its digest.
type secret [32]byte

func newSecret() secret {
	var s secret
	rand.Read(s[:])
	return s
}

var secret64 = base64.RawURLEncoding.Strict()

func (s secret) String() string { return secret64.EncodeToString(s[:]) }

func (s secret) digest() incident.Digest { return sha256.Sum256(s[:]) }

func parseSecret(text string) (s secret, ok bool) {
	if len(text) != secret64.EncodedLen(len(s)) {
		return s, false
	}
	n, err := secret64.Decode(s[:], []byte(text))
	return s, err == nil && n == len(s)
}
