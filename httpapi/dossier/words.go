package dossier

import (
	"fmt"
	"strconv"
	"time"

	"taskreporter/incident"
)

// The languages of a page.
const (
	Chinese = "zh-Hant"
	English = "en"
)

// words are all that a page says by itself, as the web page says it. %[1]s and on
// stand for what people wrote.
var words = map[string]map[string]string{
	Chinese: {
		"export":    "由 %[1]s 於 %[2]s 匯出，包含到第 %[3]d 筆紀錄為止的全部內容。",
		"zone":      "所有時間為 %[1]s 時間。",
		"editions":  "每一次修改前後的內容與所有事件，都在 events.jsonl；# 後面的數字是事件在其中的 seq。",
		"check":     "要確認沒有任何更動：解壓縮後在資料夾內執行 sha256sum -c SHA256SUMS；SHA256SUMS 本身的 SHA-256 記在稽核紀錄的 room_exported。",
		"details":   "詳情",
		"severity":  "嚴重度",
		"status":    "狀態",
		"type":      "類型",
		"place":     "位置",
		"no_place":  "未填位置",
		"equipment": "設備",
		"lot":       "批號或工單",
		"impact":    "影響",
		"stopped":   "停線",
		"runs":      "未停線",
		"units":     "%[1]d 件產品可能受影響",
		"about":     "說明",
		"tags":      "標籤",
		"result":    "處置結果",
		"cause":     "根本原因",
		"waiver":    "不追查的理由",
		"copy_of":   "重複於（事件識別碼）",
		"assignee":  "處理人",
		"nobody":    "未指派處理人",
		"declarer":  "通報人",
		"hold":      "禁止清除",
		"held":      "%[1]s（%[2]s，%[3]s）",
		"sep":       "、",

		"times":        "時間",
		"declared":     "通報",
		"acknowledged": "接手",
		"contained":    "控制",
		"resolved":     "解決",
		"closed":       "結案",
		"archived":     "封存",

		"members":      "成員",
		"name":         "姓名",
		"role":         "角色",
		"since":        "加入時間",
		"checklist":    "檢查清單",
		"no_checklist": "沒有檢查清單",
		"done":         "已完成",
		"open":         "未完成",
		"pins":         "釘選的訊息",
		"no_pins":      "沒有釘選的訊息",
		"conversation": "對話",

		"edited":     "已編輯 %[1]s",
		"pinned":     "%[1]s 釘選",
		"withdrawn":  "%[1]s 收回了訊息",
		"deleted":    "%[1]s 刪除了這則訊息",
		"reply":      "回覆 %[1]s：%[2]s",
		"reply_gone": "原訊息已刪除",
		"reply_file": "檔案 %[1]s",
		"reacted":    "%[1]s %[2]s",
		"moved":      "%[1]s 將狀態從「%[2]s」改為「%[3]s」",
		"created":    "%[1]s 通報了這個事件",
		"added":      "%[1]s 加入了 %[2]s（%[3]s）",
		"removed_by": "%[1]s 將 %[2]s 移出房間",
		"left":       "%[1]s 離開了房間",
		"role_moved": "%[1]s 將 %[2]s 的角色從%[3]s改為%[4]s",
		"file_gone":  "%[1]s 移除了一個檔案",
		"changed":    "%[1]s 修改了%[2]s",
		"changed_to": "%[1]s 將%[2]s改為「%[3]s」",
		"cleared":    "%[1]s 清除了%[2]s",
		"says_stop":  "%[1]s 回報產線已停",
		"says_runs":  "%[1]s 回報產線恢復",
		"because":    "原因：%[1]s",

		"files":       "檔案",
		"no_files":    "沒有檔案",
		"file":        "檔案",
		"number":      "編號",
		"size":        "大小",
		"uploaded":    "上傳",
		"nameless":    "已隔離的檔案",
		"removed":     "檔案已移除，內容不在這份文件中",
		"quarantined": "防毒程式在這個檔案中發現問題，檔案已隔離，內容不在這份文件中",
		"pending":     "檔案還沒有掃毒完成，內容不在這份文件中",
		"lost":        "儲存區沒有這個檔案的內容，請告知管理員",

		"DECISION": "決議", "STATUS_UPDATE": "進度更新",
		"LOW": "低", "MEDIUM": "中", "HIGH": "高", "CRITICAL": "緊急",
		"OPEN": "未處理", "ACKNOWLEDGED": "已接手", "IN_PROGRESS": "處理中", "CONTAINED": "已控制", "RESOLVED": "已解決",
		"CLOSED": "已結案", "ARCHIVED": "已封存", "CANCELLED": "已取消", "DUPLICATE": "重複",
		"OWNER": "負責人", "EDITOR": "處理人員", "VIEWER": "檢視者",
		"type_equipment": "設備", "type_quality": "品質", "type_material": "物料", "type_safety": "工安", "type_process": "製程",
		"type_it": "資訊系統", "type_other": "其他",

		"field_severity": "嚴重度", "field_title": "標題", "field_incident_type": "類型", "field_site": "廠區", "field_line": "產線",
		"field_station": "站別", "field_equipment": "設備", "field_lot": "批號或工單", "field_units_at_risk": "受影響數量",
		"field_tags": "標籤", "field_resolution": "解決方式", "field_root_cause": "根本原因", "field_waiver": "免查原因",
		"field_duplicate_of": "重複的事件", "field_assignee": "處理人", "field_description": "說明",
	},
	English: {
		"export":    "Exported by %[1]s at %[2]s, with everything up to event %[3]d.",
		"zone":      "All times are those of %[1]s.",
		"editions":  "What was written before and after each edit, and every event, is in events.jsonl; a number behind # is an event's seq there.",
		"check":     "To prove that nothing was changed, unpack it and run sha256sum -c SHA256SUMS in its folder; the SHA-256 of SHA256SUMS itself is in the audit trail, under room_exported.",
		"details":   "Details",
		"severity":  "Severity",
		"status":    "Status",
		"type":      "Type",
		"place":     "Place",
		"no_place":  "No place given",
		"equipment": "Equipment",
		"lot":       "Lot or work order",
		"impact":    "Impact",
		"stopped":   "Line down",
		"runs":      "Line running",
		"units":     "Units at risk: %[1]d",
		"about":     "Description",
		"tags":      "Tags",
		"result":    "Resolution",
		"cause":     "Root cause",
		"waiver":    "Why nobody looks for the cause",
		"copy_of":   "Duplicate of (room id)",
		"assignee":  "Assignee",
		"nobody":    "Nobody assigned",
		"declarer":  "Declared by",
		"hold":      "Kept from being purged",
		"held":      "%[1]s (%[2]s, %[3]s)",
		"sep":       ", ",

		"times":        "Times",
		"declared":     "Declared",
		"acknowledged": "Acknowledged",
		"contained":    "Contained",
		"resolved":     "Resolved",
		"closed":       "Closed",
		"archived":     "Archived",

		"members":      "Members",
		"name":         "Name",
		"role":         "Role",
		"since":        "Since",
		"checklist":    "Checklist",
		"no_checklist": "No checklist",
		"done":         "Done",
		"open":         "To do",
		"pins":         "Pinned messages",
		"no_pins":      "No pinned messages",
		"conversation": "Conversation",

		"edited":     "edited %[1]s",
		"pinned":     "Pinned by %[1]s",
		"withdrawn":  "%[1]s took back a message",
		"deleted":    "%[1]s deleted this message",
		"reply":      "Reply to %[1]s: %[2]s",
		"reply_gone": "The message was deleted",
		"reply_file": "File %[1]s",
		"reacted":    "%[1]s %[2]s",
		"moved":      "%[1]s moved the status from %[2]s to %[3]s",
		"created":    "%[1]s declared this incident",
		"added":      "%[1]s added %[2]s (%[3]s)",
		"removed_by": "%[1]s removed %[2]s",
		"left":       "%[1]s left the room",
		"role_moved": "%[1]s changed the role of %[2]s from %[3]s to %[4]s",
		"file_gone":  "%[1]s removed a file",
		"changed":    "%[1]s changed the %[2]s",
		"changed_to": "%[1]s changed the %[2]s to “%[3]s”",
		"cleared":    "%[1]s cleared the %[2]s",
		"says_stop":  "%[1]s says that the line has stopped",
		"says_runs":  "%[1]s says that the line runs again",
		"because":    "Reason: %[1]s",

		"files":       "Files",
		"no_files":    "No files",
		"file":        "File",
		"number":      "Number",
		"size":        "Size",
		"uploaded":    "Uploaded",
		"nameless":    "File in quarantine",
		"removed":     "The file was removed; its bytes are not in this document",
		"quarantined": "The virus scanner found something in this file; its bytes are not in this document",
		"pending":     "The file is still being checked for viruses; its bytes are not in this document",
		"lost":        "The store does not have this file's bytes: tell your administrator",

		"DECISION": "Decision", "STATUS_UPDATE": "Progress",
		"LOW": "Low", "MEDIUM": "Medium", "HIGH": "High", "CRITICAL": "Critical",
		"OPEN": "Open", "ACKNOWLEDGED": "Acknowledged", "IN_PROGRESS": "In progress", "CONTAINED": "Contained", "RESOLVED": "Resolved",
		"CLOSED": "Closed", "ARCHIVED": "Archived", "CANCELLED": "Cancelled", "DUPLICATE": "Duplicate",
		"OWNER": "Owner", "EDITOR": "Editor", "VIEWER": "Viewer",
		"type_equipment": "Equipment", "type_quality": "Quality", "type_material": "Material", "type_safety": "Safety", "type_process": "Process",
		"type_it": "IT", "type_other": "Other",

		"field_severity": "severity", "field_title": "title", "field_incident_type": "type", "field_site": "site", "field_line": "line",
		"field_station": "station", "field_equipment": "equipment", "field_lot": "lot or work order", "field_units_at_risk": "units at risk",
		"field_tags": "tags", "field_resolution": "resolution", "field_root_cause": "root cause", "field_waiver": "waiver",
		"field_duplicate_of": "original incident", "field_assignee": "assignee", "field_description": "description",
	},
}

// say writes words; a key that has none stands for itself.
func (d *Dossier) say(key string, args ...any) string {
	text, known := words[d.options.Language][key]
	switch {
	case !known:
		return key
	case len(args) == 0:
		return text
	default:
		return fmt.Sprintf(text, args...)
	}
}

var weekdays = map[string][7]string{
	Chinese: {"週日", "週一", "週二", "週三", "週四", "週五", "週六"},
	English: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
}

// stamp is a moment as the plant's clocks show it.
type stamp struct{ at time.Time }

func (d *Dossier) stamp(at time.Time) stamp { return stamp{at.In(d.options.Zone)} }

// ISO is for machines.
func (s stamp) ISO() string { return s.at.Format(time.RFC3339) }

// Clock is the time of the day.
func (s stamp) Clock() string { return s.at.Format(time.TimeOnly) }

func (s stamp) String() string { return s.at.Format(time.DateTime) }

// day is a date as a heading has it.
func (d *Dossier) day(s stamp) string {
	return s.at.Format(time.DateOnly) + " " + weekdays[d.options.Language][s.at.Weekday()]
}

// size writes bytes as the web page does, and exactly.
func size(n int64) string {
	value, unit := float64(n), 0
	units := [...]string{"B", "KB", "MB", "GB"}
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + units[unit] + fmt.Sprintf(" (%d B)", n)
}

// itemText is what a checklist asks for.
func (d *Dossier) itemText(item incident.ChecklistItem) string {
	if d.options.Language == English {
		return item.En
	}
	return item.Zh
}
