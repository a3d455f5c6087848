package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"taskreporter/actors"
	"taskreporter/incident"
)

// replyTime is how long a socket waits for the message that a send answers. Its
// other frames wait too: one client's sends stay in their order.
const replyTime = 5 * time.Second

// frameHandlers carry out the frames of the contract's ClientFrame. Who may send
// them, the room decides in its own order.
var frameHandlers = map[string]func(*socket, []byte){
	string(Auth):                      func(k *socket, _ []byte) { k.strike("This socket is authenticated already.") },
	string(Ping):                      func(k *socket, _ []byte) { k.outbox.offer(encode(PongFrame{Type: Pong})) },
	string(Subscribe):                 frame((*socket).subscribe),
	string(Unsubscribe):               frame((*socket).unsubscribe),
	string(SendMessage):               frame((*socket).post),
	string(EditMessage):               frame((*socket).edit),
	string(DeleteMessage):             frame((*socket).delete),
	string(React):                     frame((*socket).react),
	string(Unreact):                   frame((*socket).unreact),
	string(SendTypingFrameTypeTyping): frame((*socket).typing),
	string(SendReadFrameTypeRead):     frame((*socket).markRead),
}

// sendMessageName is somewhere in a frame that sends a message; an escape in a type, which no
// client writes, only takes the longer way.
var sendMessageName = []byte(SendMessage)

func frame[F any](serve func(*socket, F)) func(*socket, []byte) {
	return func(k *socket, payload []byte) {
		var f F
		if err := json.Unmarshal(payload, &f); err != nil {
			k.strike("A field of the frame has the wrong type.")
			return
		}
		serve(k, f)
	}
}

// checkFrames fails when the frames that are served are not those whose acts the
// contract names.
func (s *spec) checkFrames() error {
	served, named := slices.Sorted(maps.Keys(frameHandlers)), slices.Sorted(maps.Keys(s.frameActs))
	if !slices.Equal(served, named) {
		return fmt.Errorf("the socket serves the frames %v, ClientFrame of openapi.yaml names %v", served, named)
	}
	return nil
}

// serve carries out one frame. Above the rate the socket is read more slowly, and
// the client's own buffers fill: nothing is lost.
func (k *socket) serve(payload []byte) {
	if !k.limiter.Allow() {
		slowedFrames.Inc()
		if err := k.limiter.Wait(context.Background()); err != nil {
			return
		}
	}
	if bytes.Contains(payload, sendMessageName) { // nearly all that is sent: it is read once
		var f SendMessageFrame
		if json.Unmarshal(payload, &f) == nil && f.Type == SendMessage {
			k.post(f)
			return
		}
	}
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(payload, &head); err != nil {
		k.strike("A frame must be one JSON object with a type.")
		return
	}
	handle := frameHandlers[head.Type]
	if handle == nil {
		k.strike("Unknown frame type.")
		return
	}
	handle(k, payload)
}

// strike answers a frame that breaks the protocol; too many of them end the
// socket.
func (k *socket) strike(detail string) {
	k.refuse(incident.E(incident.Malformed, "read frame", "%s", detail))
	if k.strikes++; k.strikes >= maxStrikes {
		k.outbox.close(actors.ProtocolError)
	}
}

// in reads the room of a frame.
func (k *socket) in(id string) (incident.RoomID, bool) {
	if !incident.ValidUUID(id) {
		k.strike("room_id must be a room's id.")
		return "", false
	}
	return incident.RoomID(id), true
}

// about reads what a change of a message is about: its room, the name of its answer
// and the message.
func (k *socket) about(roomID, clientMsgID, messageID string) (room incident.RoomID, id incident.ClientMsgID, m incident.MessageID, ok bool) {
	if room, ok = k.in(roomID); !ok {
		return "", "", "", false
	}
	id = incident.ClientMsgID(clientMsgID)
	if !id.Valid() {
		k.Refused(room, id, incident.E(incident.Invalid, "read frame", "client_msg_id must be 1 to 64 characters of A-Z a-z 0-9 _ -"))
		return "", "", "", false
	}
	if !incident.ValidUUID(messageID) {
		k.Refused(room, id, incident.E(incident.Invalid, "read frame", "message_id must be a message's id."))
		return "", "", "", false
	}
	return room, id, incident.MessageID(messageID), true
}

func (k *socket) subscribe(f SubscribeFrame) {
	room, ok := k.in(f.RoomId)
	if !ok {
		return
	}
	var after *incident.Seq
	if f.AfterSeq != nil {
		seq := incident.Seq(max(0, *f.AfterSeq))
		after = &seq
	}
	k.engine.Subscribe(room, after)
}

func (k *socket) unsubscribe(f UnsubscribeFrame) {
	if room, ok := k.in(f.RoomId); ok {
		k.engine.Unsubscribe(room)
	}
}

func (k *socket) post(f SendMessageFrame) {
	room, ok := k.in(f.RoomId)
	if !ok {
		return
	}
	d := incident.Draft{
		ClientMsgID: incident.ClientMsgID(f.ClientMsgId), Type: incident.MessageType(given(f.MessageType)), Text: f.Text,
		ReplyTo: incident.MessageID(given(f.ReplyTo)), Mentions: fromMentions(f.Mentions),
	}
	err := d.Normalize()
	if err == nil {
		err = k.checkReply(room, d.ReplyTo)
	}
	if err != nil {
		k.Refused(room, d.ClientMsgID, err)
		return
	}
	k.engine.Post(room, d)
}

// checkReply tells nothing of the room's messages to who may not post there: those
// the room refuses.
func (k *socket) checkReply(room incident.RoomID, to incident.MessageID) error {
	if to == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), replyTime)
	defer cancel()
	role, err := k.server.replies.Role(ctx, room, k.by.ID)
	if err != nil || !incident.Can(k.by, role, incident.ActPost) {
		return err
	}
	return checkReply(ctx, k.server.replies, room, to)
}

func (k *socket) edit(f EditMessageFrame) {
	room, id, m, ok := k.about(f.RoomId, f.ClientMsgId, f.MessageId)
	if !ok {
		return
	}
	mentions := fromMentions(f.Mentions)
	if err := checkEdit(&f.Text, mentions); err != nil {
		k.Refused(room, id, err)
		return
	}
	k.engine.EditMessage(room, id, m, f.Text, mentions)
}

func (k *socket) delete(f DeleteMessageFrame) {
	room, id, m, ok := k.about(f.RoomId, f.ClientMsgId, f.MessageId)
	if !ok {
		return
	}
	reason, err := incident.CleanDeleteReason(given(f.Reason))
	if err != nil {
		k.Refused(room, id, err)
		return
	}
	k.engine.DeleteMessage(room, id, m, reason)
}

func (k *socket) react(f ReactFrame) { k.reaction(f.RoomId, f.ClientMsgId, f.MessageId, f.Emoji, true) }

func (k *socket) unreact(f UnreactFrame) {
	k.reaction(f.RoomId, f.ClientMsgId, f.MessageId, f.Emoji, false)
}

func (k *socket) reaction(roomID, clientMsgID, messageID, emoji string, there bool) {
	room, id, m, ok := k.about(roomID, clientMsgID, messageID)
	if !ok {
		return
	}
	if err := incident.CheckEmoji(emoji); err != nil {
		k.Refused(room, id, err)
		return
	}
	k.engine.React(room, id, m, emoji, there)
}

func (k *socket) typing(f SendTypingFrame) {
	if room, ok := k.in(f.RoomId); ok && k.writing.Allow() {
		k.engine.Typing(room)
	}
}

func (k *socket) markRead(f SendReadFrame) {
	if room, ok := k.in(f.RoomId); ok {
		k.engine.Read(room, incident.Seq(max(0, f.Seq)))
	}
}
