package actors

// CloseCode says why a socket is closed, and so what its client does next. The
// range decides: 4000–4499 reconnect, 4500–4999 do not.
type CloseCode struct {
	Code   int
	Reason string
}

// The close codes; openapi.yaml documents them for clients.
var (
	GoingAway     = CloseCode{4000, "server going away"}
	TooSlow       = CloseCode{4001, "too slow: resume from your last seq"}
	NoSignOfLife  = CloseCode{4002, "no sign of life"}
	Broken        = CloseCode{4003, "internal error"}
	SessionEnded  = CloseCode{4500, "the session ended"}
	TicketRefused = CloseCode{4501, "ticket missing, used or expired"}
	ProtocolError = CloseCode{4502, "a frame broke the protocol"}
	TooMany       = CloseCode{4503, "too many sockets or frames"}
)

// Reconnect reports whether the client should come back by itself.
func (c CloseCode) Reconnect() bool { return c.Code < 4500 }
