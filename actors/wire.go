package actors

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"reflect"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
	"go.opentelemetry.io/otel/trace"

	"taskreporter/actors/wire"
	"taskreporter/incident"
)

// wireVersion is the newest form of the envelope that this program knows.
const wireVersion = 1

// wireKinds names every message that may cross nodes. A name is never given to
// another message.
var wireKinds = map[string]reflect.Type{}

// wireNames is the way back.
var wireNames = map[reflect.Type]string{}

func init() {
	for name, m := range map[string]any{
		// to a room, and its answers
		"post": post{}, "posted": posted{},
		"change_message": changeMessage{}, "message_changed": messageChanged{},
		"update_room": updateRoom{}, "move_room": moveRoom{}, "room_changed": roomChanged{},
		"add_member": addMember{}, "set_role": setRole{}, "remove_member": removeMember{}, "transfer": transfer{},
		"member_changed": memberChanged{},
		"tick_item":      tickItem{}, "mark_read": markRead{}, "start_typing": startTyping{}, "carried_out": carriedOut{},
		"begin_upload": beginUpload{}, "upload_begun": uploadBegun{},
		"finish_upload": finishUpload{}, "upload_finished": uploadFinished{},
		"abort_upload": abortUpload{},
		"delete_file":  deleteFile{}, "file_deleted": fileDeleted{},
		"record_verdict": recordVerdict{}, "preview_now": previewNow{},
		"join": join{}, "joined": joined{},
		"here": here{}, "present": present{},
		"end_room": endRoom{},
		"watch":    watch{}, "watching": watching{}, "unwatch": unwatch{},
		// to a relay
		"published": published{}, "to_user": toUser{}, "end_session": endSession{},
		"typing_now": typingNow{}, "reads_now": readsNow{}, "activity_now": activityNow{},
		// to a node
		"activate": activate{}, "activated": activated{},
		"beat": beat{}, "leaving": leaving{}, "poke": poke{}, "buried": buried{}, "drain": drain{},
	} {
		t := reflect.TypeOf(m)
		wireKinds[name], wireNames[t] = t, name
	}
}

// sealer makes envelopes with the first of its keys and opens those of all. They are
// known to nodes only: who can reach the cluster's port with a certificate of the plant,
// but is no node, can act for nobody.
type sealer struct{ keys func() [][]byte }

// seal wraps a message for one receiver.
func (s sealer) seal(to *actor.PID, m any) (*wire.Envelope, error) {
	name, ok := wireNames[reflect.TypeOf(m).Elem()]
	if !ok {
		return nil, fmt.Errorf("%T does not cross nodes", m)
	}
	env := &wire.Envelope{Version: wireVersion, Kind: name}
	var err error
	if p, ok := m.(*published); ok {
		env.Body, err = p.encoded()
	} else {
		env.Body, err = json.Marshal(m)
	}
	if err != nil {
		return nil, err
	}
	if a, ok := m.(answer); ok {
		env.Failure = failureOf(a.failure())
	}
	env.Mac = mac(s.keys()[0], to, env)
	return env, nil
}

var (
	errForged  = errors.New("an envelope's mac is wrong")
	errUnknown = errors.New("an envelope of an unknown kind or version")
)

// open checks an envelope that to received and returns its message.
func (s sealer) open(to *actor.PID, env *wire.Envelope) (any, error) {
	known := func(key []byte) bool { return hmac.Equal(env.GetMac(), mac(key, to, env)) }
	if !slices.ContainsFunc(s.keys(), known) {
		return nil, errForged
	}
	t, ok := wireKinds[env.GetKind()]
	if !ok || env.GetVersion() > wireVersion {
		return nil, errUnknown
	}
	m := reflect.New(t).Interface()
	if err := json.Unmarshal(env.GetBody(), m); err != nil {
		return nil, fmt.Errorf("open %s: %w", env.GetKind(), err)
	}
	if a, ok := m.(answer); ok && env.GetFailure() != nil {
		a.fail(errorOf(env.GetFailure()))
	}
	if p, ok := m.(*posted); ok {
		p.Message.Seq = p.Seq
	}
	return m, nil
}

func mac(key []byte, to *actor.PID, env *wire.Envelope) []byte {
	h := hmac.New(sha256.New, key)
	writeParts(h, to.GetAddress(), to.GetId(), env.GetKind())
	writeParts(h, env.GetBody())
	f := env.GetFailure()
	writeParts(h, f.GetKind(), f.GetOp(), f.GetDetail())
	var fixed [6]byte
	binary.BigEndian.PutUint32(fixed[:], env.GetVersion())
	if f != nil {
		fixed[4] = 1
	}
	if f.GetOutcomeUnknown() {
		fixed[5] = 1
	}
	h.Write(fixed[:])
	return h.Sum(nil)
}

// writeParts hashes each part with its length, so that parts cannot run into one
// another.
func writeParts[T string | []byte](h hash.Hash, parts ...T) {
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
}

func failureOf(err error) *wire.Failure {
	if err == nil {
		return nil
	}
	f := &wire.Failure{Kind: string(incident.KindOf(err)), Detail: incident.DetailOf(err)}
	var e *incident.Error
	if errors.As(err, &e) {
		f.Op = e.Op
	}
	f.OutcomeUnknown = errors.Is(err, incident.ErrOutcomeUnknown)
	return f
}

func errorOf(f *wire.Failure) error {
	e := &incident.Error{Kind: incident.Kind(f.GetKind()), Op: f.GetOp(), Detail: f.GetDetail()}
	if f.GetOutcomeUnknown() {
		e.Err = incident.ErrOutcomeUnknown
	}
	return e
}

// tell sends a message to an actor of this or of another node.
func (e *Engine) tell(to *actor.PID, m any) { e.request(to, m, nil) }

// request sends a message whose answer goes to from.
func (e *Engine) request(to *actor.PID, m any, from *actor.PID) {
	e.requestIn(trace.SpanContext{}, to, m, from)
}

// requestIn is request of a trace.
func (e *Engine) requestIn(of trace.SpanContext, to *actor.PID, m any, from *actor.PID) {
	if to.Address != e.address {
		env, err := e.sealer.seal(to, m)
		if err != nil {
			e.log.Error("message not sent to another node", "err", err)
			return
		}
		m = env
	}
	if from == nil {
		e.root.Send(to, m)
		return
	}
	e.root.Send(to, addressed(m, from, of))
}

// open returns what an actor received: the message itself, or what an envelope of
// another node holds. It is nil for an envelope that is to be ignored.
func (e *Engine) open(to *actor.PID, m any) any {
	env, ok := m.(*wire.Envelope)
	if !ok {
		return m
	}
	m, err := e.sealer.open(to, env)
	if err != nil {
		e.counters.dropped.Add(1)
		e.complaints.Do(func() { e.log.Warn("envelope dropped", "kind", env.GetKind(), "err", err) })
		return nil
	}
	return m
}
