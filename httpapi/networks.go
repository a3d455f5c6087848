package httpapi

import (
	"net/netip"
	"slices"

	"taskreporter/incident"
)

// checkNetwork refuses bytes of files that come from outside of the networks which
// may upload (F-SE-04). Reading and ending uploads stays open: that brings nothing
// in.
func (s *Server) checkNetwork(r *request) error {
	if len(s.config.UploadNetworks) == 0 || !r.operation.brings() || among(s.config.UploadNetworks, r.from) {
		return nil
	}
	return incident.E(incident.Forbidden, "check network",
		"Files can be uploaded from the plant's own networks only. Chat and downloads work from here; send the file from inside the plant.")
}

// among reports whether a client's address lies in one of the networks.
func among(networks []netip.Prefix, from string) bool {
	at, err := netip.ParseAddr(from)
	if err != nil {
		return false
	}
	at = at.Unmap().WithZone("")
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(at) })
}
