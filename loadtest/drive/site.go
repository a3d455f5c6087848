package drive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"taskreporter/httpapi/client"
)

const (
	// requestTimeout bounds a request that carries no file, fileTimeout one that does.
	requestTimeout = 15 * time.Second
	fileTimeout    = 5 * time.Minute
	// patience bounds how long the tool asks for something again that the server puts off.
	patience = 2 * time.Minute
	pause    = 250 * time.Millisecond // where the server does not say how long
)

// site is the server as its people see it.
type site struct {
	base *url.URL
	web  *http.Client
	// people act by their API tokens; the first declares the rooms.
	people []*person
	seats  int // sockets that have been planned: the people take them in turn
}

// person is whom a token stands for.
type person struct {
	id    string
	token string
	api   *client.ClientWithResponses
}

// Loopback reports whether a URL is of this machine, by its text alone: a name that only
// resolves to it does not count.
func Loopback(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	at, err := netip.ParseAddr(u.Hostname())
	return err == nil && at.Unmap().IsLoopback()
}

// target reads a URL that may be driven.
func target(text string, own bool) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, errors.New("the URL must be like http://localhost:8080")
	}
	if !own && !Loopback(u) {
		return nil, fmt.Errorf("%s is another machine. A load test can stop a plant's rooms: only with --i-own-this-target", u.Host)
	}
	return u, nil
}

// newSite finds out who the tokens' people are.
func newSite(ctx context.Context, base *url.URL, tokens []string, sockets int) (*site, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout) // nobody waits long for a wrong port
	defer cancel()
	if len(tokens) == 0 {
		return nil, errors.New("no API token was given: make some with `task-reporter admin token add --scopes read,write`")
	}
	s := &site{base: base, web: &http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: requestTimeout}).DialContext,
			MaxIdleConnsPerHost: sockets, TLSHandshakeTimeout: requestTimeout,
		},
		// A token goes to the target and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for i, token := range tokens {
		p := &person{token: token}
		var err error
		p.api, err = client.NewClientWithResponses(base.String(), client.WithHTTPClient(s.web), client.WithRequestEditorFn(p.sign))
		if err != nil {
			return nil, err
		}
		err = insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
			res, err := p.api.MeWithResponse(ctx)
			if err != nil {
				return nil, nil, err
			}
			if res.JSON200 != nil {
				p.id = res.JSON200.UserId
			}
			return res.HTTPResponse, res.Body, nil
		})
		if err != nil {
			return nil, fmt.Errorf("token %d: %w", i+1, err)
		}
		s.people = append(s.people, p)
	}
	return s, nil
}

func (p *person) sign(_ context.Context, r *http.Request) error {
	r.Header.Set("Authorization", "Bearer "+p.token)
	return nil
}

// refusal is an answer that is no success.
type refusal struct {
	status    int
	problem   client.Problem
	retryable bool
	after     time.Duration // that the server asks to wait; 0 where it does not say
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%d %s: %s", r.status, r.problem.Code, r.problem.Detail)
}

// judge turns an answer into an error unless it is a success.
func judge(res *http.Response, body []byte) error {
	if res.StatusCode/100 == 2 {
		return nil
	}
	r := &refusal{status: res.StatusCode}
	_ = json.Unmarshal(body, &r.problem) // a proxy in between may say it otherwise
	r.retryable = r.problem.Retryable || res.StatusCode == http.StatusBadGateway || res.StatusCode == http.StatusGatewayTimeout
	if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n >= 0 {
		r.after = time.Duration(n) * time.Second
	}
	return r
}

// putOff is how long to wait before the same request may succeed, and whether it may.
func putOff(err error) (time.Duration, bool) {
	if r, ok := errors.AsType[*refusal](err); ok {
		return max(r.after, pause), r.retryable
	}
	return pause, true // the line
}

// insist asks until it is answered for good. ask must be safe to repeat.
func insist(ctx context.Context, ask func(context.Context) (*http.Response, []byte, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		once, done := context.WithTimeout(ctx, requestTimeout)
		res, body, err := ask(once) //nolint:bodyclose // the generated client has read and closed it
		done()
		if err == nil {
			err = judge(res, body)
		}
		if err == nil {
			return nil
		}
		after, again := putOff(err)
		if !again || wait(ctx, after) != nil {
			return err
		}
	}
}
