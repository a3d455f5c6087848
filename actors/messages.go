package actors

import (
	"encoding/json"

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
	// addMember is answered by memberAdded.
	addMember struct {
		By     incident.Principal
		Person incident.Person
		Role   incident.Role
	}
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
		By   incident.Principal
		File incident.File
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
	memberAdded struct {
		Member incident.Member
		Err    error `json:"-"`
	}
	uploadBegun struct {
		Err error `json:"-"`
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

		body []byte // encoded, for the first relay of another node
	}
)

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
func (m *addMember) refused(err error) answer    { return &memberAdded{Err: err} }
func (m *beginUpload) refused(err error) answer  { return &uploadBegun{Err: err} }
func (m *finishUpload) refused(err error) answer { return &uploadFinished{Err: err} }
func (m *deleteFile) refused(err error) answer   { return &fileDeleted{Err: err} }
func (m *join) refused(err error) answer         { return &joined{Room: m.Room, Err: err} }
func (m *watch) refused(err error) answer        { return &watching{Room: m.Room, Err: err} }

func (m *posted) failure() error         { return m.Err }
func (m *memberAdded) failure() error    { return m.Err }
func (m *uploadBegun) failure() error    { return m.Err }
func (m *uploadFinished) failure() error { return m.Err }
func (m *fileDeleted) failure() error    { return m.Err }
func (m *joined) failure() error         { return m.Err }
func (m *watching) failure() error       { return m.Err }
func (m *released) failure() error       { return nil }

func (m *posted) fail(err error)         { m.Err = err }
func (m *memberAdded) fail(err error)    { m.Err = err }
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
