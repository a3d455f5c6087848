package directory

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"taskreporter/incident"
)

// Entry is a person as the directory has them at this moment.
type Entry struct {
	// Key is the person for ever, whatever they are called or wherever they are
	// moved: objectGUID or entryUUID as text.
	Key      string
	Username string
	Name     string // never empty
	Mail     string // may be empty
	DN       string

	Role     incident.SystemRole
	MayLogin bool // in the login group, or there is none
	Disabled bool // by an administrator, or past the account's end
}

const (
	objectGUID        = "objectGUID"
	commonName        = "cn"
	userAccountCtl    = "userAccountControl"
	accountExpires    = "accountExpires"
	pwdLockedTime     = "pwdAccountLockedTime"
	pwdStartTime      = "pwdStartTime"
	pwdEndTime        = "pwdEndTime"
	accountDisableBit = 0x2

	generalizedTime = "20060102150405Z"
	lockedForGood   = "000001010000Z" // until an administrator unlocks it
)

// attributes are what an entry is made of.
func (s *Schema) attributes() []string {
	return []string{
		s.Key, s.Username, s.Principal, s.Name, commonName, s.Mail,
		userAccountCtl, accountExpires, pwdLockedTime, pwdStartTime, pwdEndTime,
	}
}

// entry makes a person of what the directory sent, without their groups.
func (s *Schema) entry(found *ldap.Entry) (Entry, error) {
	e := Entry{
		Key:      s.key(found),
		Username: line(found.GetEqualFoldAttributeValue(s.Username)),
		Name:     line(found.GetEqualFoldAttributeValue(s.Name)),
		Mail:     line(found.GetEqualFoldAttributeValue(s.Mail)),
		DN:       found.DN,
		Disabled: disabled(found, time.Now()),
	}
	if e.Key == "" {
		return Entry{}, fmt.Errorf("%s of an entry cannot be read: let the service account read it, or take another key", s.Key)
	}
	if e.Username == "" {
		return Entry{}, fmt.Errorf("%s of an entry cannot be read", s.Username)
	}
	if e.Name == "" {
		e.Name = line(found.GetEqualFoldAttributeValue(commonName))
	}
	if e.Name == "" {
		e.Name = e.Username
	}
	return e, nil
}

func (s *Schema) key(found *ldap.Entry) string {
	raw := found.GetEqualFoldRawAttributeValue(s.Key)
	if !strings.EqualFold(s.Key, objectGUID) {
		return strings.ToLower(string(raw))
	}
	id, err := uuid.FromBytes(swapGUID(raw))
	if err != nil {
		return ""
	}
	return id.String()
}

var errNoKey = errors.New("this is no key of the directory")

// byKey matches the one person with a key.
func (s *Schema) byKey(key string) (filter, error) {
	if !strings.EqualFold(s.Key, objectGUID) {
		if key == "" {
			return "", errNoKey
		}
		return equals(s.Key, key), nil
	}
	id, err := uuid.Parse(key)
	if err != nil {
		return "", errNoKey
	}
	return equalsBytes(s.Key, swapGUID(id[:])), nil
}

// swapGUID turns Microsoft's order of bytes into that of the text form, and back:
// the first three groups are little-endian.
func swapGUID(b []byte) []byte {
	if len(b) != 16 {
		return nil
	}
	b = slices.Clone(b)
	slices.Reverse(b[0:4])
	slices.Reverse(b[4:6])
	slices.Reverse(b[6:8])
	return b
}

// disabled tells an account that was ended from one that is only locked for a
// while: somebody's wrong guesses must not end another's sessions.
func disabled(found *ldap.Entry, now time.Time) bool {
	value := found.GetEqualFoldAttributeValue
	if flags, err := strconv.ParseInt(value(userAccountCtl), 10, 64); err == nil && flags&accountDisableBit != 0 {
		return true
	}
	if end, ok := fileTime(value(accountExpires)); ok && !now.Before(end) {
		return true
	}
	if value(pwdLockedTime) == lockedForGood {
		return true
	}
	if start, err := time.Parse(generalizedTime, value(pwdStartTime)); err == nil && now.Before(start) {
		return true
	}
	end, err := time.Parse(generalizedTime, value(pwdEndTime))
	return err == nil && !now.Before(end)
}

// fileTime reads Microsoft's 100-nanosecond steps since 1601; 0 and the largest
// number mean never.
func fileTime(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n == 1<<63-1 {
		return time.Time{}, false
	}
	const stepsPerSecond = 10_000_000
	epoch := time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	return time.Unix(epoch+n/stepsPerSecond, n%stepsPerSecond*100), true
}

// line makes one line of text out of a value.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(norm.NFC.String(s))
}
