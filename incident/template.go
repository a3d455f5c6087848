package incident

// Template gives a new room its type, its severity and a title to start from. A
// room keeps the version that it was made from (F-TP-01, F-TP-02).
type Template struct {
	ID       TemplateID
	Version  int
	NameZh   string
	NameEn   string
	TitleZh  string // a title to start from; "{line}" and "{station}" stand for the place
	TitleEn  string
	Type     IncidentType
	Severity Severity
}

// ShippedTemplates are the seven that every installation starts with. Their ids
// are fixed so that every node and every installation agrees.
var ShippedTemplates = []Template{
	{"7f3a0001-0000-7000-8000-000000000001", 1, "設備停機", "Equipment down", "{line} {station} 設備停機", "{line} {station} equipment down", Equipment, High},
	{"7f3a0001-0000-7000-8000-000000000002", 1, "品質異常", "Quality defect", "{line} 品質異常", "{line} quality defect", Quality, Medium},
	{"7f3a0001-0000-7000-8000-000000000003", 1, "物料短缺", "Material shortage", "{line} 物料短缺", "{line} material shortage", Material, Medium},
	{"7f3a0001-0000-7000-8000-000000000004", 1, "工安事件", "Safety", "{line} {station} 工安事件", "{line} {station} safety incident", Safety, Critical},
	{"7f3a0001-0000-7000-8000-000000000005", 1, "製程或公用設施異常", "Process or utility", "{line} 製程異常", "{line} process out of control", Process, High},
	{"7f3a0001-0000-7000-8000-000000000006", 1, "資訊系統或 MES 異常", "IT or MES", "{line} 系統異常", "{line} system failure", IT, High},
	{"7f3a0001-0000-7000-8000-000000000007", 1, "其他", "Other", "{line} 異常", "{line} incident", Other, Low},
}
