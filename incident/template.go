package incident

import (
	"slices"
	"strings"
)

// Template gives a new room its type, its severity, a title to start from, its
// first members and its checklist. A room keeps the version that it was made from
// (F-TP-01, F-TP-02).
type Template struct {
	ID        TemplateID
	Version   int
	NameZh    string
	NameEn    string
	TitleZh   string // a title to start from; "{line}" and "{station}" stand for the place
	TitleEn   string
	Type      IncidentType
	Severity  Severity
	Members   []TemplateMember
	Checklist []ChecklistText
	Required  []RequiredField
	Retired   bool // no new rooms are made from it
}

// TemplateMember comes into every room that is made from a template. The declarer
// is its OWNER anyway.
type TemplateMember struct {
	UserID UserID `json:"user_id"`
	Role   Role   `json:"role"`
}

// ChecklistText is one thing to do, in both languages.
type ChecklistText struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// ItemID names an item of a room's checklist: its place, from 1.
type ItemID int

// ChecklistItem is one item in one room.
type ChecklistItem struct {
	ID ItemID `json:"item_id"`
	ChecklistText
	Done *Done `json:"-"` // nil while it is to be done
}

// RequiredField names a field of a room that a template may require.
type RequiredField string

// RequiredFields lists those that a template may require.
var RequiredFields = []RequiredField{"site", "line", "station", "equipment", "lot", "description", "units_at_risk"}

// Bounds of a template; texts are in characters.
const (
	MaxTemplateName    = 80
	MaxTemplateMembers = 100
	MaxChecklist       = 50
	MaxChecklistText   = 200
)

// Normalize trims what people typed and returns an Invalid error that names the
// first field that breaks a rule.
func (t *Template) Normalize() error {
	const op = "change template"
	for _, f := range []struct {
		name string
		text *string
		max  int
	}{
		{"name_zh", &t.NameZh, MaxTemplateName},
		{"name_en", &t.NameEn, MaxTemplateName},
		{"title_zh", &t.TitleZh, MaxTitle},
		{"title_en", &t.TitleEn, MaxTitle},
	} {
		*f.text = strings.TrimSpace(*f.text)
		if *f.text == "" {
			return E(Invalid, op, "%s is empty: a template speaks both languages", f.name)
		}
		if err := checkText(op, f.name, *f.text, f.max, false); err != nil {
			return err
		}
	}
	switch {
	case !contains(IncidentTypes, t.Type):
		return E(Invalid, op, "incident_type must be one of %v", IncidentTypes)
	case !contains(Severities, t.Severity):
		return E(Invalid, op, "severity must be one of %v", Severities)
	case len(t.Members) > MaxTemplateMembers:
		return E(Invalid, op, "at most %d members", MaxTemplateMembers)
	case len(t.Checklist) > MaxChecklist:
		return E(Invalid, op, "at most %d checklist items", MaxChecklist)
	}
	seen := map[UserID]bool{}
	for _, m := range t.Members {
		if !m.Role.Valid() || !ValidUUID(string(m.UserID)) {
			return E(Invalid, op, "a member needs a user_id and one of the roles %v", Roles)
		}
		if seen[m.UserID] {
			return E(Invalid, op, "a member is listed twice")
		}
		seen[m.UserID] = true
	}
	for i := range t.Checklist {
		for _, text := range []*string{&t.Checklist[i].Zh, &t.Checklist[i].En} {
			*text = strings.TrimSpace(*text)
			if *text == "" {
				return E(Invalid, op, "checklist item %d is empty in one language", i+1)
			}
			if err := checkText(op, "checklist", *text, MaxChecklistText, false); err != nil {
				return err
			}
		}
	}
	for _, f := range t.Required {
		if !contains(RequiredFields, f) {
			return E(Invalid, op, "required may name %v", RequiredFields)
		}
	}
	slices.Sort(t.Required)
	t.Required = slices.Compact(t.Required)
	return nil
}

// Items is the template's checklist as a new room gets it.
func (t *Template) Items() []ChecklistItem {
	items := make([]ChecklistItem, len(t.Checklist))
	for i, text := range t.Checklist {
		items[i] = ChecklistItem{ID: ItemID(i + 1), ChecklistText: text}
	}
	return items
}

const shippedVersion = 2

// ShippedTemplates are the seven that every installation starts with. Their ids
// are fixed so that every node and every installation agrees.
var ShippedTemplates = []Template{
	{
		ID: "7f3a0001-0000-7000-8000-000000000001", Version: shippedVersion, Type: Equipment, Severity: High,
		NameZh: "設備停機", NameEn: "Equipment down",
		TitleZh: "{line} {station} 設備停機", TitleEn: "{line} {station} equipment down",
		Checklist: []ChecklistText{
			{"確認人員安全,設備已停止並上鎖掛牌", "People are safe; the machine is stopped, locked and tagged"},
			{"記錄警報代碼並拍照", "Note the alarm code and take a photo"},
			{"通知設備工程師", "Call the equipment engineer"},
			{"評估影響的批次與交期", "Judge which lots and deliveries are affected"},
			{"復機前首件檢查合格", "First piece passes inspection before restart"},
		},
	},
	{
		ID: "7f3a0001-0000-7000-8000-000000000002", Version: shippedVersion, Type: Quality, Severity: Medium,
		NameZh: "品質異常", NameEn: "Quality defect",
		TitleZh: "{line} 品質異常", TitleEn: "{line} quality defect",
		Required: []RequiredField{"lot"},
		Checklist: []ChecklistText{
			{"隔離可疑品並標示", "Set suspect parts apart and mark them"},
			{"拍攝不良照片並註明數量", "Photograph the defect and note how many"},
			{"追溯前後批次", "Trace the lots before and after"},
			{"決定處置:重工、報廢或特採", "Decide: rework, scrap or use as is"},
			{"更新檢驗條件並通知相關站別", "Update the inspection and tell the stations concerned"},
		},
	},
	{
		ID: "7f3a0001-0000-7000-8000-000000000003", Version: shippedVersion, Type: Material, Severity: Medium,
		NameZh: "物料短缺", NameEn: "Material shortage",
		TitleZh: "{line} 物料短缺", TitleEn: "{line} material shortage",
		Checklist: []ChecklistText{
			{"確認料號與短缺數量", "Confirm part number and missing quantity"},
			{"清點線邊倉與主倉庫存", "Count line-side and warehouse stock"},
			{"聯絡採購與供應商,取得到料時間", "Call purchasing and supplier; get an arrival time"},
			{"決定替代料或調整排程", "Choose a substitute or change the schedule"},
		},
	},
	{
		ID: "7f3a0001-0000-7000-8000-000000000004", Version: shippedVersion, Type: Safety, Severity: Critical,
		NameZh: "工安事件", NameEn: "Safety",
		TitleZh: "{line} {station} 工安事件", TitleEn: "{line} {station} safety incident",
		Checklist: []ChecklistText{
			{"協助傷患並呼叫急救", "Help the injured and call first aid"},
			{"停止作業並封鎖現場", "Stop work and close the area off"},
			{"通知工安單位與主管", "Tell the safety office and the manager"},
			{"保全現場證據並拍照", "Keep the scene as it is and take photos"},
			{"確認是否須依法通報", "Check whether the authorities must be told"},
			{"完成原因調查與改善措施", "Find the cause and the measures"},
		},
	},
	{
		ID: "7f3a0001-0000-7000-8000-000000000005", Version: shippedVersion, Type: Process, Severity: High,
		NameZh: "製程或公用設施異常", NameEn: "Process or utility",
		TitleZh: "{line} 製程異常", TitleEn: "{line} process out of control",
		Checklist: []ChecklistText{
			{"記錄異常參數與時間", "Note the parameter out of range, and since when"},
			{"檢查電力、氣體、水與真空", "Check power, gas, water and vacuum"},
			{"隔離異常期間的產品", "Set apart what was made meanwhile"},
			{"調整後確認製程能力", "Confirm capability after the change"},
		},
	},
	{
		ID: "7f3a0001-0000-7000-8000-000000000006", Version: shippedVersion, Type: IT, Severity: High,
		NameZh: "資訊系統或 MES 異常", NameEn: "IT or MES",
		TitleZh: "{line} 系統異常", TitleEn: "{line} system failure",
		Checklist: []ChecklistText{
			{"記錄錯誤訊息與影響範圍", "Note the error and who is affected"},
			{"啟用手動作業程序", "Switch to the manual procedure"},
			{"通知資訊單位值班人員", "Call the person on duty at IT"},
			{"恢復後補登資料並核對", "Enter and check the data once it is back"},
		},
	},
	{
		ID: "7f3a0001-0000-7000-8000-000000000007", Version: shippedVersion, Type: Other, Severity: Low,
		NameZh: "其他", NameEn: "Other",
		TitleZh: "{line} 異常", TitleEn: "{line} incident",
		Checklist: []ChecklistText{
			{"說明發生什麼事", "Say what happened"},
			{"指定負責人", "Name who takes care of it"},
		},
	},
}
