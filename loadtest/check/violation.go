package check

import (
	"fmt"

	"taskreporter/incident"
)

// Kind names a broken promise.
type Kind string

// The kinds, from the log outwards.
const (
	LogGap         Kind = "log_gap"         // a seq from 1 to the head is missing or there twice
	EpochBackwards Kind = "epoch_backwards" // a fenced activation wrote
	StoredTwice    Kind = "stored_twice"    // two events with one client_msg_id
	StoredUnsent   Kind = "stored_unsent"   // a message that nobody sent, or with another text
	AckedLost      Kind = "acked_lost"      // acked and not stored
	AckedElsewhere Kind = "acked_elsewhere" // acked at another seq than it is stored at
	RefusedStored  Kind = "refused_stored"  // refused for good and stored
	AckOrder       Kind = "ack_order"       // stored before a message that was acked before it was sent

	SeenUnstored   Kind = "seen_unstored"   // delivered and not in the log
	SeenOther      Kind = "seen_other"      // delivered with other content than is stored
	SeenTwice      Kind = "seen_twice"      // delivered again
	SeenGap        Kind = "seen_gap"        // something between two deliveries is missing
	SeenDisorder   Kind = "seen_disorder"   // delivered after a later event
	SeenBehind     Kind = "seen_behind"     // the head was never reached
	SeenAsStranger Kind = "seen_by_removed" // delivered to a member after the removal was committed
)

// Violation is one broken promise with its evidence.
type Violation struct {
	Kind   Kind                   `json:"kind"`
	Room   incident.RoomID        `json:"room_id"`
	Seq    incident.Seq           `json:"seq,omitempty"`
	IDs    []incident.ClientMsgID `json:"client_msg_ids,omitempty"`
	Who    string                 `json:"who,omitempty"` // the subscriber
	Detail string                 `json:"detail"`
}

func (v Violation) String() string {
	s := fmt.Sprintf("%s: room %s", v.Kind, v.Room)
	if v.Seq != 0 {
		s += fmt.Sprintf(" seq %d", v.Seq)
	}
	if v.Who != "" {
		s += ", " + v.Who
	}
	for _, id := range v.IDs {
		s += " " + string(id)
	}
	return s + ": " + v.Detail
}
