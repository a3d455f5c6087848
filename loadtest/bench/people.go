package main

import (
	"context"
	"fmt"
	"net/http"

	"taskreporter/httpapi/client"
)

// person is an account with an API token.
type person struct {
	id  string
	api *client.ClientWithResponses
}

// invite makes accounts by the admin shell.
func (sv *server) invite(ctx context.Context, n int) error {
	sv.people = make([]*person, n)
	return each(ctx, n, 4, func(ctx context.Context, i int) error {
		name := fmt.Sprintf("operator%d", i+1)
		if _, err := sv.command(ctx, "a password only for benches 1\n", "admin", "user", "add",
			"--username", name, "--name", fmt.Sprintf("操作員 %d", i+1), "--password-stdin"); err != nil {
			return err
		}
		token, err := sv.command(ctx, "", "admin", "token", "add", "--username", name, "--name", "bench", "--scopes", "read,write", "--days", "1")
		if err != nil {
			return err
		}
		sv.people[i], err = sv.personOf(ctx, token)
		return err
	})
}

func (sv *server) personOf(ctx context.Context, token string) (*person, error) {
	sign := func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	api, err := client.NewClientWithResponses("http://"+sv.address, client.WithHTTPClient(web), client.WithRequestEditorFn(sign))
	if err != nil {
		return nil, err
	}
	me, err := api.MeWithResponse(ctx)
	if err != nil {
		return nil, err
	}
	if me.JSON200 == nil {
		return nil, fmt.Errorf("who am I: %s", me.Status())
	}
	return &person{id: me.JSON200.UserId, api: api}, nil
}

// declare opens a room of these people, the first its owner.
func (sv *server) declare(ctx context.Context, title string, crew []*person) (string, error) {
	kind, severity := client.IncidentTypeEquipment, client.HIGH
	made, err := crew[0].api.CreateRoomWithResponse(ctx, client.NewRoom{Title: title, IncidentType: &kind, Severity: &severity})
	if err != nil {
		return "", err
	}
	if made.JSON201 == nil {
		return "", fmt.Errorf("declare: %s %s", made.Status(), made.Body)
	}
	room := made.JSON201.RoomId
	for _, p := range crew[1:] {
		res, err := crew[0].api.AddMemberWithResponse(ctx, room, client.NewMember{UserId: p.id, Role: client.EDITOR})
		if err != nil {
			return "", err
		}
		if res.StatusCode()/100 != 2 {
			return "", fmt.Errorf("bring somebody in: %s %s", res.Status(), res.Body)
		}
	}
	return room, nil
}
