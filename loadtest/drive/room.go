package drive

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"taskreporter/httpapi/client"
)

// titlePrefix marks the rooms that the tool has made.
const titlePrefix = "loadtest "

// declare opens a room for those of the people who have the given places among them; the
// first is always in it. It returns the room with the number of its newest event.
func (s *site) declare(ctx context.Context, title string, members []int) (id string, head int64, err error) {
	first := s.people[0].api
	kind, severity := client.IncidentTypeEquipment, client.LOW
	// A declaration whose answer is lost leaves a room behind; asking again is better
	// than ending the run.
	err = insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
		res, err := first.CreateRoomWithResponse(ctx, client.NewRoom{Title: titlePrefix + title, IncidentType: &kind, Severity: &severity})
		if err != nil {
			return nil, nil, err
		}
		if res.JSON201 != nil {
			id = res.JSON201.RoomId
		}
		return res.HTTPResponse, res.Body, nil
	})
	if err != nil {
		return "", 0, fmt.Errorf("declare a room: %w", err)
	}
	slices.Sort(members)
	for _, m := range slices.Compact(members) {
		if s.people[m].id == s.people[0].id {
			continue
		}
		err := insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
			res, err := first.AddMemberWithResponse(ctx, id, client.NewMember{UserId: s.people[m].id, Role: client.EDITOR})
			if err != nil {
				return nil, nil, err
			}
			if res.StatusCode() == http.StatusConflict { // a lost answer, or two tokens of one person
				res.HTTPResponse.StatusCode = http.StatusOK
			}
			return res.HTTPResponse, res.Body, nil
		})
		if err != nil {
			return id, 0, fmt.Errorf("add a member: %w", err)
		}
	}
	room, err := s.room(ctx, id)
	if err != nil {
		return id, 0, err
	}
	return id, room.HeadSeq, nil
}

func (s *site) room(ctx context.Context, id string) (room client.Room, err error) {
	err = insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
		res, err := s.people[0].api.GetRoomWithResponse(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		if res.JSON200 != nil {
			room = *res.JSON200
		}
		return res.HTTPResponse, res.Body, nil
	})
	if err != nil {
		return room, fmt.Errorf("read a room: %w", err)
	}
	return room, nil
}

// cancel ends a room, as somebody would who declared it by mistake.
func (s *site) cancel(ctx context.Context, id string) error {
	reason := "The load test is over."
	return insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
		room, err := s.people[0].api.GetRoomWithResponse(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		if room.JSON200 == nil || room.JSON200.Status == client.CANCELLED {
			return room.HTTPResponse, room.Body, nil
		}
		res, err := s.people[0].api.MoveRoomWithResponse(ctx, id, client.RoomMove{Status: client.CANCELLED, Reason: &reason, Version: room.JSON200.Version})
		if err != nil {
			return nil, nil, err
		}
		return res.HTTPResponse, res.Body, nil
	})
}

// ticket lets a person open a socket.
func (p *person) ticket(ctx context.Context) (ticket string, err error) {
	err = insist(ctx, func(ctx context.Context) (*http.Response, []byte, error) {
		res, err := p.api.CreateTicketWithResponse(ctx)
		if err != nil {
			return nil, nil, err
		}
		if res.JSON201 != nil {
			ticket = res.JSON201.Ticket
		}
		return res.HTTPResponse, res.Body, nil
	})
	return ticket, err
}
