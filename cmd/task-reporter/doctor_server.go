package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"

	"taskreporter/httpapi"
)

// running asks the server that listens here, if one does.
func (d *doctor) running(ctx context.Context, tell func(...diagnosis)) {
	tell(check(ctx, "server", checkLimit, one(d.lookAtServer))...)
}

func (d *doctor) lookAtServer(ctx context.Context) diagnosis {
	listen := d.cfg.Listen
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err == nil {
		_ = l.Close()
		return well("none runs here: %s is free", listen)
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return broken(err.Error(), "Give TASK_REPORTER_LISTEN an address of this machine, and a port that the account may take.")
	}
	stranger := broken("something else than this program listens on "+listen, "Stop it, or give TASK_REPORTER_LISTEN another port.")
	health, status, err := askReady(ctx, d.cfg.TLS.scheme()+"://"+reachableFrom(listen)+"/readyz")
	switch {
	case err != nil:
		stranger.Found += ", or a server that hangs or has other settings: " + err.Error()
		return stranger
	case health.Status == "" || health.Checks == nil:
		return stranger
	}
	var failing []string
	for name, said := range health.Checks {
		if said != "ok" {
			failing = append(failing, name+" "+said)
		}
	}
	slices.Sort(failing)
	switch {
	case status != http.StatusOK:
		return broken("the server on "+listen+" is not ready: "+strings.Join(failing, ", "), "Look at its log, and at the other lines here.")
	case len(failing) > 0:
		return warn("the server on "+listen+" is ready, but: "+strings.Join(failing, ", "), "Look at its log, and at the other lines here.")
	}
	return well("ready on %s", listen)
}

// reachableFrom is where this machine reaches what listens on an address.
func reachableFrom(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("localhost", port)
	}
	return listen
}

func askReady(ctx context.Context, url string) (h httpapi.Health, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return h, 0, err
	}
	// The certificate is for the name that phones use; nothing secret is said here.
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // as above
	res, err := transport.RoundTrip(req)
	if err != nil {
		return h, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return h, 0, err
	}
	if json.Unmarshal(body, &h) != nil {
		h = httpapi.Health{} // somebody else's answer
	}
	return h, res.StatusCode, nil
}
