package storage

import (
	"context"
	"encoding/json"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"taskreporter/ent"
	"taskreporter/ent/template"
	"taskreporter/incident"
)

// Seed puts in what every installation starts with, the shipped templates, and
// makes everything that is stored be found by its words. It may run at every start,
// on every node.
func (db *DB) Seed(ctx context.Context) error {
	if err := db.seedTemplates(ctx); err != nil {
		return fail("seed templates", err)
	}
	return fail("index for search", db.indexAll(ctx))
}

// seedTemplates stores those shipped versions that are newer than what is there. A
// template that somebody here has changed stays as they made it.
func (db *DB) seedTemplates(ctx context.Context) error {
	newest, err := db.write.Template.Query().Where(newestVersion).All(ctx)
	if err != nil {
		return err
	}
	there := make(map[incident.TemplateID]*ent.Template, len(newest))
	for _, row := range newest {
		there[incident.TemplateID(row.ID)] = row
	}
	var rows []*ent.TemplateCreate
	for i, t := range incident.ShippedTemplates {
		before := there[t.ID]
		if before != nil && (before.MadeBy != "" || before.Version >= t.Version) {
			continue
		}
		t.Retired = before != nil && before.Retired
		row, err := createTemplate(db.write, t, i, "")
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	// Another node may have stored the same meanwhile.
	return db.write.Template.CreateBulk(rows...).
		OnConflictColumns(template.FieldID, template.FieldVersion).DoNothing().Exec(ctx)
}

// Templates returns the newest version of each template, the shipped ones first,
// with retired ones if asked for.
func (l *Library) Templates(ctx context.Context, retired bool) ([]incident.Template, error) {
	const op = "list templates"
	find := l.db.read.Template.Query().Where(newestVersion)
	if !retired {
		find.Where(template.Retired(false))
	}
	rows, err := find.Order(template.ByPosition(), template.ByID()).All(ctx)
	if err != nil {
		return nil, fail(op, err)
	}
	list := make([]incident.Template, len(rows))
	for i, row := range rows {
		if list[i], err = toTemplate(row); err != nil {
			return nil, fail(op, err)
		}
	}
	return list, nil
}

// Template returns a version, the newest for zero, or incident.NotFound.
func (l *Library) Template(ctx context.Context, id incident.TemplateID, version int) (incident.Template, error) {
	const op = "read template"
	find := l.db.read.Template.Query().Where(template.ID(string(id)))
	if version == 0 {
		find.Where(newestVersion)
	} else {
		find.Where(template.Version(version))
	}
	row, err := find.Only(ctx)
	if err != nil {
		return incident.Template{}, fail(op, err)
	}
	t, err := toTemplate(row)
	return t, fail(op, err)
}

// CreateTemplate stores version 1 of a new template, with its audit row. t is
// normalized; its id and version are given here.
func (l *Library) CreateTemplate(ctx context.Context, by incident.Principal, t incident.Template) (incident.Template, error) {
	const op = "create template"
	id, err := uuid.NewV7()
	if err != nil {
		return incident.Template{}, fail(op, err)
	}
	t.ID, t.Version, t.Retired = incident.TemplateID(id.String()), 1, false
	err = l.db.inTx(ctx, op, func(tx *ent.Tx) error {
		// New ones stand behind the shipped ones, by age.
		return storeTemplate(ctx, tx, by, t, len(incident.ShippedTemplates), l.auditTemplate(tx, by, "template_created", t.ID))
	})
	return t, err
}

// UpdateTemplate stores the version after t.Version, and offers the template again
// if it was retired; incident.Conflict when t.Version is not the newest.
func (l *Library) UpdateTemplate(ctx context.Context, by incident.Principal, t incident.Template) (incident.Template, error) {
	const op = "update template"
	stale := incident.E(incident.Conflict, op, "The template has changed meanwhile. Read it again, then repeat the change.")
	err := l.db.inTx(ctx, op, func(tx *ent.Tx) error {
		newest, err := tx.Template.Query().Where(template.ID(string(t.ID)), newestVersion).Only(ctx)
		if err != nil {
			return err
		}
		if newest.Version != t.Version {
			return stale
		}
		t.Version++
		t.Retired = false
		err = storeTemplate(ctx, tx, by, t, newest.Position, l.auditTemplate(tx, by, "template_updated", t.ID))
		if isDuplicate(err) { // somebody was faster
			return stale
		}
		return err
	})
	if err != nil {
		return incident.Template{}, err
	}
	return t, nil
}

// RetireTemplate offers a template no more; again is no error.
func (l *Library) RetireTemplate(ctx context.Context, by incident.Principal, id incident.TemplateID) error {
	return l.db.inTx(ctx, "retire template", func(tx *ent.Tx) error {
		newest, err := tx.Template.Query().Where(template.ID(string(id)), newestVersion).Only(ctx)
		if err != nil || newest.Retired {
			return err
		}
		err = tx.Template.Update().Where(template.ID(string(id)), template.Version(newest.Version)).SetRetired(true).Exec(ctx)
		if err != nil {
			return err
		}
		return l.auditTemplate(tx, by, "template_retired", id).Exec(ctx)
	})
}

func (l *Library) auditTemplate(tx *ent.Tx, by incident.Principal, act string, id incident.TemplateID) *ent.AuditCreate {
	return createAudit(tx.Client(), incident.AuditEntry{
		At: l.db.now(), Who: by.Person, Act: act, Target: "template " + string(id), Outcome: "ok",
		From: by.From, Request: by.Request,
	})
}

func storeTemplate(ctx context.Context, tx *ent.Tx, by incident.Principal, t incident.Template, position int, audit *ent.AuditCreate) error {
	row, err := createTemplate(tx.Client(), t, position, by.ID)
	if err != nil {
		return err
	}
	if err := row.Exec(ctx); err != nil {
		return err
	}
	return audit.Exec(ctx)
}

func createTemplate(client *ent.Client, t incident.Template, position int, by incident.UserID) (*ent.TemplateCreate, error) {
	c := client.Template.Create().
		SetID(string(t.ID)).SetVersion(t.Version).SetPosition(position).
		SetNameZh(t.NameZh).SetNameEn(t.NameEn).SetTitleZh(t.TitleZh).SetTitleEn(t.TitleEn).
		SetIncidentType(string(t.Type)).SetSeverity(string(t.Severity)).
		SetRetired(t.Retired).SetMadeBy(string(by))
	for _, part := range []struct {
		list any
		none bool
		set  func(string) *ent.TemplateCreate
	}{
		{t.Members, len(t.Members) == 0, c.SetMembers},
		{t.Checklist, len(t.Checklist) == 0, c.SetChecklist},
		{t.Required, len(t.Required) == 0, c.SetRequired},
	} {
		if part.none {
			continue
		}
		b, err := json.Marshal(part.list)
		if err != nil {
			return nil, err
		}
		part.set(string(b))
	}
	return c, nil
}

func newestVersion(s *entsql.Selector) {
	s.Where(entsql.ExprP(`templates.version = (select max(t.version) from templates t where t.template_id = templates.template_id)`))
}

func toTemplate(row *ent.Template) (incident.Template, error) {
	t := incident.Template{
		ID: incident.TemplateID(row.ID), Version: row.Version, NameZh: row.NameZh, NameEn: row.NameEn,
		TitleZh: row.TitleZh, TitleEn: row.TitleEn,
		Type: incident.IncidentType(row.IncidentType), Severity: incident.Severity(row.Severity), Retired: row.Retired,
	}
	for name, part := range map[string]struct {
		json string
		into any
	}{
		"members": {row.Members, &t.Members}, "checklist": {row.Checklist, &t.Checklist}, "required": {row.Required, &t.Required},
	} {
		if err := json.Unmarshal([]byte(part.json), part.into); err != nil {
			return incident.Template{}, fmt.Errorf("%s of template %s: %w", name, row.ID, err)
		}
	}
	return t, nil
}
