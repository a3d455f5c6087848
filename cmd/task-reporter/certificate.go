package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	caLife   = 10 * 365 * 24 * time.Hour
	certLife = 825 * 24 * time.Hour
	// clockSkew is how far the clocks of two nodes may be apart.
	clockSkew = time.Hour
)

// ClusterCertCmd makes the certificates by which nodes know one another, for
// plants that have no authority of their own.
type ClusterCertCmd struct {
	Dir  string   `required:"" type:"path" help:"Directory of ca.pem and ca-key.pem; made when absent. Keep ca-key.pem off the nodes."`
	Host []string `required:"" help:"Names and addresses by which other nodes reach the node; the first names its files."`
}

// Run writes HOST.pem and HOST-key.pem, and says where.
func (c *ClusterCertCmd) Run(out console) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	ca, caKey, err := authority(c.Dir)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: c.Host[0]},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	for _, host := range c.Host {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	base := filepath.Join(c.Dir, filepath.Base(c.Host[0]))
	if _, _, err := issue(base, template, certLife, ca, caKey); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out.Out, "%s.pem\n%s-key.pem\n%s\n", base, base, filepath.Join(c.Dir, "ca.pem"))
	return err
}

// authority reads the authority in dir, or makes one.
func authority(dir string) (*x509.Certificate, crypto.Signer, error) {
	base := filepath.Join(dir, "ca")
	certText, err := os.ReadFile(base + ".pem")
	if errors.Is(err, fs.ErrNotExist) {
		return issue(base, &x509.Certificate{
			Subject: pkix.Name{CommonName: "Task Reporter cluster"}, IsCA: true, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageCertSign, MaxPathLenZero: true,
		}, caLife, nil, nil)
	}
	if err != nil {
		return nil, nil, err
	}
	keyText, err := os.ReadFile(base + "-key.pem")
	if err != nil {
		return nil, nil, err
	}
	certBlock, _ := pem.Decode(certText)
	keyBlock, _ := pem.Decode(keyText)
	if certBlock == nil || keyBlock == nil {
		return nil, nil, fmt.Errorf("%s.pem or its key is not PEM", base)
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, nil, fmt.Errorf("%s-key.pem cannot sign", base)
	}
	return cert, signer, nil
}

// issue makes a key and a certificate for it, signed by parent or by itself, and
// writes both.
func issue(base string, template *x509.Certificate, life time.Duration, parent *x509.Certificate, parentKey crypto.Signer) (*x509.Certificate, crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, nil, err
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-clockSkew), time.Now().Add(life)
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	// The key first: a node that watches the files reads them when both have changed.
	if err := replaceFile(base+"-key.pem", "PRIVATE KEY", keyDER, 0o600); err != nil {
		return nil, nil, err
	}
	if err := replaceFile(base+".pem", "CERTIFICATE", der, 0o644); err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return cert, key, err
}

// replaceFile writes a PEM file that is never seen half written.
func replaceFile(path, kind string, der []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = errors.Join(pem.Encode(tmp, &pem.Block{Type: kind, Bytes: der}), tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
