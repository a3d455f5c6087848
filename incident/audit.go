package incident

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// AuditEntry is one security-relevant act, kept for ever (F-SE-05).
type AuditEntry struct {
	ID      string     // UUIDv7: sorts by time
	At      time.Time  // when it was stored, where zero
	Who     Person     // empty id for an unknown user
	Act     string     // login, login_failed, access_refused, …
	Target  string     // what it was done to: a room, a file, an account
	From    string     // client address
	Outcome string     // ok or refused
	Request string     // request id, to find the log lines
	Seal    *AuditSeal // nil until it is sealed, seconds after it was stored
}

// Did is the entry about what p has done.
func (p Principal) Did(act, target string) AuditEntry {
	return AuditEntry{Who: p.Person, Act: act, Target: target, From: p.From, Outcome: "ok", Request: p.Request}
}

// AuditHash vouches for a row of the trail and for all rows before it.
type AuditHash [sha256.Size]byte

// String writes the hash in hex.
func (h AuditHash) String() string { return hex.EncodeToString(h[:]) }

// ParseAuditHash reads what String wrote.
func ParseAuditHash(s string) (h AuditHash, err error) {
	if len(s) != hex.EncodedLen(len(h)) {
		return h, E(Invalid, "read hash", "A hash has %d hexadecimal digits.", hex.EncodedLen(len(h)))
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return h, Wrap(Invalid, "read hash", err, "A hash consists of hexadecimal digits.")
	}
	return h, nil
}

// AuditSeal is the place of a row in the chain of sealed rows, numbered from 1. The
// newest is the head; the zero value stands before the first. Who notes a seal
// elsewhere can tell later whether any row up to it was changed.
type AuditSeal struct {
	Seq  int64
	Hash AuditHash
}

// String writes SEQ:HASH.
func (s AuditSeal) String() string { return fmt.Sprintf("%d:%s", s.Seq, s.Hash) }

// ParseAuditSeal reads what String wrote.
func ParseAuditSeal(text string) (s AuditSeal, err error) {
	seq, hash, _ := strings.Cut(text, ":")
	if s.Seq, err = strconv.ParseInt(seq, 10, 64); err != nil || s.Seq < 1 {
		return s, E(Invalid, "read seal", "A seal is written SEQ:HASH, as verify prints it.")
	}
	s.Hash, err = ParseAuditHash(hash)
	return s, err
}

// Next returns the seal of the row that follows. Its hash is the SHA-256 of the hash
// before, as 32 bytes, and then of each field, in the order below and each behind its
// length in bytes as 64 bits, most significant first. The time is in UTC with six
// decimals. It is a promise: chains that are stored, and exported, depend on it.
func (s AuditSeal) Next(e AuditEntry) AuditSeal {
	b := append(make([]byte, 0, 512), s.Hash[:]...)
	for _, field := range [...]string{
		e.ID, e.At.UTC().Format("2006-01-02T15:04:05.000000Z"), string(e.Who.ID), e.Who.Name,
		e.Act, e.Target, e.From, e.Outcome, e.Request,
	} {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(field))), field...)
	}
	return AuditSeal{Seq: s.Seq + 1, Hash: sha256.Sum256(b)}
}
