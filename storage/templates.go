package storage

import (
	"context"

	entsql "entgo.io/ent/dialect/sql"

	"taskreporter/ent"
	"taskreporter/ent/template"
	"taskreporter/incident"
)

// Seed puts in what every installation starts with: the shipped templates. It may
// run at every start, on every node.
func (db *DB) Seed(ctx context.Context) error {
	rows := make([]*ent.TemplateCreate, len(incident.ShippedTemplates))
	for i, t := range incident.ShippedTemplates {
		rows[i] = db.write.Template.Create().
			SetID(string(t.ID)).SetVersion(t.Version).SetPosition(i).
			SetNameZh(t.NameZh).SetNameEn(t.NameEn).SetTitleZh(t.TitleZh).SetTitleEn(t.TitleEn).
			SetIncidentType(string(t.Type)).SetSeverity(string(t.Severity))
	}
	// A version that is there stays as it is: rooms were made from it.
	err := db.write.Template.CreateBulk(rows...).
		OnConflictColumns(template.FieldID, template.FieldVersion).DoNothing().Exec(ctx)
	return fail("seed templates", err)
}

// Templates returns the newest version of each template in their shipped order.
func (l *Library) Templates(ctx context.Context) ([]incident.Template, error) {
	rows, err := l.db.read.Template.Query().Where(newestVersion).
		Order(template.ByPosition(), template.ByID()).All(ctx)
	list := make([]incident.Template, len(rows))
	for i, row := range rows {
		list[i] = toTemplate(row)
	}
	return list, fail("list templates", err)
}

// Template returns the newest version of one.
func (l *Library) Template(ctx context.Context, id incident.TemplateID) (incident.Template, error) {
	row, err := l.db.read.Template.Query().Where(template.ID(string(id)), newestVersion).Only(ctx)
	if err != nil {
		return incident.Template{}, fail("read template", err)
	}
	return toTemplate(row), nil
}

func newestVersion(s *entsql.Selector) {
	s.Where(entsql.ExprP(`templates.version = (select max(t.version) from templates t where t.template_id = templates.template_id)`))
}

func toTemplate(row *ent.Template) incident.Template {
	return incident.Template{
		ID: incident.TemplateID(row.ID), Version: row.Version, NameZh: row.NameZh, NameEn: row.NameEn,
		TitleZh: row.TitleZh, TitleEn: row.TitleEn,
		Type: incident.IncidentType(row.IncidentType), Severity: incident.Severity(row.Severity),
	}
}
