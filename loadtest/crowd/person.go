package crowd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"taskreporter/httpapi/client"
	"taskreporter/incident"
	"taskreporter/loadtest/check"
)

const (
	// requestTimeout bounds one request: a node that was cut off answers nothing.
	requestTimeout = 3 * time.Second
	// patience bounds what must come off in the end: signing in, reading a log.
	patience = time.Minute
	// pause lies between two tries of such a thing.
	pause = 200 * time.Millisecond
	// logPage is how many events one request reads.
	logPage = 1000
)

// door opens a connection for each request: one that was kept open would hang
// through a partition that others are over with.
var door = &http.Client{
	Timeout: requestTimeout,
	Transport: &http.Transport{
		DialContext:       (&net.Dialer{Timeout: requestTimeout}).DialContext,
		DisableKeepAlives: true,
	},
}

// Person is somebody who is signed in.
type Person struct {
	ID    incident.UserID
	nodes []string // host:port each
	token string
}

// SignIn signs somebody in at whichever node answers.
func SignIn(ctx context.Context, nodes []string, username, password string) (*Person, error) {
	p := &Person{nodes: nodes}
	var got client.SignedIn
	err := p.insist(ctx, http.MethodPost, "/api/auth/login", client.LoginRequest{Username: username, Password: password}, &got)
	if err != nil {
		return nil, fmt.Errorf("sign %s in: %w", username, err)
	}
	p.ID, p.token = incident.UserID(got.User.UserId), got.AccessToken
	return p, nil
}

// refusal is an answer that is no success.
type refusal struct {
	status    int
	body      string
	retryable bool
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %.300s", r.status, r.body) }

// At asks one node; into may be nil.
func (p *Person) At(ctx context.Context, node, method, path string, body, into any) error {
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+node+path, payload)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Requested-With", "task-reporter")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	res, err := door.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		var problem client.Problem
		_ = json.Unmarshal(b, &problem)
		return &refusal{res.StatusCode, string(b), problem.Retryable}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(b, into)
}

// insist asks one node after the other until one answers, or refuses for good.
func (p *Person) insist(ctx context.Context, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for n := 0; ; n++ {
		err := p.At(ctx, p.nodes[n%len(p.nodes)], method, path, body, into)
		if err == nil {
			return nil
		}
		if r, ok := errors.AsType[*refusal](err); ok && !r.retryable && r.status < http.StatusInternalServerError {
			return err
		}
		if wait(ctx, pause) != nil {
			return err
		}
	}
}

// declare opens a room and lets the others in.
func (p *Person) declare(ctx context.Context, title string, others []*Person) (incident.RoomID, error) {
	var room client.Room
	kind, severity := client.IncidentTypeEquipment, client.HIGH
	made := client.NewRoom{Title: title, IncidentType: &kind, Severity: &severity}
	if err := p.insist(ctx, http.MethodPost, "/api/rooms", made, &room); err != nil {
		return "", err
	}
	for _, o := range others {
		err := p.insist(ctx, http.MethodPost, "/api/rooms/"+room.RoomId+"/members", client.NewMember{UserId: string(o.ID), Role: client.EDITOR}, nil)
		if err != nil {
			return "", err
		}
	}
	return incident.RoomID(room.RoomId), nil
}

func (p *Person) head(ctx context.Context, room incident.RoomID) (incident.Seq, error) {
	var got client.Room
	err := p.insist(ctx, http.MethodGet, "/api/rooms/"+string(room), nil, &got)
	return incident.Seq(got.HeadSeq), err
}

// log reads a room's whole log, page by page.
func (p *Person) log(ctx context.Context, room incident.RoomID) (check.Log, error) {
	var log check.Log
	after := incident.Seq(0)
	for {
		var page struct {
			Events  []frame      `json:"events"`
			HeadSeq incident.Seq `json:"head_seq"`
		}
		path := fmt.Sprintf("/api/rooms/%s/events?after_seq=%d&limit=%d", room, after, logPage)
		if err := p.insist(ctx, http.MethodGet, path, nil, &page); err != nil {
			return log, err
		}
		log.Head = page.HeadSeq
		for _, f := range page.Events {
			log.Entries = append(log.Entries, f.entry())
			after = f.Seq
		}
		if len(page.Events) < logPage {
			return log, nil
		}
	}
}

// wait returns after d, or with an error when ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
