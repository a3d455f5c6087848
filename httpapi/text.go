package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ReadFileText implements GET …/text: a page of a log, as UTF-8. Nothing of the
// file acts on who reads it: the page is JSON, and controls are replaced.
func (s *Server) ReadFileText(ctx context.Context, req ReadFileTextRequestObject) (ReadFileTextResponseObject, error) {
	f, err := s.evidenceOf(ctx, req.RoomId, req.FileId)
	if err != nil {
		return nil, err
	}
	if f.Kind != incident.Log {
		return nil, incident.E(incident.NotFound, "read text", "Only logs are read as text. Open the file itself.")
	}
	q, err := textQuery(req.Params)
	if err != nil {
		return nil, err
	}
	page, err := s.evidence.Text(ctx, f, q)
	if err != nil {
		return nil, err
	}
	return ReadFileText200JSONResponse(toFileText(page)), nil
}

func textQuery(params ReadFileTextParams) (q incident.TextQuery, err error) {
	if params.Offset != nil && params.Before != nil {
		return q, incident.E(incident.Invalid, readParameter, "Give offset or before, not both.")
	}
	q.Offset = given(params.Offset)
	if params.Before != nil {
		q.Offset, q.Backward = *params.Before, true
	}
	if q.Offset < 0 {
		return q, incident.E(incident.Invalid, readParameter, "offset and before count bytes from 0.")
	}
	if params.Encoding != nil {
		if !params.Encoding.Valid() {
			return q, incident.E(incident.Invalid, readParameter, "encoding has no value %q. It must be one of %v.", string(*params.Encoding), incident.TextEncodings)
		}
		q.Encoding = incident.TextEncoding(*params.Encoding)
	}
	q.Lines, err = within("limit", params.Limit, incident.DefaultTextLines, 1, incident.MaxTextLines)
	return q, err
}

func toFileText(p incident.TextPage) FileText {
	page := FileText{
		Encoding:       TextEncoding(p.Encoding),
		Guessed:        TextEncoding(p.Guessed),
		Encodings:      each(incident.TextEncodings, func(e incident.TextEncoding) TextEncoding { return TextEncoding(e) }),
		Size:           p.Size,
		Offset:         p.Offset,
		PreviousOffset: optional(p.Offset),
		Lines: each(p.Lines, func(l incident.TextLine) FileTextLine {
			return FileTextLine{Offset: l.Offset, Text: l.Text, Cut: optional(l.Cut)}
		}),
	}
	if p.End < p.Size {
		page.NextOffset = &p.End
	}
	return page
}
