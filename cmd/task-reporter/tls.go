package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"time"

	"taskreporter/actors"
	"taskreporter/httpapi"
)

// TLSConfig lets the server speak TLS itself, without a proxy in front.
type TLSConfig struct {
	Cert string `type:"path" help:"PEM file of the server's certificate and those that sign it; read again when it changes. Empty for plain HTTP."`
	Key  string `type:"path" help:"PEM file of its key."`
}

// scheme is the one of the server's own addresses.
func (c TLSConfig) scheme() string {
	if c.Cert == "" {
		return "http"
	}
	return "https"
}

// config is how the listener speaks TLS; nil for plain HTTP. It offers HTTP/2, so
// that a page's uploads and pictures do not take the few connections that a browser
// opens to one host from its other requests. Browsers open sockets by HTTP/1.1 all
// the same: RFC 8441's are not offered.
func (c TLSConfig) config(log *slog.Logger) (*tls.Config, error) {
	if c.Cert == "" {
		return nil, nil
	}
	certificate, err := actors.NewReread(log, func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		return &pair, err
	}, c.Cert, c.Key)
	if err != nil {
		return nil, fmt.Errorf("certificate of the server: %w", err)
	}
	httpapi.WatchCertificate(func() time.Time { return certificate.Now().Leaf.NotAfter })
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return certificate.Now(), nil },
	}, nil
}
