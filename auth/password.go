package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"

	"taskreporter/incident"
)

const (
	// maxPassword is in bytes; a longer one is refused before any work.
	maxPassword = 1024
	// hashesAtOnce keeps a rush of logins from taking every core: one hash is
	// 19 MiB and some 0.1 to 0.4 CPU seconds.
	hashesAtOnce = 2
	// hashPatience is how long a login may wait for its turn before it is Busy.
	hashPatience = 5 * time.Second
)

// cost is what one argon2id hash takes (RFC 9106).
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// defaultCost is the OWASP minimum for argon2id: 19 MiB, two passes.
var defaultCost = cost{memory: 19 * 1024, passes: 2, threads: 1}

// passwordHash is an argon2id hash; its String is the PHC form that is stored.
type passwordHash struct {
	cost
	salt, key []byte
}

var phc64 = base64.RawStdEncoding.Strict()

func (h passwordHash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.memory, h.passes, h.threads, phc64.EncodeToString(h.salt), phc64.EncodeToString(h.key))
}

// parseHash reads the PHC form as String writes it, within bounds that keep a
// damaged row from costing gigabytes.
func parseHash(s string) (passwordHash, error) {
	bad := errors.New("not an argon2id hash in PHC form")
	f := strings.Split(s, "$")
	if len(f) != 6 {
		return passwordHash{}, bad
	}
	var m, t, p uint64
	for i, field := range strings.SplitN(f[3], ",", 4) {
		name, digits, _ := strings.Cut(field, "=")
		n, err := strconv.ParseUint(digits, 10, 32)
		if err != nil {
			return passwordHash{}, bad
		}
		switch {
		case i == 0 && name == "m":
			m = n
		case i == 1 && name == "t":
			t = n
		case i == 2 && name == "p":
			p = n
		default:
			return passwordHash{}, bad
		}
	}
	if p < 1 || p > 16 || t < 1 || t > 16 || m < 8*p || m > 256*1024 {
		return passwordHash{}, bad
	}
	salt, err := phc64.DecodeString(f[4])
	if err != nil || len(salt) < 8 || len(salt) > 64 {
		return passwordHash{}, bad
	}
	key, err := phc64.DecodeString(f[5])
	if err != nil || len(key) < 16 || len(key) > 64 {
		return passwordHash{}, bad
	}
	h := passwordHash{cost{uint32(m), uint32(t), uint8(p)}, salt, key}
	if h.String() != s { // another algorithm or version, or digits in a form of their own
		return passwordHash{}, bad
	}
	return h, nil
}

// hasher bounds the work that passwords may cause.
type hasher struct {
	cost  cost
	slots *semaphore.Weighted
}

func newHasher(c cost) *hasher {
	return &hasher{cost: c, slots: semaphore.NewWeighted(hashesAtOnce)}
}

// hash returns a password's PHC string with a new salt.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	out := passwordHash{cost: h.cost, salt: make([]byte, 16), key: make([]byte, 32)}
	rand.Read(out.salt)
	key, err := h.derive(ctx, password, out)
	if err != nil {
		return "", err
	}
	out.key = key
	return out.String(), nil
}

// matches reports whether a password is the one that was hashed.
func (h *hasher) matches(ctx context.Context, password string, want passwordHash) (bool, error) {
	key, err := h.derive(ctx, password, want)
	return err == nil && subtle.ConstantTimeCompare(key, want.key) == 1, err
}

// waste takes as long as matches does for an account that exists.
func (h *hasher) waste(ctx context.Context, password string) error {
	_, err := h.derive(ctx, password, passwordHash{cost: h.cost, salt: make([]byte, 16), key: make([]byte, 32)})
	return err
}

func (h *hasher) derive(ctx context.Context, password string, like passwordHash) ([]byte, error) {
	const op = "auth.hash"
	turn, cancel := context.WithTimeout(ctx, hashPatience)
	defer cancel()
	if err := h.slots.Acquire(turn, 1); err != nil {
		if ctx.Err() != nil {
			return nil, incident.Wrap(incident.Busy, op, ctx.Err(), "The request was given up.")
		}
		return nil, retryLater(incident.Busy, op, "Many people are signing in. Try again in a moment.", hashPatience)
	}
	defer h.slots.Release(1)
	return argon2.IDKey([]byte(password), like.salt, like.passes, like.memory, like.threads, uint32(len(like.key))), nil
}
