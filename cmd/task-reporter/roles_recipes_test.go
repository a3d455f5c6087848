package main

// recipe says how to do an act by one operation or frame of the contract.
//
// {room} is the path of a room and {id} its id, in which OWNER, EDITOR and VIEWER are
// members, as is {helper}, an EDITOR, whose are {message}, {file} and {log};
// {newcomer} is none. {mine}, {myfile} and {myupload} are who acts themselves' own,
// from when they were EDITOR.
// {account} is somebody whom only administrators know, {spare} a session and {spare_token}
// an API token of who acts, {account_token} one of {account}'s.
// {version} is the room's as it is then, {new} a word that was never used before.
type recipe struct {
	op      string            // operationId, or type of a frame
	act     string            // of its x-acts
	rest    string            // method, path, body; or
	frame   string            // what is sent
	ready   string            // what the OWNER does before, or after "ADMIN " an ADMIN; a line each
	changes bool              // a success changes what the OWNER, or for others an ADMIN, reads
	state   string            // what that is, where it is not the room
	but     map[string]string // answers of somebody that differ from the table
	told    string            // type of the frame that somebody else is told, where a frame is not answered
}

// An ADMIN who is no member deletes their own message or file as they delete
// anybody's: with a reason.
var adminSaysWhy = map[string]string{"ADMIN": "invalid"}

var recipes = []recipe{
	// Anybody who is signed in.
	{op: "logout", act: "person", rest: "POST /api/auth/logout"},
	{op: "me", act: "session", rest: "GET /api/auth/me"},
	{op: "createTicket", act: "session", rest: "POST /api/ws/ticket"},
	{op: "listRooms", act: "session", rest: "GET /api/rooms"},
	{op: "search", act: "session", rest: "GET /api/search?q=helper"},
	{op: "auth", act: "session"}, // every other frame is sent after it
	{op: "listMySessions", act: "person", rest: "GET /api/auth/sessions"},
	{op: "endMySession", act: "person", rest: "DELETE /api/auth/sessions/{spare}"},
	{op: "listMyTokens", act: "person", rest: "GET /api/auth/tokens"},
	{op: "createToken", act: "person", rest: `POST /api/auth/tokens {"name":"{new}","scopes":["read"],"expires_in_days":1}`},
	{op: "revokeMyToken", act: "person", rest: "DELETE /api/auth/tokens/{spare_token}"},
	{op: "ping", act: "session", frame: `{"type":"ping"}`},
	{op: "unsubscribe", act: "session", frame: `{"type":"unsubscribe","room_id":"{id}"}`},

	// Outside of rooms.
	{op: "createRoom", act: "declare", rest: `POST /api/rooms {"title":"{new}","incident_type":"it","severity":"LOW"}`, changes: true, state: "/api/rooms?q={new}"},
	{op: "listUsers", act: "find_people", rest: "GET /api/users"},
	{op: "listTemplates", act: "read_templates", rest: "GET /api/templates"},
	{op: "getTemplate", act: "read_templates", rest: "GET {template}"},
	{op: "createTemplate", act: "manage_templates", rest: "POST /api/templates " + templateBody("{new}", ""), changes: true, state: "/api/templates?retired=true"},
	{op: "updateTemplate", act: "manage_templates", rest: "PATCH {template} " + templateBody("{new}", ""), changes: true, state: "{template}"},
	{op: "retireTemplate", act: "manage_templates", rest: "DELETE {template}", changes: true, state: "{template}"},
	{op: "listAccounts", act: "read_users", rest: "GET /api/admin/users"},
	{op: "listSessions", act: "read_users", rest: "GET /api/admin/users/{account}/sessions", state: "/api/admin/users?q={new}"},
	{op: "changeAccount", act: "manage_users", rest: `PATCH /api/admin/users/{account} {"disabled":true}`, changes: true, state: "/api/admin/users?q={new}"},
	{op: "endSessions", act: "manage_users", rest: "DELETE /api/admin/users/{account}/sessions", changes: true, state: "/api/admin/users?q={new}"},
	{op: "endSession", act: "manage_users", rest: "DELETE /api/admin/sessions/{account_session}", changes: true, state: "/api/admin/users?q={new}"},
	{op: "listTokens", act: "read_users", rest: "GET /api/admin/users/{account}/tokens", state: "/api/admin/users?q={new}"},
	{op: "revokeToken", act: "manage_users", rest: "DELETE /api/admin/tokens/{account_token}", changes: true, state: "/api/admin/users/{account}/tokens"},
	{op: "listAudit", act: "read_audit", rest: "GET /api/admin/audit"},
	{op: "exportAudit", act: "read_audit", rest: "GET /api/admin/audit/export"},
	{op: "showStorage", act: "read_storage", rest: "GET /api/admin/storage"},
	{op: "showCluster", act: "read_cluster", rest: "GET /api/admin/cluster"},
	// A node that runs alone is not drained; who may drain is told so.
	{op: "drainNode", act: "drain_node", rest: "POST /api/admin/cluster/{node}/drain", but: map[string]string{"ADMIN": "conflict"}},

	{op: "showRetention", act: "read_retention", rest: "GET /api/admin/retention"},
	{op: "previewRetention", act: "read_retention", rest: "GET /api/admin/retention/preview"},
	{op: "listTombstones", act: "read_retention", rest: "GET /api/admin/retention/tombstones"},
	{op: "setRetention", act: "manage_retention", rest: `PUT /api/admin/retention {"version":0,"days":{"CRITICAL":36500}}`, changes: true, state: "/api/admin/retention"},
	{op: "runRetention", act: "manage_retention", ready: cancelled + "\n" + archived, rest: `POST /api/admin/retention/run {"reason":"{new}","room_ids":["{id}"]}`, changes: true, state: "/api/admin/retention/tombstones"},
	{op: "holdRoom", act: "hold_room", rest: `PUT {room}/hold {"reason":"{new}"}`, changes: true, state: "{room}"},
	{op: "releaseRoom", act: "hold_room", ready: `ADMIN PUT {room}/hold {"reason":"{new}"}`, rest: "DELETE {room}/hold?reason=x", changes: true, state: "{room}"},

	// Read a room.
	{op: "getRoom", act: "read", rest: "GET {room}"},
	{op: "getChecklist", act: "read", rest: "GET {room}/checklist"},
	{op: "listMembers", act: "read", rest: "GET {room}/members"},
	{op: "listMessages", act: "read", rest: "GET {room}/messages"},
	{op: "getMessage", act: "read", rest: "GET {message}"},
	{op: "getHistory", act: "read", rest: "GET {message}/history"},
	{op: "listPins", act: "read", rest: "GET {room}/pins"},
	{op: "getTimeline", act: "read", rest: "GET {room}/timeline"},
	{op: "listEvents", act: "read", rest: "GET {room}/events?after_seq=0"},
	{op: "search", act: "read", rest: "GET /api/search?q=helper&room_id={id}"},
	{op: "listFiles", act: "read", rest: "GET {room}/files"},
	{op: "getFile", act: "read", rest: "GET {file}"},
	{op: "downloadFile", act: "read", rest: "GET {file}/content"},
	{op: "thumbnail", act: "read", rest: "GET {file}/thumbnail"},
	{op: "readFileText", act: "read", rest: "GET {log}/text"},
	{op: "exportRoom", act: "export", rest: "GET {room}/export"},
	{op: "subscribe", act: "read", frame: `{"type":"subscribe","room_id":"{id}","after_seq":0}`},

	// Take part.
	{op: "markRead", act: "react", rest: `PUT {room}/read {"seq":1}`},
	{op: "read", act: "react", frame: `{"type":"read","room_id":"{id}","seq":1}`, told: "read"},
	{op: "addReaction", act: "react", rest: "PUT {message}/reactions/%F0%9F%91%8D", changes: true},
	{op: "react", act: "react", frame: `{"type":"react",{change},"message_id":"{message_id}","emoji":"👍"}`, changes: true},
	{op: "removeReaction", act: "react", rest: "DELETE {message}/reactions/%F0%9F%91%8D"},
	{op: "unreact", act: "react", frame: `{"type":"unreact",{change},"message_id":"{message_id}","emoji":"👍"}`},
	{op: "postMessage", act: "post", rest: `POST {room}/messages {"client_msg_id":"{new}","text":"x","reply_to":"{message_id}"}`, changes: true},
	{op: "send_message", act: "post", frame: `{"type":"send_message",{change},"text":"x","reply_to":"{message_id}"}`, changes: true},
	{op: "typing", act: "post", frame: `{"type":"typing","room_id":"{id}"}`, told: "typing"},
	{op: "editMessage", act: "post", rest: `PATCH {mine} {"text":"other words"}`, changes: true},
	{op: "edit_message", act: "post", frame: `{"type":"edit_message",{change},"message_id":"{mine_id}","text":"other words"}`, changes: true},
	{op: "deleteMessage", act: "post", rest: "DELETE {mine}", changes: true, but: adminSaysWhy},
	{op: "delete_message", act: "post", frame: `{"type":"delete_message",{change},"message_id":"{mine_id}"}`, changes: true, but: adminSaysWhy},
	{op: "pinMessage", act: "post", rest: "PUT {message}/pin", changes: true},
	{op: "unpinMessage", act: "post", ready: "PUT {message}/pin", rest: "DELETE {message}/pin", changes: true},
	{op: "tickItem", act: "post", rest: `PUT {room}/checklist/1 {"done":true}`, changes: true},
	{op: "uploadFile", act: "upload", rest: "UPLOAD {room}/files", changes: true},
	{op: "listUploads", act: "upload", rest: "GET {room}/uploads"},
	{op: "createUpload", act: "upload", rest: "POST {room}/uploads"},
	{op: "findUpload", act: "upload", rest: "HEAD {myupload}"},
	{op: "appendUpload", act: "upload", rest: "PATCH {myupload} line stop", changes: true},
	{op: "endUpload", act: "upload", rest: "DELETE {myupload}"},
	{op: "deleteFile", act: "delete_own_file", rest: "DELETE {myfile}", changes: true, but: adminSaysWhy},
	{op: "deleteFile", act: "delete_any_file", rest: "DELETE {file}?reason=x", changes: true},
	{op: "deleteMessage", act: "delete_any_message", rest: "DELETE {message}?reason=x", changes: true},
	{op: "delete_message", act: "delete_any_message", frame: `{"type":"delete_message",{change},"message_id":"{message_id}","reason":"x"}`, changes: true},

	// Run an incident.
	{op: "moveRoom", act: "acknowledge", rest: `POST {room}/status {"version":{version},"status":"ACKNOWLEDGED"}`, changes: true},
	{op: "moveRoom", act: "status", rest: `POST {room}/status {"version":{version},"status":"RESOLVED","resolution":"x"}`, changes: true},
	{op: "moveRoom", act: "settings", rest: `POST {room}/status {"version":{version},"status":"CANCELLED","reason":"x"}`, changes: true},
	{op: "updateRoom", act: "status", rest: `PATCH {room} {"version":{version},"severity":"CRITICAL"}`, changes: true},
	{op: "updateRoom", act: "settings", rest: `PATCH {room} {"version":{version},"title":"other words"}`, changes: true},
	{op: "archiveRoom", act: "settings", ready: cancelled, rest: "DELETE {room}", changes: true},
	{op: "addMember", act: "add_viewer", rest: `POST {room}/members {"user_id":"{newcomer}","role":"VIEWER"}`, changes: true},
	{op: "addMember", act: "manage_members", rest: `POST {room}/members {"user_id":"{newcomer}","role":"EDITOR"}`, changes: true},
	{op: "setRole", act: "manage_members", rest: `PATCH {room}/members/{helper} {"role":"VIEWER"}`, changes: true},
	{op: "removeMember", act: "manage_members", rest: "DELETE {room}/members/{helper}", changes: true},
	{op: "removeMember", act: "leave", rest: "DELETE {room}/members/{self}", changes: true},
	{op: "transferOwnership", act: "transfer", rest: `POST {room}/transfer-ownership {"user_id":"{helper}","from":"{owner}"}`, changes: true},
}

const cancelled = `POST {room}/status {"version":{version},"status":"CANCELLED","reason":"x"}`

// templateBody is a template whose members are given.
func templateBody(name, members string) string {
	return `{"version":1,"name_zh":"範本","name_en":"` + name + `","title_zh":"停機","title_en":"down","incident_type":"equipment","severity":"HIGH",` +
		`"members":[` + members + `],"checklist":[{"zh":"上鎖","en":"Lock"}],"required":[]}`
}
