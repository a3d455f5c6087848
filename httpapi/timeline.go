package httpapi

import (
	"context"
	"math"

	"taskreporter/incident"
)

// GetTimeline implements GET …/timeline: what the room shows, as its socket frames.
func (s *Server) GetTimeline(ctx context.Context, req GetTimelineRequestObject) (GetTimelineResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	q, err := timelineQuery(req.Params)
	if err != nil {
		return nil, err
	}
	t, err := s.library.Timeline(ctx, v.room, q)
	if err != nil {
		return nil, err
	}
	page := GetTimeline200JSONResponse{HeadSeq: int64(t.Head), HasBefore: t.Before, HasAfter: t.After}
	page.Events, err = toRoomEvents(ctx, s.links, t.Events)
	return page, err
}

func timelineQuery(params GetTimelineParams) (q incident.TimelineQuery, err error) {
	given := 0
	for _, bound := range []struct {
		name string
		seq  *int64
		low  int64
		to   *incident.Seq
	}{
		{"before_seq", params.BeforeSeq, 1, &q.Before},
		{"after_seq", params.AfterSeq, 0, &q.After},
		{"around_seq", params.AroundSeq, 1, &q.Around},
	} {
		if bound.seq != nil {
			given++
		}
		seq, err := within(bound.name, bound.seq, 0, bound.low, math.MaxInt64)
		if err != nil {
			return q, err
		}
		*bound.to = incident.Seq(seq)
	}
	if given > 1 {
		return q, incident.E(incident.Invalid, readParameter, "Give before_seq, after_seq or around_seq, not two of them.")
	}
	q.Forward = params.AfterSeq != nil
	q.Limit, err = within("limit", params.Limit, 50, 1, 200)
	return q, err
}

// ListEvents implements GET …/events: the log as its socket frames (F-RT-07).
func (s *Server) ListEvents(ctx context.Context, req ListEventsRequestObject) (ListEventsResponseObject, error) {
	v, err := s.enter(ctx, req.RoomId, incident.ActRead)
	if err != nil {
		return nil, err
	}
	after, err := within("after_seq", &req.Params.AfterSeq, 0, 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	limit, err := within("limit", req.Params.Limit, 200, 1, 1000)
	if err != nil {
		return nil, err
	}
	head, err := s.library.Head(ctx, v.room)
	if err != nil {
		return nil, err
	}
	events, err := s.library.Events(ctx, v.room, incident.Seq(after), head, limit)
	if err != nil {
		return nil, err
	}
	page := ListEvents200JSONResponse{HeadSeq: int64(head)}
	page.Events, err = toRoomEvents(ctx, s.links, events)
	return page, err
}
