package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"strings"

	"taskreporter/auth"
	"taskreporter/incident"
)

// The demo plant: people, incidents and what was said about them.
var (
	demoPeople = []struct {
		username, name string
		role           incident.SystemRole
	}{
		{"wang", "王小明", incident.SystemUser},
		{"lee", "李工", incident.SystemUser},
		{"chen", "陳課長", incident.SystemUser},
		{"lin", "林品保", incident.SystemUser},
	}
	demoRooms = []struct {
		template int // of incident.ShippedTemplates
		room     incident.NewRoom
		members  map[string]incident.Role
		by       string
		said     []demoLine
	}{
		{
			template: 0,
			room: incident.NewRoom{
				Title: "沖壓機漏油", Severity: incident.Critical, LineStopped: true, UnitsAtRisk: 240, Lot: "WO-2211-07",
				Place:       incident.Place{Site: "一廠", Line: "三線", Station: "站 07", Equipment: "沖壓機 P-301"},
				Description: "主軸下方持續滴油，已按急停。", Tags: []string{"停線", "液壓"},
			},
			by: "wang", members: map[string]incident.Role{"lee": incident.Editor, "chen": incident.Owner, "lin": incident.Viewer},
			said: []demoLine{
				{"wang", "三線停機，主軸有油，地面已鋪吸油棉。"},
				{"wang", "photo:主軸下方.jpg:從維修門拍的"},
				{"lee", "status:ACKNOWLEDGED"},
				{"lee", "收到，五分鐘到。先關總閥，不要再點動。"},
				{"wang", "react:👍"},
				{"wang", "tick:1"},
				{"wang", "tick:2"},
				{"chen", "線上還有多少在製品?"},
				{"wang", "站 06 有 24 片，已隔離。"},
				{"lee", "log:P-301_pressure.log:壓力記錄，13:52 開始掉"},
				{"lee", "status:IN_PROGRESS"},
				{"lee", "軸封破了，備品在二號倉，約 40 分鐘可以換好。"},
				{"lin", "react:👀"},
				{"chen", "decision:先換軸封，三線今晚的單改到四線做。"},
				{"wang", "react:✅"},
			},
		},
		{
			template: 1,
			room: incident.NewRoom{
				Title: "外殼刮傷比例升高", Severity: incident.Medium, UnitsAtRisk: 1200, Lot: "LOT-8841",
				Place: incident.Place{Site: "一廠", Line: "五線", Station: "站 12"}, Tags: []string{"外觀"},
			},
			by: "lin", members: map[string]incident.Role{"wang": incident.Editor},
			said: []demoLine{
				{"lin", "早班抽檢 50 件有 4 件刮傷，位置都在左上角。"},
				{"lin", "photo:刮傷位置.jpg:左上角，深約 0.1 mm"},
				{"wang", "治具上週換過，我去量定位銷。"},
			},
		},
		{
			template: 5,
			room: incident.NewRoom{
				Title: "MES 報工逾時", Severity: incident.High,
				Place: incident.Place{Site: "二廠", Line: "一線"}, Tags: []string{"MES"},
			},
			by: "chen", members: map[string]incident.Role{"lee": incident.Editor, "wang": incident.Viewer},
			said: []demoLine{
				{"chen", "二廠報工全部逾時，先改紙本。"},
				{"lee", "資料庫連線滿了，正在重啟應用程式。"},
			},
		},
		{
			template: 3,
			room: incident.NewRoom{
				Title: "走道濕滑，有人滑倒", Severity: incident.Low,
				Place: incident.Place{Site: "一廠", Line: "三線"}, Tags: []string{"工安"},
			},
			by: "wang", members: map[string]incident.Role{"chen": incident.Owner},
			said: []demoLine{{"wang", "無人受傷，已立警示牌。"}},
		},
	}
)

// demoLine is a message, or "photo:name:description", "log:name:description",
// "decision:text", "status:where to", "tick:item", or "react:emoji" to what was
// said last.
type demoLine struct{ by, text string }

// demo fills an installation that has no room yet, through the same doors that
// its users take, and prints its people once.
func (h *house) demo(ctx context.Context, out console) error {
	library := h.db.Library()
	_, rooms, err := library.Rooms(ctx, incident.RoomQuery{All: true, Limit: 1})
	if err != nil || rooms > 0 {
		return err
	}
	people := map[string]incident.Principal{}
	fmt.Fprintln(out.Out, "Demo people. Their passwords are shown only now:")
	for _, p := range demoPeople {
		password := auth.RandomPassword()
		u, err := h.local.Add(ctx, p.username, p.name, p.role, password)
		if err != nil {
			return err
		}
		people[p.username] = incident.Principal{Person: u.Person, System: u.System}
		fmt.Fprintf(out.Out, "  %-10s %s  %s\n", p.username, password, p.name)
	}
	for i := len(demoRooms) - 1; i >= 0; i-- { // the first one shall be the newest
		d := demoRooms[i]
		n := d.room
		n.Template = &incident.ShippedTemplates[d.template]
		if err := n.Normalize(); err != nil {
			return err
		}
		room, err := library.CreateRoom(ctx, people[d.by], n)
		if err != nil {
			return err
		}
		for name, role := range d.members {
			if _, err := h.engine.AddMember(ctx, people[d.by], room.ID, people[name].ID, role); err != nil {
				return err
			}
		}
		for j, line := range d.said {
			if err := h.demoSay(ctx, people[line.by], room.ID, line.text, j); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *house) demoSay(ctx context.Context, by incident.Principal, room incident.RoomID, text string, n int) error {
	var name, about string
	var content []byte
	kind, rest, _ := strings.Cut(text, ":")
	if done, err := h.demoAct(ctx, by, room, kind, rest); done {
		return err
	}
	switch kind {
	case "photo":
		name, about, _ = strings.Cut(rest, ":")
		content = demoPhoto(n)
	case "log":
		name, about, _ = strings.Cut(rest, ":")
		content = demoLog()
	default:
		d := incident.Draft{ClientMsgID: incident.ClientMsgID(fmt.Sprintf("demo-%d", n)), Text: text}
		if kind == "decision" {
			d.Type, d.Text = incident.Decision, rest
		}
		if err := d.Normalize(); err != nil {
			return err
		}
		_, err := h.engine.Post(ctx, by, room, d)
		return err
	}
	file := incident.NewUpload{Filename: name, Size: int64(len(content)), Description: about}
	_, err := h.intake.Take(ctx, by, room, file, bytes.NewReader(content))
	return err
}

// demoAct does what is no message, and reports whether that was one.
func (h *house) demoAct(ctx context.Context, by incident.Principal, id incident.RoomID, kind, what string) (done bool, err error) {
	library := h.db.Library()
	switch kind {
	case "status":
		room, err := library.Room(ctx, id, by.ID)
		if err == nil {
			_, err = h.engine.MoveRoom(ctx, by, id, incident.Move{To: incident.Status(what), Version: room.Version})
		}
		return true, err
	case "tick":
		return true, h.engine.Tick(ctx, by, id, incident.ItemID(what[0]-'0'), true)
	case "react":
		last, _, _, err := library.Messages(ctx, id, incident.MessageQuery{Limit: 1})
		if err == nil {
			err = h.engine.React(ctx, by, id, last[0].ID, what, true)
		}
		return true, err
	default:
		return false, nil
	}
}

// demoPhoto draws a machine's flank with a dark stain: no photograph that would
// have to be shipped.
func demoPhoto(seed int) []byte {
	const w, h = 1280, 960
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			steel := 150 + 30*math.Sin(float64(x)/90+float64(seed)) + float64((x*7+y*13)%11)
			dx, dy := float64(x-w/2)/300, float64(y-h*2/3)/160
			stain := 110 * math.Exp(-(dx*dx + dy*dy))
			if x%320 < 6 || y%240 < 6 {
				steel -= 60 // seams between plates
			}
			v := max(0, steel-stain)
			img.SetRGBA(x, y, color.RGBA{uint8(v), uint8(v * 0.97), uint8(min(255, v*0.92+10)), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		panic(err) // writing to memory does not fail
	}
	return b.Bytes()
}

// demoLog is a pressure log as equipment writes it.
func demoLog() []byte {
	var b bytes.Buffer
	b.WriteString("time,pressure_bar,oil_c\n")
	for i := range 240 {
		p := 160.0
		if i > 150 {
			p -= float64(i-150) * 0.9
		}
		fmt.Fprintf(&b, "13:%02d:%02d,%.1f,%.1f\n", 48+i/60, i%60, p, 52+float64(i)/80)
	}
	return b.Bytes()
}
