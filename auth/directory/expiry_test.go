package directory_test

import (
	"testing"
	"time"
)

// F-OP-03: when the certificates of the servers that show one end.
func TestExpiryIsThatOfTheServersCertificates(t *testing.T) {
	t.Parallel()
	s := slapd(t)
	config := s.Config()
	config.URLs = []string{s.URL(), "ldaps://" + dead(t)}
	ends := open(t, config).Expiry(t.Context())
	if end, ok := ends[s.URL()]; len(ends) != 1 || !ok || time.Until(end) <= 0 {
		t.Errorf("LDAPS: %v", ends)
	}
	config.URLs, config.StartTLS = []string{s.StartTLSURL()}, true
	if ends := open(t, config).Expiry(t.Context()); len(ends) != 1 || ends[s.StartTLSURL()].IsZero() {
		t.Errorf("StartTLS: %v", ends)
	}
	config.StartTLS, config.Plaintext = false, true
	if ends := open(t, config).Expiry(t.Context()); len(ends) != 0 {
		t.Errorf("no TLS: %v", ends)
	}
}
