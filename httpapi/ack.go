package httpapi

import (
	"strconv"
	"time"

	"taskreporter/actors"
)

// ackFrame makes the frame that every send is answered with, an AckFrame, without
// reflection: that was a tenth of what a message cost. Ids were checked when they
// came in; nothing in them needs an escape.
func ackFrame(room, clientMsgID, message string, seq int64, at time.Time) actors.Frame {
	b := make([]byte, 0, 256)
	b = at.AppendFormat(append(b, `{"at":"`...), time.RFC3339Nano)
	b = append(append(b, `","client_msg_id":"`...), clientMsgID...)
	b = append(append(b, `","message_id":"`...), message...)
	b = append(append(b, `","room_id":"`...), room...)
	b = strconv.AppendInt(append(b, `","seq":`...), seq, 10)
	return wireFrame(finalText, append(b, `,"type":"ack"}`...))
}
