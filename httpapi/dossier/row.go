package dossier

import (
	"strings"

	"taskreporter/incident"
)

// row is an entry of the conversation: a message, or a note of what changed.
type row struct {
	Seq    incident.Seq
	At     stamp
	Class  string
	Author string // of a message
	Label  string // what a message is, where it is more than talk
	Notes  []string
	Gone   string // what stands for a deleted message
	Quote  *quote
	File   *entry
	Text   string
	Marks  []string // small print below
}

type quote struct {
	Seq  incident.Seq
	Text string
}

// row tells an event as the web page does; it shows no row for what another one says.
func (p *page) row(e incident.Event, quoted map[incident.MessageID]incident.Message) (row, bool) {
	if c, ok := e.Change.(incident.MessagePosted); ok {
		return p.message(c.Message, quoted), true
	}
	r := row{Seq: e.Seq, At: p.stamp(e.At), Class: "note"}
	by := e.By.Name
	switch c := e.Change.(type) {
	case incident.RoomCreated:
		r.Notes = []string{p.say("created", by)}
	case incident.MemberAdded:
		if c.Member.ID != e.By.ID { // the declaration says that its author came in
			r.Notes = []string{p.say("added", by, c.Member.Name, p.say(string(c.Member.Role)))}
		}
	case incident.MemberRemoved:
		if c.Person.ID == e.By.ID {
			r.Notes = []string{p.say("left", by)}
		} else {
			r.Notes = []string{p.say("removed_by", by, c.Person.Name)}
		}
	case incident.RoleChanged:
		r.Notes = []string{p.say("role_moved", by, c.Person.Name, p.say(string(c.From)), p.say(string(c.To)))}
	case incident.FileDeleted:
		r.Notes = []string{p.say("file_gone", c.DeletedBy.Name)}
		if c.Reason != "" {
			r.Notes = append(r.Notes, p.say("because", c.Reason))
		}
	case incident.RoomUpdated:
		for _, change := range c.Changed {
			if change.Field != "status" { // its message says it
				r.Notes = append(r.Notes, p.change(by, change))
			}
		}
	}
	return r, len(r.Notes) > 0
}

// change tells what became of a field of the room.
func (p *page) change(by string, c incident.FieldChange) string {
	field, to := p.say("field_"+c.Field), c.To
	switch c.Field {
	case "line_stopped":
		if to == "true" {
			return p.say("says_stop", by)
		}
		return p.say("says_runs", by)
	case "description", "duplicate_of":
		return p.say("changed", by, field)
	case "severity":
		to = p.say(to)
	case "incident_type":
		to = p.say("type_" + to)
	}
	if to == "" {
		return p.say("cleared", by, field)
	}
	return p.say("changed_to", by, field, to)
}

// message tells a message as it reads now.
func (p *page) message(m incident.Message, quoted map[incident.MessageID]incident.Message) row {
	r := row{Seq: m.Seq, At: p.stamp(m.At), Class: string(m.Type), Author: m.Author.Name}
	if s := m.Status; s != nil {
		r.Class, r.Author = "note", ""
		r.Notes = []string{p.say("moved", m.Author.Name, p.say(string(s.From)), p.say(string(s.To)))}
		if m.Text != "" {
			r.Notes = append(r.Notes, m.Text)
		}
		return r
	}
	if m.Deleted != nil {
		r.Gone = p.say("deleted", m.Deleted.By.Name)
		if m.Deleted.By.ID == m.Author.ID {
			r.Gone = p.say("withdrawn", m.Deleted.By.Name)
		}
		return r
	}
	if m.Type == incident.Decision || m.Type == incident.StatusUpdate {
		r.Label = p.say(string(m.Type))
	}
	if to, found := quoted[m.ReplyTo]; found {
		r.Quote = &quote{to.Seq, p.say("reply", to.Author.Name, p.firstLine(to))}
	}
	r.Text = m.Text
	if m.Ref != nil {
		file := p.entry(m.Ref.FileID)
		r.File = &file
		if m.Text == file.Name {
			r.Text = "" // a reference's text is its file's name, unless somebody wrote more
		}
	}
	if m.EditedAt != nil {
		r.Marks = append(r.Marks, p.say("edited", p.stamp(*m.EditedAt)))
	}
	if m.Pinned != nil {
		r.Marks = append(r.Marks, p.say("pinned", m.Pinned.By.Name))
	}
	for _, reaction := range m.Reactions {
		names := make([]string, len(reaction.People))
		for i, person := range reaction.People {
			names[i] = person.Name
		}
		r.Marks = append(r.Marks, p.say("reacted", reaction.Emoji, strings.Join(names, p.say("sep"))))
	}
	return r
}

// firstLine is what a quote shows of a message.
func (p *page) firstLine(m incident.Message) string {
	if m.Deleted != nil {
		return p.say("reply_gone")
	}
	line := incident.FirstLine(m.Text)
	if line == "" && m.Ref != nil {
		return p.say("reply_file", m.Ref.Filename)
	}
	return line
}
