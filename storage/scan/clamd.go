// Package scan asks a virus scanner about a file: a clamd that listens on TCP or on
// a unix socket (F-UP-31).
//
// Invariants:
//   - It fails closed: a file is clean only when clamd says so in so many words.
//   - No file is held in memory; its bytes are passed on as they are read.
//   - A scan ends by its time limit, whatever clamd does.
//
// It decides nothing about the file, and knows no rooms and no store.
package scan

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"
	"unicode"

	"taskreporter/incident"
)

const (
	chunkSize = 64 << 10 // bytes; clamd takes chunks of any size
	maxReply  = 4 << 10  // bytes; a verdict has a few dozen
	pingLimit = 5 * time.Second
	// maxSignature bounds the name that goes on record, in characters.
	maxSignature = 100
)

// ErrTooLarge is in the chain when a file has more bytes than clamd takes: its
// StreamMaxLength is too small.
var ErrTooLarge = errors.New("clamd's StreamMaxLength is smaller than the file")

// Clamd is a scanner. It is safe for concurrent use; each scan has its own
// connection.
type Clamd struct {
	network, address string
	limit            time.Duration
}

// NewClamd takes tcp://host:port or unix:///path, and how long one scan may take,
// reading the file included.
func NewClamd(address string, limit time.Duration) (*Clamd, error) {
	u, err := url.Parse(address)
	switch {
	case err == nil && u.Scheme == "tcp" && u.Port() != "" && u.Path == "":
		return &Clamd{"tcp", u.Host, limit}, nil
	case err == nil && u.Scheme == "unix" && u.Host == "" && u.Path != "":
		return &Clamd{"unix", u.Path, limit}, nil
	default:
		return nil, errors.New("want tcp://host:port or unix:///path")
	}
}

// Scan reads r to its end and returns clean or infected. An error of r is returned
// as it is; everything else that goes wrong is of kind incident.Unavailable, and
// says nothing about the file.
func (c *Clamd) Scan(ctx context.Context, r io.Reader) (incident.Verdict, error) {
	const op = "scan file"
	conn, err := c.dial(ctx, c.limit)
	if err != nil {
		return incident.Verdict{}, failed(op, err)
	}
	defer conn.close()
	if _, err := io.WriteString(conn, "zINSTREAM\x00"); err != nil {
		return incident.Verdict{}, failed(op, err)
	}
	source, sendErr := conn.stream(r)
	if source != nil {
		return incident.Verdict{}, source
	}
	// clamd may have had enough before the end: then it has said why.
	reply, err := conn.reply()
	if err != nil {
		return incident.Verdict{}, failed(op, errors.Join(sendErr, err))
	}
	v, err := verdict(reply)
	if err == nil && v.Scan == incident.ScanClean && sendErr != nil {
		err = sendErr // it cannot know all of the file
	}
	if err != nil {
		return incident.Verdict{}, failed(op, err)
	}
	return v, nil
}

// verdict reads an answer, for example "stream: Eicar-Test-Signature FOUND".
func verdict(reply string) (incident.Verdict, error) {
	said, isStream := strings.CutPrefix(reply, "stream: ")
	signature, found := strings.CutSuffix(said, " FOUND")
	switch {
	case isStream && said == "OK":
		return incident.Verdict{Scan: incident.ScanClean}, nil
	case isStream && found:
		return incident.Verdict{Scan: incident.ScanInfected, Signature: plain(signature)}, nil
	case strings.HasPrefix(reply, "INSTREAM size limit exceeded"):
		return incident.Verdict{}, ErrTooLarge
	default:
		return incident.Verdict{}, fmt.Errorf("clamd answered %.100q", reply)
	}
}

// plain makes a signature's name fit to be kept and shown.
func plain(name string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, name))
	return string(runes[:min(len(runes), maxSignature)])
}

// Ping reports whether clamd answers.
func (c *Clamd) Ping(ctx context.Context) error {
	const op = "ping scanner"
	conn, err := c.dial(ctx, pingLimit)
	if err != nil {
		return failed(op, err)
	}
	defer conn.close()
	if _, err := io.WriteString(conn, "zPING\x00"); err != nil {
		return failed(op, err)
	}
	reply, err := conn.reply()
	if err == nil && reply != "PONG" {
		err = fmt.Errorf("clamd answered %.100q", reply)
	}
	return failed(op, err)
}

func failed(op string, err error) error {
	return incident.Wrap(incident.Unavailable, op, err, "The virus scanner does not answer.")
}

// conversation is a connection on which nothing waits beyond its limit.
type conversation struct {
	net.Conn
	end func()
}

func (c *Clamd) dial(ctx context.Context, limit time.Duration) (*conversation, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, c.network, c.address)
	if err != nil {
		cancel()
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return &conversation{conn, func() { stop(); cancel() }}, nil
}

func (c *conversation) close() {
	c.end()
	_ = c.Close() // nothing is owed to it any more
}

// stream sends r in chunks, each with its length, and an empty one at the end.
func (c *conversation) stream(r io.Reader) (source, err error) {
	buf := make([]byte, 4+chunkSize)
	for {
		n, end := r.Read(buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := c.Write(buf[:4+n]); err != nil {
				return nil, err
			}
		}
		if end == io.EOF {
			_, err := c.Write([]byte{0, 0, 0, 0})
			return nil, err
		}
		if end != nil {
			return end, nil
		}
	}
}

// reply reads up to the zero that ends an answer.
func (c *conversation) reply() (string, error) {
	text, err := bufio.NewReader(io.LimitReader(c, maxReply)).ReadString(0)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(text, "\x00"), nil
}
