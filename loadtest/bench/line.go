package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	lineBuffer  = 16 << 10
	lineTimeout = time.Minute // of anything that a bench waits for
)

// line is the client's end of a socket, which must cost little beside what is measured: it
// looks at the headers of frames and hands out their bytes where they are. It speaks just
// enough of RFC 6455 for both sides.
type line struct {
	conn net.Conn
	mu   sync.Mutex // of writing
	buf  []byte
	have int // bytes in buf
}

// dial opens a socket.
func dial(ctx context.Context, address, path, protocol string) (*line, error) {
	conn, err := (&net.Dialer{Timeout: lineTimeout}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	l := &line{conn: conn, buf: make([]byte, lineBuffer)}
	if err := l.shake(address, path, protocol); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return l, nil
}

// shake does the handshake.
func (l *line) shake(address, path, protocol string) error {
	_ = l.conn.SetDeadline(time.Now().Add(lineTimeout))
	defer func() { _ = l.conn.SetDeadline(time.Time{}) }()
	if protocol != "" {
		protocol = "Sec-WebSocket-Protocol: " + protocol + "\r\n"
	}
	if _, err := fmt.Fprintf(l.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", path, address, protocol); err != nil {
		return err
	}
	answer := bufio.NewReader(l.conn)
	res, err := http.ReadResponse(answer, nil)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("no socket: %s", res.Status)
	}
	l.have, err = io.ReadFull(answer, l.buf[:answer.Buffered()]) // frames that came with it
	return err
}

const (
	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
)

// send writes one text frame.
func (l *line) send(payload []byte) error { return l.write(opText, payload) }

// write masks with zeros, which changes nothing and costs nothing.
func (l *line) write(op byte, payload []byte) error {
	head := make([]byte, 0, 14+len(payload))
	head = append(head, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		head = append(head, 0x80|byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 0x80|126), uint16(n))
	default:
		return errors.New("too long a frame")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.conn.Write(append(append(head, 0, 0, 0, 0), payload...))
	return err
}

// read waits for bytes and hands each whole text frame to take, whose payload is only valid
// during the call.
func (l *line) read(take func(payload []byte)) error {
	if l.have == len(l.buf) { // a frame longer than the buffer
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	if _, _, size := frameOf(l.buf[:l.have]); size == 0 {
		n, err := l.conn.Read(l.buf[l.have:])
		if err != nil {
			return err
		}
		l.have += n
	}
	var err error
	at := 0
	for {
		op, payload, size := frameOf(l.buf[at:l.have])
		if size == 0 {
			break
		}
		at += size
		switch op {
		case opText:
			take(payload)
		case opPing:
			err = errors.Join(err, l.write(opPong, payload))
		case opClose:
			return fmt.Errorf("the server closed a socket: %d %s", binary.BigEndian.Uint16(append(payload, 0, 0)), payload[min(2, len(payload)):])
		}
	}
	l.have = copy(l.buf, l.buf[at:l.have])
	return err
}

// frameOf reads a server's frame; size is zero when it is not all there.
func frameOf(b []byte) (op byte, payload []byte, size int) {
	if len(b) < 2 {
		return 0, nil, 0
	}
	head, n := 2, int(b[1]&0x7f)
	switch {
	case n == 126 && len(b) >= 4:
		head, n = 4, int(binary.BigEndian.Uint16(b[2:]))
	case n == 127 && len(b) >= 10:
		head, n = 10, int(binary.BigEndian.Uint64(b[2:]))
	case n >= 126:
		return 0, nil, 0
	}
	if len(b) < head+n {
		return 0, nil, 0
	}
	return b[0] & 0x0f, b[head : head+n], head + n
}

// await reads until a frame holds what; it returns that frame.
func (l *line) await(what string) ([]byte, error) {
	_ = l.conn.SetReadDeadline(time.Now().Add(lineTimeout))
	defer func() { _ = l.conn.SetReadDeadline(time.Time{}) }()
	var found []byte
	for {
		var refused error
		err := l.read(func(payload []byte) {
			switch {
			case found == nil && bytes.Contains(payload, []byte(what)):
				found = bytes.Clone(payload)
			case isRefusal(payload):
				refused = fmt.Errorf("the server refused: %s", payload)
			}
		})
		if found != nil || err != nil || refused != nil {
			return found, errors.Join(err, refused)
		}
	}
}

func (l *line) close() { _ = l.conn.Close() }
