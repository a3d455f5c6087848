package storagetest

import (
	"sync"
	"sync/atomic"
	"testing"

	"taskreporter/incident"
	"taskreporter/storage"
)

func testTemplates(t *testing.T, fresh Fresh) {
	promise(t, "TheShippedTemplatesAreThereOnce", fresh, func(t *testing.T, cfg storage.Config) { // F-TP-02
		db := Open(t, cfg)
		seed(t, db)
		seed(t, db)
		list, err := db.Library().Templates(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "templates", list, incident.ShippedTemplates)
		_, err = db.Library().Template(t.Context(), "unknown", 0)
		wantKind(t, err, incident.NotFound)
		_, err = db.Library().Template(t.Context(), list[0].ID, 99)
		wantKind(t, err, incident.NotFound)
	})

	promise(t, "ANewerShippedVersionOvertakesNoAdministrators", fresh, func(t *testing.T, cfg storage.Config) { // F-TP-02
		db := Open(t, cfg)
		// As an older program left it.
		exec(t, raw(t, cfg), `insert into templates (template_id, version, position, name_zh, name_en, title_zh, title_en, incident_type, severity)
			values ('`+string(incident.ShippedTemplates[0].ID)+`', 1, 0, '舊', 'old', '舊', 'old', 'other', 'LOW')`)
		exec(t, raw(t, cfg), `insert into templates (template_id, version, position, name_zh, name_en, title_zh, title_en, incident_type, severity, made_by)
			values ('`+string(incident.ShippedTemplates[1].ID)+`', 1, 1, '舊', 'ours', '舊', 'old', 'other', 'LOW', 'somebody')`)
		seed(t, db)
		list, err := db.Library().Templates(t.Context(), true)
		if err != nil || len(list) != len(incident.ShippedTemplates) {
			t.Fatalf("%d templates (%v)", len(list), err)
		}
		same(t, "shipped anew", list[0], incident.ShippedTemplates[0])
		if list[1].NameEn != "ours" || list[1].Version != 1 {
			t.Errorf("the administrator's: %+v", list[1])
		}
		old, err := db.Library().Template(t.Context(), list[0].ID, 1)
		if err != nil || old.NameEn != "old" {
			t.Errorf("the old version: %+v, %v", old, err)
		}
	})

	promise(t, "AdministratorsMakeChangeAndRetireTemplates", fresh, func(t *testing.T, cfg storage.Config) { // F-TP-02, F-SE-05
		db := Open(t, cfg)
		lib := db.Library()
		seed(t, db)
		admin := person("管理員")
		admin.From, admin.Request = "10.0.0.7", "req-1"
		draft := incident.Template{
			NameZh: "換線", NameEn: "Changeover", TitleZh: "{line} 換線", TitleEn: "{line} changeover", Type: incident.Process, Severity: incident.Low,
			Members:   []incident.TemplateMember{{UserID: person("李四").ID, Role: incident.Editor}},
			Checklist: []incident.ChecklistText{{Zh: "清線", En: "Clear the line"}}, Required: []incident.RequiredField{"line"},
		}
		made, err := lib.CreateTemplate(t.Context(), admin, draft)
		if err != nil {
			t.Fatal(err)
		}
		if !incident.ValidUUID(string(made.ID)) || made.Version != 1 {
			t.Errorf("made %s, version %d", made.ID, made.Version)
		}
		first := draft
		first.ID, first.Version = made.ID, 1
		changed := first
		changed.NameEn, changed.Checklist, changed.Members, changed.Required = "Change over", nil, nil, nil
		if changed, err = lib.UpdateTemplate(t.Context(), admin, changed); err != nil || changed.Version != 2 {
			t.Fatalf("version %d (%v), want 2", changed.Version, err)
		}
		_, err = lib.UpdateTemplate(t.Context(), admin, first) // it saw version 1
		wantKind(t, err, incident.Conflict)
		read := func(version int, want incident.Template) {
			t.Helper()
			got, err := lib.Template(t.Context(), made.ID, version)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "template", got, want)
		}
		read(1, first)
		read(2, changed)
		read(0, changed)
		for range 2 {
			if err := lib.RetireTemplate(t.Context(), admin, made.ID); err != nil {
				t.Fatal(err)
			}
		}
		offered := func(retired bool, want int) {
			t.Helper()
			if list, err := lib.Templates(t.Context(), retired); err != nil || len(list) != want {
				t.Errorf("%d templates (%v), want %d", len(list), err, want)
			}
		}
		offered(false, 7)
		offered(true, 8)
		changed.Retired = true
		read(0, changed)
		if changed, err = lib.UpdateTemplate(t.Context(), admin, changed); err != nil || changed.Version != 3 || changed.Retired {
			t.Errorf("a change offers it again: %+v, %v", changed, err)
		}
		offered(false, 8)
		unknown := draft
		unknown.ID = "unknown"
		_, err = lib.UpdateTemplate(t.Context(), admin, unknown)
		wantKind(t, err, incident.NotFound)
		wantKind(t, lib.RetireTemplate(t.Context(), admin, "unknown"), incident.NotFound)

		entries, err := db.Audit().Entries(t.Context(), incident.AuditQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var acts []string
		for _, e := range entries {
			acts = append(acts, e.Act)
			if e.Who != admin.Person || e.From != admin.From || e.Request != admin.Request || e.Target != "template "+string(made.ID) {
				t.Errorf("audit entry %+v", e)
			}
		}
		same(t, "acts", acts, []string{"template_updated", "template_retired", "template_updated", "template_created"})
	})

	promise(t, "OfTwoChangesAtOnceOneIsStale", fresh, func(t *testing.T, cfg storage.Config) { // F-TP-02
		db := Open(t, cfg)
		seed(t, db)
		var (
			wg         sync.WaitGroup
			good, late atomic.Int32
		)
		for range 8 {
			wg.Go(func() {
				_, err := db.Library().UpdateTemplate(t.Context(), person("管理員"), incident.ShippedTemplates[0])
				switch incident.KindOf(err) {
				case "":
					good.Add(1)
				case incident.Conflict:
					late.Add(1)
				default:
					t.Errorf("update: %v", err)
				}
			})
		}
		wg.Wait()
		if good.Load() != 1 || late.Load() != 7 {
			t.Errorf("%d changes and %d conflicts, want 1 and 7", good.Load(), late.Load())
		}
	})

	promise(t, "ATemplateBringsItsMembers", fresh, func(t *testing.T, cfg storage.Config) { // F-TP-01, F-TP-02
		db := Open(t, cfg)
		account := func(name string, disabled bool) incident.User {
			u := incident.User{Person: person(name).Person, Username: name, System: incident.SystemUser, Disabled: disabled}
			if err := db.Accounts().CreateAccount(t.Context(), incident.Account{User: u}); err != nil {
				t.Fatal(err)
			}
			return u
		}
		owner, li, zhang, gone := account("owner", false), account("李四", false), account("張三", false), account("gone", true)
		n := newRoom("停機")
		n.Template = &incident.Template{ID: "t", Version: 3, Members: []incident.TemplateMember{
			{UserID: zhang.ID, Role: incident.Owner},
			{UserID: gone.ID, Role: incident.Editor},
			{UserID: owner.ID, Role: incident.Viewer},
			{UserID: incident.UserID(newID()), Role: incident.Editor},
			{UserID: li.ID, Role: incident.Viewer},
		}}
		by := incident.Principal{Person: owner.Person}
		room, err := db.Library().CreateRoom(t.Context(), by, n)
		if err != nil {
			t.Fatal(err)
		}
		if room.MemberCount != 3 || room.Head != 4 || room.TemplateVer != 3 {
			t.Errorf("room: %+v", room)
		}
		as := func(p incident.Person, role incident.Role) incident.Member {
			return incident.Member{Person: p, Role: role, AddedBy: owner.ID, AddedAt: room.DeclaredAt}
		}
		want := []incident.Member{as(owner.Person, incident.Owner), as(zhang.Person, incident.Owner), as(li.Person, incident.Viewer)}
		for i, e := range logOf(t, db, room.ID)[1:] {
			same(t, "event", e, incident.Event{
				RoomID: room.ID, Seq: incident.Seq(i + 2), At: room.DeclaredAt, By: owner.Person, Change: incident.MemberAdded{Member: want[i]},
			})
		}
		members, err := db.Library().Members(t.Context(), room.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "members", members, want)
	})
}

func seed(t testing.TB, db *storage.DB) {
	t.Helper()
	if err := db.Seed(t.Context()); err != nil {
		t.Fatalf("seed: %v", err)
	}
}
