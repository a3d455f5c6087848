package auth

import (
	"context"
	"crypto/rand"

	"taskreporter/incident"
)

// FirstAccount is an account of the first run. Its password is known nowhere
// else: print it once.
type FirstAccount struct {
	incident.User
	Password string
}

// FirstAccounts makes an administrator and an operator on an installation
// without accounts, and returns those that it made; later runs return none.
func (l *Local) FirstAccounts(ctx context.Context) ([]FirstAccount, error) {
	n, err := l.store.CountAccounts(ctx)
	if err != nil || n > 0 {
		return nil, err
	}
	var made []FirstAccount
	for _, a := range []struct {
		username, name string
		role           incident.SystemRole
	}{
		{"admin", "Administrator", incident.SystemAdmin},
		{"operator", "Operator", incident.SystemUser},
	} {
		password := RandomPassword()
		u, err := l.Add(ctx, a.username, a.name, a.role, password)
		if incident.KindOf(err) == incident.Conflict {
			continue // another node of the same first run made it, and prints it
		}
		if err != nil {
			return made, err
		}
		made = append(made, FirstAccount{User: u, Password: password})
	}
	return made, nil
}

// readable has no letter or digit that is taken for another one on paper.
const readable = "abcdefghjkmnpqrstuvwxyz23456789"

// RandomPassword returns 18 random letters and digits (89 bits) in three groups,
// to be read aloud and typed on a phone: "h3kwqe-…-…".
func RandomPassword() string {
	const groups, length = 3, 6
	out := make([]byte, 0, groups*(length+1))
	for i := range groups {
		if i > 0 {
			out = append(out, '-')
		}
		for range length {
			out = append(out, readable[below(len(readable))])
		}
	}
	return string(out)
}

// below returns an unbiased random number under n, n ≤ 256.
func below(n int) int {
	var b [1]byte
	for {
		rand.Read(b[:])
		if int(b[0]) < 256/n*n {
			return int(b[0]) % n
		}
	}
}
