package httpapi

import (
	"context"

	"taskreporter/incident"
)

// ListTemplates implements GET /api/templates (F-TP-01).
func (s *Server) ListTemplates(ctx context.Context, req ListTemplatesRequestObject) (ListTemplatesResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadTemplates); err != nil {
		return nil, err
	}
	templates, err := s.library.Templates(ctx, given(req.Params.Retired))
	if err != nil {
		return nil, err
	}
	names, err := s.memberNames(ctx, templates...)
	if err != nil {
		return nil, err
	}
	return ListTemplates200JSONResponse{
		Templates: each(templates, func(t incident.Template) Template { return toTemplate(t, names) }),
	}, nil
}

// GetTemplate implements GET /api/templates/{template_id}.
func (s *Server) GetTemplate(ctx context.Context, req GetTemplateRequestObject) (GetTemplateResponseObject, error) {
	if _, err := s.allow(ctx, incident.ActReadTemplates); err != nil {
		return nil, err
	}
	if err := checkID("template_id", req.TemplateId); err != nil {
		return nil, err
	}
	version, err := within("version", req.Params.Version, 0, 1, maxVersion)
	if err != nil {
		return nil, err
	}
	t, err := s.library.Template(ctx, incident.TemplateID(req.TemplateId), version)
	if err != nil {
		return nil, err
	}
	out, err := s.showTemplate(ctx, t)
	return GetTemplate200JSONResponse(out), err
}

// CreateTemplate implements POST /api/templates (F-TP-02).
func (s *Server) CreateTemplate(ctx context.Context, req CreateTemplateRequestObject) (CreateTemplateResponseObject, error) {
	p, err := s.allow(ctx, incident.ActManageTemplates)
	if err != nil {
		return nil, err
	}
	t, err := s.templateOf(ctx, *req.Body)
	if err != nil {
		return nil, err
	}
	if t, err = s.library.CreateTemplate(ctx, p, t); err != nil {
		return nil, err
	}
	out, err := s.showTemplate(ctx, t)
	return CreateTemplate201JSONResponse(out), err
}

// UpdateTemplate implements PATCH /api/templates/{template_id}.
func (s *Server) UpdateTemplate(ctx context.Context, req UpdateTemplateRequestObject) (UpdateTemplateResponseObject, error) {
	p, err := s.allow(ctx, incident.ActManageTemplates)
	if err != nil {
		return nil, err
	}
	if err := checkID("template_id", req.TemplateId); err != nil {
		return nil, err
	}
	t, err := s.templateOf(ctx, *req.Body)
	if err != nil {
		return nil, err
	}
	if t.Version < 1 {
		return nil, incident.E(incident.Invalid, "change template", "version is missing: give that of the template that was changed.")
	}
	t.ID = incident.TemplateID(req.TemplateId)
	if t, err = s.library.UpdateTemplate(ctx, p, t); err != nil {
		return nil, err
	}
	out, err := s.showTemplate(ctx, t)
	return UpdateTemplate200JSONResponse(out), err
}

// RetireTemplate implements DELETE /api/templates/{template_id}.
func (s *Server) RetireTemplate(ctx context.Context, req RetireTemplateRequestObject) (RetireTemplateResponseObject, error) {
	p, err := s.allow(ctx, incident.ActManageTemplates)
	if err != nil {
		return nil, err
	}
	if err := checkID("template_id", req.TemplateId); err != nil {
		return nil, err
	}
	if err := s.library.RetireTemplate(ctx, p, incident.TemplateID(req.TemplateId)); err != nil {
		return nil, err
	}
	return RetireTemplate204Response{}, nil
}

// maxVersion bounds the version of a template that can be asked for.
const maxVersion = 1_000_000

// templateOf reads a template whose members have accounts.
func (s *Server) templateOf(ctx context.Context, body TemplateBody) (incident.Template, error) {
	t := incident.Template{
		Version: given(body.Version),
		NameZh:  body.NameZh, NameEn: body.NameEn,
		TitleZh: body.TitleZh, TitleEn: body.TitleEn,
		Type:     incident.IncidentType(body.IncidentType),
		Severity: incident.Severity(body.Severity),
		Members: each(body.Members, func(m TemplateMember) incident.TemplateMember {
			return incident.TemplateMember{UserID: incident.UserID(m.UserId), Role: incident.Role(m.Role)}
		}),
		Checklist: each(body.Checklist, func(c ChecklistText) incident.ChecklistText { return incident.ChecklistText{Zh: c.Zh, En: c.En} }),
		Required:  each(body.Required, func(f TemplateBodyRequired) incident.RequiredField { return incident.RequiredField(f) }),
	}
	if err := t.Normalize(); err != nil {
		return t, err
	}
	names, err := s.memberNames(ctx, t)
	if err != nil {
		return t, err
	}
	for _, m := range t.Members {
		if _, known := names[m.UserID]; !known {
			return t, incident.E(incident.Invalid, "change template", "There is no account with the user_id %s.", m.UserID)
		}
	}
	return t, nil
}

func (s *Server) showTemplate(ctx context.Context, t incident.Template) (Template, error) {
	names, err := s.memberNames(ctx, t)
	return toTemplate(t, names), err
}

// memberNames finds the names of those whom templates bring into a room; who has no
// account any more has none.
func (s *Server) memberNames(ctx context.Context, templates ...incident.Template) (map[incident.UserID]string, error) {
	names := map[incident.UserID]string{}
	asked := map[incident.UserID]bool{}
	for _, t := range templates {
		for _, m := range t.Members {
			if asked[m.UserID] {
				continue
			}
			asked[m.UserID] = true
			u, err := s.library.User(ctx, m.UserID)
			if incident.KindOf(err) == incident.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			names[m.UserID] = u.Name
		}
	}
	return names, nil
}
