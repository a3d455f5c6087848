package httpapi

import (
	"context"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"taskreporter/incident"
)

// ListUsers implements GET /api/users: people to bring into a room (F-MB-01). The
// directory and the accounts are asked at the same time.
func (s *Server) ListUsers(ctx context.Context, req ListUsersRequestObject) (ListUsersResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActFindPeople); err != nil {
		return nil, err
	}
	q, err := words("q", req.Params.Q, 100)
	if err != nil {
		return nil, err
	}
	limit, err := within("limit", req.Params.Limit, 20, 1, 50)
	if err != nil {
		return nil, err
	}
	var (
		directory sync.WaitGroup
		known     []incident.User
		strangers []incident.DirectoryPerson
		away      error
		state     = DirectoryNotAsked
	)
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	if q != "" && (req.Params.Directory == nil || *req.Params.Directory) {
		state = DirectoryAsked
		directory.Go(func() { known, strangers, away = s.people.Search(asking, q, limit) })
	}
	users, err := s.library.Users(ctx, q, limit)
	if err != nil {
		cancel()
	}
	directory.Wait()
	if err != nil {
		return nil, err
	}
	switch incident.KindOf(away) {
	case "":
	case incident.NotFound:
		state = DirectoryNotAsked
	case incident.Busy, incident.Unavailable:
		state = DirectoryUnavailable
	default:
		return nil, away
	}
	return ListUsers200JSONResponse{Users: found(users, known, strangers, limit), Directory: state}, nil
}

// found lists accounts before those who have none, and nobody twice: an account that
// the directory found by a mail address may be among those found by name.
func found(users, known []incident.User, strangers []incident.DirectoryPerson, limit int) []FoundPerson {
	list := []FoundPerson{}
	listed := map[incident.UserID]bool{}
	for _, u := range append(users, known...) {
		if !listed[u.ID] {
			listed[u.ID] = true
			list = append(list, FoundPerson{UserId: string(u.ID), Name: u.Name, Username: u.Username, SystemRole: FoundPersonSystemRole(u.System)})
		}
	}
	for _, p := range strangers {
		list = append(list, FoundPerson{DirectoryKey: p.Key, Name: p.Name, Username: p.Username})
	}
	return list[:min(len(list), limit)]
}

// whom returns who is to become a member; somebody of the directory gets an account.
func (s *Server) whom(ctx context.Context, m NewMember) (incident.UserID, error) {
	if m.DirectoryKey == "" {
		return incident.UserID(m.UserId), checkID("user_id", m.UserId)
	}
	if m.UserId != "" {
		return "", incident.E(incident.Invalid, readParameter, "Say who by either user_id or directory_key.")
	}
	const maxKey = 255
	if utf8.RuneCountInString(m.DirectoryKey) > maxKey || strings.ContainsFunc(m.DirectoryKey, unicode.IsControl) {
		return "", incident.E(incident.Invalid, readParameter, "directory_key must be one that GET /api/users gave.")
	}
	u, made, err := s.people.Invite(ctx, m.DirectoryKey)
	if err != nil || !made {
		return u.ID, err
	}
	row := s.entry(ctx, "user_added", "ok")
	row.Target = "user " + string(u.ID) + " of the directory"
	return u.ID, s.audit.Record(ctx, row)
}
