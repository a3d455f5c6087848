package actors

import (
	"encoding/json"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"taskreporter/incident"
)

// What a room is asked. Each request says how it is answered when the room
// cannot be reached, so that one place can answer for all.
type (
	// post is answered by posted.
	post struct {
		By    incident.Principal
		Room  incident.RoomID
		Draft incident.Draft
	}
	// changeMessage is answered by messageChanged.
	changeMessage struct {
		By       incident.Principal
		Room     incident.RoomID
		ID       incident.ClientMsgID // names the answer
		Act      messageAct
		Message  incident.MessageID
		Text     string            // edit
		Mentions incident.Mentions // edit
		Reason   string            // delete
		Emoji    string            // react, unreact
	}
	// updateRoom is answered by roomChanged.
	updateRoom struct {
		op
		By    incident.Principal
		Patch incident.RoomPatch
	}
	// moveRoom is answered by roomChanged.
	moveRoom struct {
		op
		By   incident.Principal
		Move incident.Move
	}
	// addMember is answered by memberChanged.
	addMember struct {
		By     incident.Principal
		Person incident.Person
		Role   incident.Role
	}
	// setRole is answered by memberChanged.
	setRole struct {
		op
		By   incident.Principal
		User incident.UserID
		Role incident.Role
	}
	// removeMember is answered by memberChanged.
	removeMember struct {
		op
		By   incident.Principal
		User incident.UserID
	}
	// transfer is answered by memberChanged.
	transfer struct {
		op
		By       incident.Principal
		From, To incident.UserID
	}
	// tickItem is answered by carriedOut.
	tickItem struct {
		By   incident.Principal
		Item incident.ItemID
		Done bool
	}
	// markRead is answered by carriedOut.
	markRead struct {
		By   incident.Principal
		UpTo incident.Seq
	}
	// startTyping is answered by carriedOut.
	startTyping struct{ By incident.Principal }
	// beginUpload is answered by uploadBegun.
	beginUpload struct {
		By     incident.Principal
		Upload incident.Upload
	}
	// finishUpload is answered by uploadFinished.
	finishUpload struct {
		By   incident.Principal
		File incident.File
	}
	// abortUpload is not answered. Gone says that the bytes are removed.
	abortUpload struct {
		File incident.FileID
		Gone bool
	}
	// deleteFile is answered by fileDeleted.
	deleteFile struct {
		By     incident.Principal
		File   incident.File
		Reason string
	}
	// join asks whether somebody may read the room, and where its log ends. It is
	// answered by joined.
	join struct {
		By   incident.Principal
		Room incident.RoomID
	}
	// watch asks for every event from now on. It is answered by watching, and by
	// published for each batch after it, until unwatch or the relay's death.
	watch struct {
		Room  incident.RoomID
		Relay *actor.PID
		Here  []incident.Person // members who watch there, by id
	}
	// unwatch is not answered.
	unwatch struct{ Relay *actor.PID }
	// endRoom tells a room that the database has ended it.
	endRoom struct{}
	// release asks a room to commit what it has in hand and to end. It is answered
	// by released.
	release struct{}
)

// What a room answers.
type (
	posted struct {
		Room    incident.RoomID
		ID      incident.ClientMsgID
		Message incident.Message
		Seq     incident.Seq // the message's, which its JSON leaves out
		Err     error        `json:"-"`
	}
	messageChanged struct {
		Room    incident.RoomID
		ID      incident.ClientMsgID
		Message incident.MessageID
		Seq     incident.Seq
		At      time.Time
		Err     error `json:"-"`
	}
	roomChanged struct {
		Room incident.Room
		Err  error `json:"-"`
	}
	memberChanged struct {
		Member incident.Member
		Err    error `json:"-"`
	}
	carriedOut struct {
		Err error `json:"-"`
	}
	// uploadBegun names in Same the upload that brings the same bytes already.
	uploadBegun struct {
		Same incident.FileID
		Err  error `json:"-"`
	}
	uploadFinished struct {
		File incident.File
		Err  error `json:"-"`
	}
	fileDeleted struct {
		Err error `json:"-"`
	}
	joined struct {
		Room   incident.RoomID
		Epoch  incident.Epoch
		Head   incident.Seq
		Office bool  // no member, but ADMIN or AUDITOR
		Err    error `json:"-"`
	}
	watching struct {
		Room  incident.RoomID
		Epoch incident.Epoch
		Head  incident.Seq
		Err   error `json:"-"`
	}
	released struct{}
	// published tells a relay the events of one committed batch. The room sends
	// the same one to all relays.
	published struct {
		Room   incident.RoomID
		Epoch  incident.Epoch
		Events []incident.Event

		body    []byte    // encoded, for the first relay of another node
		durable time.Time // since when it is; zero for what came from another node
	}
)

// op names a request that would do something else, or be refused, when it is
// carried out twice. The log keeps the name, so that a repetition finds out.
type op struct {
	Op    incident.ClientMsgID
	Again bool // asked before, and the answer may be lost
}

// newOp names a new operation.
func newOp() op { return op{Op: incident.ClientMsgID("op-" + newID())} }

func (o op) repeated() bool { return o.Again }

// operation is a request with a name.
type operation interface {
	request
	repeated() bool
	repeat() operation             // the same, asked again
	key() incident.SendKey         // its name in the log
	done(ev incident.Event) answer // it was carried out: ev is its first event
}

func (m updateRoom) repeat() operation   { m.Again = true; return &m }
func (m moveRoom) repeat() operation     { m.Again = true; return &m }
func (m setRole) repeat() operation      { m.Again = true; return &m }
func (m removeMember) repeat() operation { m.Again = true; return &m }
func (m transfer) repeat() operation     { m.Again = true; return &m }

func (m *updateRoom) key() incident.SendKey   { return incident.SendKey{Author: m.By.ID, ID: m.Op} }
func (m *moveRoom) key() incident.SendKey     { return incident.SendKey{Author: m.By.ID, ID: m.Op} }
func (m *setRole) key() incident.SendKey      { return incident.SendKey{Author: m.By.ID, ID: m.Op} }
func (m *removeMember) key() incident.SendKey { return incident.SendKey{Author: m.By.ID, ID: m.Op} }
func (m *transfer) key() incident.SendKey     { return incident.SendKey{Author: m.By.ID, ID: m.Op} }

func (m *updateRoom) done(ev incident.Event) answer { return roomChangedBy(ev) }
func (m *moveRoom) done(ev incident.Event) answer   { return roomChangedBy(ev) }
func (m *removeMember) done(incident.Event) answer  { return &memberChanged{} }
func (m *transfer) done(incident.Event) answer      { return &memberChanged{} }
func (m *setRole) done(ev incident.Event) answer {
	c, _ := ev.Change.(incident.RoleChanged)
	return &memberChanged{Member: incident.Member{Person: c.Person, Role: c.To}}
}

// fromSocket is a request whose answer a socket's client waits for, and that is
// sent again when the room moves.
type fromSocket interface {
	request
	name() (incident.RoomID, incident.ClientMsgID)
}

func (m *post) name() (incident.RoomID, incident.ClientMsgID)          { return m.Room, m.Draft.ClientMsgID }
func (m *changeMessage) name() (incident.RoomID, incident.ClientMsgID) { return m.Room, m.ID }

// toSocket is the answer of such a request.
type toSocket interface {
	answer
	name() (incident.RoomID, incident.ClientMsgID)
	tell(s Sink) // of success
}

func (m *posted) name() (incident.RoomID, incident.ClientMsgID)         { return m.Room, m.ID }
func (m *messageChanged) name() (incident.RoomID, incident.ClientMsgID) { return m.Room, m.ID }

func (m *posted) tell(s Sink)         { s.Acked(m.Room, m.Message) }
func (m *messageChanged) tell(s Sink) { s.Changed(m.Room, m.ID, m.Message, m.Seq, m.At) }

// encoded returns the message as JSON, made once. Only the room's actor calls it.
func (m *published) encoded() ([]byte, error) {
	if m.body != nil {
		return m.body, nil
	}
	var err error
	m.body, err = json.Marshal(m)
	return m.body, err
}

// request is what a room answers; refused makes the answer of a failure.
type request interface{ refused(err error) answer }

// answer carries the error of a request, if any.
type answer interface {
	failure() error
	fail(err error)
}

func (m *post) refused(err error) answer {
	return &posted{Room: m.Room, ID: m.Draft.ClientMsgID, Err: err}
}

func (m *changeMessage) refused(err error) answer {
	return &messageChanged{Room: m.Room, ID: m.ID, Message: m.Message, Err: err}
}
func (m *updateRoom) refused(err error) answer   { return &roomChanged{Err: err} }
func (m *moveRoom) refused(err error) answer     { return &roomChanged{Err: err} }
func (m *addMember) refused(err error) answer    { return &memberChanged{Err: err} }
func (m *setRole) refused(err error) answer      { return &memberChanged{Err: err} }
func (m *removeMember) refused(err error) answer { return &memberChanged{Err: err} }
func (m *transfer) refused(err error) answer     { return &memberChanged{Err: err} }
func (m *tickItem) refused(err error) answer     { return &carriedOut{Err: err} }
func (m *markRead) refused(err error) answer     { return &carriedOut{Err: err} }
func (m *startTyping) refused(err error) answer  { return &carriedOut{Err: err} }
func (m *beginUpload) refused(err error) answer  { return &uploadBegun{Err: err} }
func (m *finishUpload) refused(err error) answer { return &uploadFinished{Err: err} }
func (m *deleteFile) refused(err error) answer   { return &fileDeleted{Err: err} }
func (m *endRoom) refused(err error) answer      { return &carriedOut{Err: err} }
func (m *join) refused(err error) answer         { return &joined{Room: m.Room, Err: err} }
func (m *watch) refused(err error) answer        { return &watching{Room: m.Room, Err: err} }

func (m *posted) failure() error         { return m.Err }
func (m *messageChanged) failure() error { return m.Err }
func (m *roomChanged) failure() error    { return m.Err }
func (m *memberChanged) failure() error  { return m.Err }
func (m *carriedOut) failure() error     { return m.Err }
func (m *uploadBegun) failure() error    { return m.Err }
func (m *uploadFinished) failure() error { return m.Err }
func (m *fileDeleted) failure() error    { return m.Err }
func (m *joined) failure() error         { return m.Err }
func (m *watching) failure() error       { return m.Err }
func (m *released) failure() error       { return nil }

func (m *posted) fail(err error)         { m.Err = err }
func (m *messageChanged) fail(err error) { m.Err = err }
func (m *roomChanged) fail(err error)    { m.Err = err }
func (m *memberChanged) fail(err error)  { m.Err = err }
func (m *carriedOut) fail(err error)     { m.Err = err }
func (m *uploadBegun) fail(err error)    { m.Err = err }
func (m *uploadFinished) fail(err error) { m.Err = err }
func (m *fileDeleted) fail(err error)    { m.Err = err }
func (m *joined) fail(err error)         { m.Err = err }
func (m *watching) fail(err error)       { m.Err = err }
func (m *released) fail(error)           {}

// errMoved tells a caller to look the room up again and repeat the request.
func errMoved() error {
	return incident.E(incident.Moved, "room", "the room is changing its place: send the same again")
}

func errBusy() error {
	return incident.E(incident.Busy, "room", "the room has too much to do: send the same again in a moment")
}
