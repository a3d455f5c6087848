package httpapi

import (
	"context"
	"time"

	"taskreporter/actors"
	"taskreporter/incident"
)

// auditTimeout ends the recording of an audit row for a socket.
const auditTimeout = 5 * time.Second

// Offer implements [actors.Sink].
func (k *socket) Offer(f actors.Frame) bool {
	if f == nil {
		return true
	}
	return k.outbox.offer(f)
}

// Await implements [actors.Sink].
func (k *socket) Await(ctx context.Context) error { return k.outbox.await(ctx) }

// Close implements [actors.Sink].
func (k *socket) Close(c actors.CloseCode) { k.outbox.close(c) }

// Subscribed implements [actors.Sink].
func (k *socket) Subscribed(room incident.RoomID, epoch incident.Epoch, head incident.Seq, byOffice bool) {
	if byOffice {
		k.record("read_by_office", room, "ok")
	}
	k.outbox.offer(encode(SubscribedFrame{Type: Subscribed, RoomId: string(room), Epoch: int64(epoch), HeadSeq: int64(head)}))
}

// Removed implements [actors.Sink]. Nobody asked for anything: it leaves no row.
func (k *socket) Removed(room incident.RoomID) {
	f := k.errorFrame(incident.E(incident.Forbidden, "read room", "You are not a member of this room any more."))
	f.RoomId = optional(string(room))
	k.outbox.offer(encode(f))
}

// Reset implements [actors.Sink].
func (k *socket) Reset(room incident.RoomID, from, head incident.Seq) {
	k.outbox.offer(encode(ResetFrame{Type: Reset, RoomId: string(room), FromSeq: int64(from), HeadSeq: int64(head)}))
}

// Acked implements [actors.Sink].
func (k *socket) Acked(room incident.RoomID, m incident.Message) {
	k.Changed(room, m.ClientMsgID, m.ID, m.Seq, m.At)
}

// Changed implements [actors.Sink].
func (k *socket) Changed(room incident.RoomID, id incident.ClientMsgID, message incident.MessageID, seq incident.Seq, at time.Time) {
	k.outbox.offer(ackFrame(string(room), string(id), string(message), int64(seq), at))
}

// Refused implements [actors.Sink].
func (k *socket) Refused(room incident.RoomID, id incident.ClientMsgID, err error) {
	if incident.KindOf(err) == incident.Forbidden {
		k.record("access_refused", room, "refused")
	}
	f := k.errorFrame(err)
	f.RoomId, f.ClientMsgId = optional(string(room)), optional(string(id))
	k.outbox.offer(encode(f))
}

// refuse answers a frame that concerns no room.
func (k *socket) refuse(err error) { k.outbox.offer(encode(k.errorFrame(err))) }

func (k *socket) errorFrame(err error) ErrorFrame {
	r := refusalOf(err)
	if r.kind == incident.Internal {
		k.server.log.Error("socket request failed", "request_id", k.request, "user_id", string(k.by.ID), "err", err)
	}
	return ErrorFrame{
		Type: Error, Code: ErrorCode(r.kind), Detail: r.detail, Retryable: r.kind.Retryable(),
		RetryAfterMs: optional(int(r.retryAfter.Milliseconds())),
	}
}

// record writes an audit row beside the caller, who must not wait.
func (k *socket) record(act string, room incident.RoomID, outcome string) {
	e := incident.AuditEntry{
		Who: k.by.Person, Act: act, Target: "room " + string(room) + " over the socket",
		From: k.from, Outcome: outcome, Request: k.request,
	}
	k.server.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), auditTimeout)
		defer cancel()
		if err := k.server.audit.Record(ctx, e); err != nil {
			k.server.log.Error("audit row not written", "act", act, "request_id", k.request, "err", err)
		}
	})
}
