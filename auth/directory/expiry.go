package directory

import (
	"context"
	"time"
)

// Expiry returns when the first of the certificates that each server shows ends, by
// URL. Servers that speak no TLS or do not answer are left out: [Directory.SelfTest]
// says why.
func (d *Directory) Expiry(ctx context.Context) map[string]time.Time {
	ends := map[string]time.Time{}
	for _, s := range d.servers {
		ctx, cancel := context.WithTimeout(ctx, d.config.Timeout)
		_ = s.once(ctx, func(c *conn) error {
			state, ok := c.ldap.TLSConnectionState()
			if !ok || len(state.VerifiedChains) == 0 {
				return nil
			}
			for _, cert := range state.VerifiedChains[0] {
				if end, known := ends[s.url]; !known || cert.NotAfter.Before(end) {
					ends[s.url] = cert.NotAfter
				}
			}
			return nil
		})
		cancel()
	}
	return ends
}
