package actors

import "time"

// CloseCode says why a socket is closed, and so what its client does next. The
// range decides: 4000–4499 reconnect, 4500–4999 do not.
type CloseCode struct {
	Code   int
	Reason string
	// Within spreads the return of clients that are told at the same moment: each
	// waits for a random part of it. They add a back-off of their own only when
	// they fail to come back.
	Within time.Duration
}

// The close codes; openapi.yaml documents them for clients.
var (
	GoingAway     = CloseCode{4000, "server going away", 3 * time.Second}
	Elsewhere     = CloseCode{4000, "server going away", 150 * time.Millisecond} // told one by one
	TooSlow       = CloseCode{4001, "too slow: resume from your last seq", time.Second}
	NoSignOfLife  = CloseCode{4002, "no sign of life", time.Second}
	Broken        = CloseCode{4003, "internal error", 3 * time.Second}
	SessionEnded  = CloseCode{4500, "the session ended", 0}
	TicketRefused = CloseCode{4501, "ticket missing, used or expired", 0}
	ProtocolError = CloseCode{4502, "a frame broke the protocol", 0}
	TooMany       = CloseCode{4503, "too many sockets or frames", 0}
)

// Reconnect reports whether the client should come back by itself.
func (c CloseCode) Reconnect() bool { return c.Code < 4500 }
