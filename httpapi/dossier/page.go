package dossier

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
	"time"

	"taskreporter/incident"
)

//go:embed page.html
var pageHTML string

// stub names what a page's own functions are, until [Dossier.writePage] gives them.
var stub = template.FuncMap{
	"say": func() string { return "" }, "stamp": func() string { return "" }, "item": func() string { return "" }, "size": size,
}

var pageTemplate = template.Must(template.New("page").Funcs(stub).Parse(pageHTML))

// head is what stands before the conversation.
type head struct {
	Lang      string
	Room      incident.Room
	Export    string
	Zone      string
	Facts     []fact
	Times     []milestone
	Members   []incident.Member
	Checklist []incident.ChecklistItem
}

type fact struct{ Label, Text string }

type milestone struct {
	Label string
	At    stamp
}

// page is a page that is being written.
type page struct {
	*Dossier
	w    io.Writer
	html *template.Template
	copy incident.RoomCopy
	day  string // under whose heading it is
}

func (d *Dossier) writePage(w io.Writer, c incident.RoomCopy) error {
	html, err := pageTemplate.Clone()
	if err != nil {
		return err
	}
	p := &page{Dossier: d, w: w, copy: c}
	p.html = html.Funcs(template.FuncMap{
		"say": func(key any, args ...any) string { return d.say(word(key), args...) }, "stamp": d.stamp, "item": d.itemText,
	})
	return p.write()
}

// word is the key of what has a name of its own: a role, a status.
func word(key any) string {
	switch key := key.(type) {
	case incident.Role:
		return string(key)
	case incident.Status:
		return string(key)
	case incident.Severity:
		return string(key)
	case string:
		return key
	default:
		return ""
	}
}

func (p *page) write() error {
	if err := p.show("head", p.head()); err != nil {
		return err
	}
	if err := p.pins(); err != nil {
		return err
	}
	if err := p.show("conversation", nil); err != nil {
		return err
	}
	for events, err := range p.copy.Shown {
		if err != nil {
			return err
		}
		if err := p.rows(events); err != nil {
			return err
		}
	}
	return p.show("files", p.entries)
}

func (p *page) show(part string, data any) error { return p.html.ExecuteTemplate(p.w, part, data) }

func (p *page) head() head {
	c, at := p.copy, p.stamp(p.options.At)
	h := head{
		Lang: p.options.Language, Room: c.Room, Members: c.Members, Checklist: c.Checklist,
		Zone:   p.options.Zone.String() + " (UTC" + at.at.Format("-07:00") + ")",
		Export: p.say("export", p.options.By.Name, at, c.Room.Head),
		Facts:  p.facts(c.Room),
	}
	if h.Lang == Chinese {
		h.Lang = "zh-Hant-TW"
	}
	for _, m := range []struct {
		step string
		at   *time.Time
	}{
		{"declared", &c.Room.DeclaredAt},
		{"acknowledged", c.Room.AcknowledgedAt},
		{"contained", c.Room.ContainedAt},
		{"resolved", c.Room.ResolvedAt},
		{"closed", c.Room.ClosedAt},
		{"archived", c.Room.ArchivedAt},
	} {
		if m.at != nil {
			h.Times = append(h.Times, milestone{p.say(m.step), p.stamp(*m.at)})
		}
	}
	return h
}

// facts are the fields of a room; those that are empty and mean nothing so are left out.
func (p *page) facts(r incident.Room) (list []fact) {
	add := func(label, text string) {
		if text != "" {
			list = append(list, fact{p.say(label), text})
		}
	}
	add("type", p.say("type_"+string(r.Type)))
	add("copy_of", string(r.DuplicateOf)) // its number is for those who may read it
	assignee := p.say("nobody")
	if r.Assignee != nil {
		assignee = r.Assignee.Name
	}
	add("assignee", assignee)
	var place []string
	for _, part := range []string{r.Place.Site, r.Place.Line, r.Place.Station} {
		if part != "" {
			place = append(place, part)
		}
	}
	if len(place) == 0 {
		place = []string{p.say("no_place")}
	}
	add("place", strings.Join(place, " › "))
	add("equipment", r.Place.Equipment)
	add("lot", r.Lot)
	impact := p.say("runs")
	if r.LineStopped {
		impact = p.say("stopped")
	}
	if r.UnitsAtRisk > 0 {
		impact += "\n" + p.say("units", r.UnitsAtRisk)
	}
	add("impact", impact)
	add("about", r.Description)
	add("tags", strings.Join(r.Tags, p.say("sep")))
	add("result", r.Resolution)
	add("cause", r.RootCause)
	add("waiver", r.Waiver)
	add("declarer", r.CreatedBy.Name)
	if r.Hold != nil {
		add("hold", p.say("held", r.Hold.Reason, r.Hold.By.Name, p.stamp(r.Hold.At)))
	}
	return list
}

func (p *page) pins() error {
	none := true
	for messages, err := range p.copy.Pinned {
		if err != nil {
			return err
		}
		quoted, err := p.quoted(messages)
		if err != nil {
			return err
		}
		for _, m := range messages {
			none = false
			if err := p.show("pin", p.message(m, quoted)); err != nil {
				return err
			}
		}
	}
	if none {
		return p.show("nopins", nil)
	}
	return nil
}

func (p *page) rows(events []incident.Event) error {
	var messages []incident.Message
	for _, e := range events {
		if posted, ok := e.Change.(incident.MessagePosted); ok {
			messages = append(messages, posted.Message)
		}
	}
	quoted, err := p.quoted(messages)
	if err != nil {
		return err
	}
	for _, e := range events {
		r, shown := p.row(e, quoted)
		if !shown {
			continue
		}
		if day := p.Dossier.day(r.At); day != p.day {
			p.day = day
			if err := p.show("day", day); err != nil {
				return err
			}
		}
		if err := p.show("row", r); err != nil {
			return err
		}
	}
	return nil
}

// quoted returns the messages that others answer.
func (p *page) quoted(messages []incident.Message) (map[incident.MessageID]incident.Message, error) {
	var ids []incident.MessageID
	for _, m := range messages {
		if m.ReplyTo != "" {
			ids = append(ids, m.ReplyTo)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := p.copy.Messages(ids)
	found := make(map[incident.MessageID]incident.Message, len(list))
	for _, m := range list {
		found[m.ID] = m
	}
	return found, err
}

// Picture reports whether a browser shows the file.
func (e entry) Picture() bool { return e.Kind == incident.Image && e.Width > 0 && e.Height > 0 }
