package httpapi

import (
	"context"

	"taskreporter/incident"
)

// Search implements GET /api/search (F-RT-11, F-RM-05). What an office alone lets
// somebody search is audited, without what they searched for.
func (s *Server) Search(ctx context.Context, req SearchRequestObject) (SearchResponseObject, error) {
	p := requestOf(ctx).principal
	q, err := searchQuery(req.Params)
	if err != nil {
		return nil, err
	}
	q.Asker, q.All = p.ID, incident.Can(p, incident.NoRole, incident.ActRead)
	switch {
	case req.Params.RoomId != nil:
		v, err := s.enter(ctx, *req.Params.RoomId, incident.ActRead)
		if err != nil {
			return nil, err
		}
		q.Room = v.room
	case q.All:
		if err := s.audit.Record(ctx, s.entry(ctx, "search_by_office", "ok")); err != nil {
			return nil, err
		}
	}
	hits, next, err := s.library.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	page := Search200JSONResponse{Hits: each(hits, toHit)}
	if next != nil {
		page.NextCursor = optional(writeCursor(next.At, next.ID))
	}
	return page, nil
}

func searchQuery(params SearchParams) (q incident.SearchQuery, err error) {
	if q.Text, err = words("q", &params.Q, 200); err != nil {
		return q, err
	}
	if q.Text == "" {
		return q, incident.E(incident.Invalid, readParameter, "q is empty: say what to look for.")
	}
	if q.Kinds, err = choices[SearchKind, incident.SearchKind]("kind", params.Kind); err != nil {
		return q, err
	}
	if params.AuthorId != nil {
		if err := checkID("author_id", *params.AuthorId); err != nil {
			return q, err
		}
		q.Author = incident.UserID(*params.AuthorId)
	}
	if q.Since, q.Until, err = span(params.Since, params.Until); err != nil {
		return q, err
	}
	if params.Cursor != nil {
		at, id, err := readCursor(*params.Cursor)
		if err != nil {
			return q, err
		}
		q.Before = &incident.SearchCursor{At: at, ID: id}
	}
	q.Limit, err = within("limit", params.Limit, 20, 1, 50)
	return q, err
}
