package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"taskreporter/incident"
)

const (
	tokenType   = "at+jwt" // RFC 9068
	tokenIssuer = "task-reporter"
	tokenLeeway = 30 * time.Second // clocks of two nodes may differ by this much
	maxToken    = 2048             // bytes; ours have some 400
)

type claims struct {
	jwt.RegisteredClaims
	Session incident.SessionID `json:"sid"`
}

func (k *Keys) sign(s incident.Session, now, expires time.Time) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    tokenIssuer,
			Audience:  jwt.ClaimStrings{tokenIssuer},
			Subject:   string(s.User),
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
		Session: s.ID,
	})
	r := k.ring.Load()
	t.Header = map[string]any{"alg": jwt.SigningMethodEdDSA.Alg(), "typ": tokenType, "kid": r.kid}
	return t.SignedString(r.keys[0])
}

// open returns the claims of a token that one of these keys signed and whose
// time it is.
func (k *Keys) open(token string, now time.Time) (claims, error) {
	var c claims
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") { // base64 would skip line breaks
		return c, errors.New("the token has not our form")
	}
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(tokenIssuer),
		jwt.WithAudience(tokenIssuer),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(tokenLeeway),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return now }),
	).ParseWithClaims(token, &c, k.key)
	return c, err
}

// key finds a token's key in the map, and refuses a header that asks for anything
// but this: a nested key, its address, a critical extension.
func (k *Keys) key(t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	key, known := k.ring.Load().verify[kid]
	if !known || t.Header["typ"] != tokenType || len(t.Header) != 3 {
		return nil, errors.New("the token's header is not ours")
	}
	return key, nil
}

// Verify returns whose access token or API token it is, as the account is now. A token
// that is not ours, not of this time, or of a session that has ended is Unauthenticated.
func (g *Gate) Verify(ctx context.Context, accessToken string) (incident.Principal, error) {
	const op = "auth.Verify"
	if secret, is := strings.CutPrefix(accessToken, apiTokenPrefix); is {
		return g.verifyAPIToken(ctx, secret)
	}
	c, err := g.keys.open(accessToken, g.now())
	if err != nil {
		return incident.Principal{}, signedOut(op, err)
	}
	p, err := g.Live(ctx, c.Session)
	if err == nil && string(p.ID) != c.Subject {
		return incident.Principal{}, signedOut(op, errors.New("the session is another user's"))
	}
	return p, err
}
