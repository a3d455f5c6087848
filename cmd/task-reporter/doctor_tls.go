package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// renewBefore is how long before its end a certificate should have been replaced.
const renewBefore = 30 * 24 * time.Hour

// certificate looks at the one that the server shows to browsers.
func (d *doctor) certificate(ctx context.Context, tell func(...diagnosis)) {
	files := d.cfg.TLS
	if files.Cert == "" {
		return
	}
	tell(check(ctx, "tls_certificate", checkLimit, one(func(context.Context) diagnosis {
		chain, bad := d.readPair(files.Cert, files.Key)
		if bad != nil {
			return *bad
		}
		return d.lifeOf(chain[0], "certificate for "+strings.Join(namesOf(chain[0]), ", "))
	}))...)
}

// readPair returns the certificates of a file and what is wrong with it or its key.
func (d *doctor) readPair(cert, key string) ([]*x509.Certificate, *diagnosis) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		bad := broken(fmt.Sprintf("%s and %s: %v", cert, key, err), "Put the certificate and the key that belong together there, readable by the server's account.")
		return nil, &bad
	}
	if info, err := os.Stat(key); err == nil && info.Mode().Perm()&0o007 != 0 {
		bad := broken("everybody on this machine may read "+key, "chmod 600 it, and replace key and certificate if others had access.")
		return nil, &bad
	}
	chain := make([]*x509.Certificate, len(pair.Certificate))
	for i, der := range pair.Certificate {
		if chain[i], err = x509.ParseCertificate(der); err != nil {
			bad := broken(cert+": "+err.Error(), "Put the certificate there again.")
			return nil, &bad
		}
	}
	return chain, nil
}

func namesOf(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return []string{"no name"}
	}
	return names
}

// lifeOf judges until when a certificate is good.
func (d *doctor) lifeOf(c *x509.Certificate, what string) diagnosis {
	return d.lifeUntil(c.NotBefore, c.NotAfter, what, "Replace it, the key first; the server reads both again by itself.")
}

func (d *doctor) lifeUntil(from, until time.Time, what, replace string) diagnosis {
	now, day := d.now(), until.UTC().Format(time.DateOnly)
	switch {
	case now.After(until):
		return broken(fmt.Sprintf("%s: expired on %s", what, day), replace)
	case now.Before(from):
		return broken(fmt.Sprintf("%s: good from %s on only", what, from.UTC().Format(time.RFC3339)), "Look at this machine's clock, or wait.")
	case now.Add(renewBefore).After(until):
		return warn(fmt.Sprintf("%s: ends on %s", what, day), replace)
	}
	return well("%s, until %s", what, day)
}
