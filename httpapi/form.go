package httpapi

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"taskreporter/incident"
)

const readForm = "read upload"

const (
	// drainBytes and drainTime bound what is still taken from a client whose upload
	// was refused, because a browser reads no answer while it sends.
	drainBytes = incident.MaxFileSize + 4<<20
	drainTime  = 30 * time.Second
)

// uploadBody is the body of an upload as the multipart reader sees it. Until the
// file's part begins it hands out one byte per Read, so that no buffer above it
// ever holds more than has been parsed; then read is exactly where the file starts
// and the file's size follows from Content-Length.
type uploadBody struct {
	body    io.ReadCloser
	file    *bufio.Reader // before body, in the file of a form
	request *http.Request
	conn    *http.ResponseController
	idle    time.Duration
	moved   time.Time // when the deadline was last moved
	read    int64     // bytes handed out
	inFile  bool
	over    bool // nothing more can be read
	cut     bool // because the line broke or fell silent

	mu      sync.Mutex // for what follows, and while a stop moves the deadline
	stopped bool       // a newer request wants its place
	ended   bool       // a stop comes too late
}

// prepareUpload puts an upload's body under its own deadlines and, when an answer
// was given before the body was read, takes the rest of it from the line. It is
// outside of recover, so that the answer to a panic comes first too.
func (s *Server) prepareUpload(c *gin.Context) {
	op := s.spec.operation(c)
	if !op.uploads() {
		c.Next()
		return
	}
	body := &uploadBody{
		inFile:  op.ID == "appendUpload", // there is nothing before it
		body:    c.Request.Body,
		request: c.Request,
		conn:    http.NewResponseController(c.Writer),
		idle:    s.config.UploadIdle,
	}
	// To answer first and read the rest then; HTTP/2 always can. Such a connection
	// must not be used again (see refuseAs): net/http would read it twice at once.
	_ = body.conn.EnableFullDuplex()
	_ = body.conn.SetWriteDeadline(time.Time{}) // the answer is small; the way to it may be long
	requestOf(c).upload = body
	c.Request.Body = body
	c.Next()
	body.drain(c.Writer)
	if body.file != nil {
		body.file.Reset(nil)
		fileBuffers.Put(body.file)
	}
}

// fileBuffers are for files in forms: the multipart reader takes 4 KiB at a time, and
// a system call for each costs more than all that is done with them.
var fileBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}

// Read implements [io.Reader].
func (b *uploadBody) Read(p []byte) (int, error) {
	if !b.inFile {
		if b.read >= maxPreface {
			return 0, incident.E(incident.BodyTooLarge, readForm, "What comes before the file may have at most %d bytes.", maxPreface)
		}
		p = p[:min(len(p), 1)]
	}
	// Moving the deadline for every byte would cost more than reading it.
	if now := time.Now(); now.Sub(b.moved) > b.idle/8 {
		b.moved = now
		_ = b.conn.SetReadDeadline(now.Add(b.idle))
	}
	if b.isStopped() { // after the deadline: stop moves it after it has said so
		b.over, b.cut = true, true
		return 0, incident.E(incident.UploadIncomplete, readForm, "A newer request goes on with this upload.")
	}
	n, err := b.source().Read(p)
	b.read += int64(n)
	if err != nil {
		b.over, b.cut = true, err != io.EOF
		b.end()
	}
	if err == io.EOF && !b.inFile {
		// Who asks for more has not seen the closing delimiter: keep that apart
		// from the EOF by which the multipart reader says that it has.
		err = io.ErrUnexpectedEOF
		if n > 0 {
			err = nil
		}
	}
	return n, err
}

func (b *uploadBody) source() io.Reader {
	if b.file != nil {
		return b.file
	}
	return b.body
}

// end lifts the deadline for good: what follows in the handler takes its time, and a
// deadline that passes meanwhile would end the context of this request and of all that
// come after it on the connection.
func (b *uploadBody) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	_ = b.conn.SetReadDeadline(time.Time{})
}

// stop makes a Read in progress fail, and any later one.
func (b *uploadBody) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	if !b.ended {
		_ = b.conn.SetReadDeadline(time.Now())
	}
}

func (b *uploadBody) isStopped() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stopped
}

// Close implements [io.Closer].
func (b *uploadBody) Close() error { return b.body.Close() }

func (b *uploadBody) drain(w gin.ResponseWriter) {
	if b.cut { // nor does net/http wait, which would for ever, for who fell silent
		_ = b.conn.SetReadDeadline(time.Now())
		return
	}
	waiting := b.read == 0 && b.request.Header.Get("Expect") != "" // for our leave to send
	if b.over || waiting {
		return
	}
	w.Flush()
	_ = b.conn.SetReadDeadline(time.Now().Add(drainTime))
	_, _ = io.CopyN(io.Discard, b.source(), drainBytes)
}

// formFile is the file of an upload: it reads its bytes, size of them and not one
// more, and then makes sure that nothing follows.
type formFile struct {
	filename    string
	description string
	size        int64

	body  *uploadBody
	form  *multipart.Reader
	part  *multipart.Part
	got   int64
	ended bool
	fault error // what was wrong with the request, once that is known
}

// findFile reads up to the first byte of the file. Errors: LengthRequired,
// FileTooLarge, BodyTooLarge, Malformed, Invalid, UploadIncomplete.
func (b *uploadBody) findFile(form *multipart.Reader) (*formFile, error) {
	total := b.request.ContentLength
	switch {
	case total < 0:
		return nil, incident.E(incident.LengthRequired, readForm, "Send the upload with a Content-Length, not in chunks.")
	case total > incident.MaxFileSize+maxPreface:
		return nil, incident.E(incident.FileTooLarge, readForm, "No file may have more than %d MiB.", incident.MaxFileSize>>20)
	}
	f := &formFile{body: b, form: form}
	for {
		part, err := form.NextRawPart()
		if err == io.EOF { // exactly: the closing delimiter was seen
			return nil, incident.E(incident.Invalid, readForm, "The form has no field named file.")
		}
		if err != nil {
			return nil, b.broken(err)
		}
		name, filename := formNames(part)
		switch {
		case name == "file":
			return b.openFile(f, part, filename)
		case filename != "":
			return nil, incident.E(incident.Invalid, readForm, "Send the file in the field named file, not %q.", name)
		case name == "description":
			text, err := io.ReadAll(part) // at most maxPreface
			if err != nil {
				return nil, b.broken(err)
			}
			if f.description, err = incident.CleanDescription(string(text)); err != nil {
				return nil, err
			}
		}
	}
}

// openFile makes the part the file. Its length is what its own header says or,
// as browsers send none, what Content-Length leaves for the last field.
func (b *uploadBody) openFile(f *formFile, part *multipart.Part, filename string) (*formFile, error) {
	f.filename = incident.CleanFilename(filename)
	if f.filename == "" {
		return nil, incident.E(incident.Invalid, readForm, "The field named file carries no usable file name.")
	}
	_, params, _ := mime.ParseMediaType(b.request.Header.Get("Content-Type")) // parsed once before
	closing := int64(len("\r\n--") + len(params["boundary"]) + len("--"))
	rest := b.request.ContentLength - b.read - closing
	f.size = rest - int64(len("\r\n"))
	if own := part.Header.Get("Content-Length"); own != "" {
		n, err := strconv.ParseInt(own, 10, 64)
		if err != nil || n < 0 || n != rest && n != f.size { // some clients end without CRLF
			return nil, incident.E(incident.Malformed, readForm, "The Content-Length of the file's part does not fit that of the request: the field file must be the last.")
		}
		f.size = n
	}
	if f.size < 0 {
		return nil, incident.E(incident.Malformed, readForm, "The body is no whole multipart form.")
	}
	f.part = part
	b.inFile = true
	b.file = fileBuffers.Get().(*bufio.Reader)
	b.file.Reset(b.body)
	return f, nil
}

// formNames are the field's name and the file's name as the client wrote it; the
// standard library's would cut it at slashes only.
func formNames(part *multipart.Part) (name, filename string) {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return part.FormName(), ""
	}
	return params["name"], params["filename"]
}

// broken explains why the form could not be read on. A line that broke may do
// better next time; a form that ends too early is the sender's own.
func (b *uploadBody) broken(err error) error {
	var known *incident.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, os.ErrDeadlineExceeded):
		return incident.Wrap(incident.UploadIncomplete, readForm, err, "Nothing arrived for too long. Send the file again.")
	case b.cut:
		return incident.Wrap(incident.UploadIncomplete, readForm, err, "The upload stopped half-way. Send the file again.")
	default:
		return incident.Wrap(incident.Malformed, readForm, err, "The body is no whole multipart form.")
	}
}

// Read implements [io.Reader]. The last bytes come only after the end of the form
// was seen, so that whoever stores them never finishes a request that is wrong.
func (f *formFile) Read(p []byte) (int, error) {
	if f.fault != nil {
		return 0, f.fault
	}
	if f.ended {
		return 0, io.EOF
	}
	n, err := f.part.Read(p)
	f.got += int64(n)
	if err == nil && f.got >= f.size {
		err = f.peek()
	}
	switch {
	case f.got > f.size:
		f.fault = incident.E(incident.Malformed, readForm, "The file is longer than the Content-Length leaves for it: the form is cut short or does not end with CRLF.")
	case err == nil:
		return n, nil
	case err == io.EOF: // exactly: wrapped, it is no end of a part
		f.fault = f.checkLast()
	default:
		f.fault = f.body.broken(err)
	}
	if f.fault != nil {
		return 0, f.fault
	}
	f.ended = true
	return n, io.EOF
}

// peek expects the end of the part.
func (f *formFile) peek() error {
	var more [1]byte
	for {
		n, err := f.part.Read(more[:])
		f.got += int64(n)
		if n > 0 || err != nil {
			return err
		}
	}
}

// checkLast expects the end of the form.
func (f *formFile) checkLast() error {
	switch _, err := f.form.NextRawPart(); {
	case err == nil:
		return incident.E(incident.Invalid, readForm, "Send the field file last; description goes before it.")
	case err != io.EOF: // exactly: the closing delimiter was seen
		return f.body.broken(err)
	case f.got < f.size:
		return incident.E(incident.Malformed, readForm, "The file is shorter than the Content-Length leaves for it. Nothing may follow the form.")
	default:
		return nil
	}
}
